package record

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record/strict"
)

// IntentType names the document that announces a run, and its version.
const IntentType = "https://github.com/lineage-audit/lineage/intent@v1"

// maxIntent bounds an intent's file: a command line has at most 2 MiB on Linux.
const maxIntent = 16 << 20

// Intent announces a run before its command starts. A record with the same
// invocation settles it; one that nothing settles is running or abandoned, which
// Process tells.
type Intent struct {
	Type             string      `json:"_type"`
	InvocationID     Invocation  `json:"invocationId"`
	StartedOn        Timestamp   `json:"startedOn"`
	Command          []string    `json:"command"` // secrets redacted
	WorkingDirectory Location    `json:"workingDirectory"`
	Process          Process     `json:"process"`
	Parent           *Invocation `json:"parent,omitempty"`
	Group            *Group      `json:"group,omitempty"`
}

// Process is the wrapper's: a pid is used again, with another start time, and
// both begin anew at each boot.
type Process struct {
	BootID string `json:"bootId,omitempty"`
	Host   string `json:"host,omitempty"`
	PID    int64  `json:"pid"`
	Start  string `json:"start,omitempty"` // as the kernel counts it
	// Namespace is what PID counts in, where a system has several.
	Namespace string `json:"namespace,omitempty"`
}

// EncodeIntent is the intent's file. Texts with control characters or invalid
// UTF-8 come out as by [EncodeText].
func EncodeIntent(i Intent) ([]byte, error) {
	i = cleaned(i)
	i.Type = IntentType
	raw, err := marshal(i)
	if err != nil {
		return nil, fmt.Errorf("encoding an intent: %w", err)
	}
	_, err = DecodeIntent(raw)
	return raw, err
}

// DecodeIntent reads an intent strictly; its errors wrap [ErrMalformed].
func DecodeIntent(raw []byte) (Intent, error) {
	var i Intent
	if err := strict.Unmarshal(bytes.Clone(raw), maxIntent, &i); err != nil {
		return Intent{}, fmt.Errorf("intent: %w: %w", ErrMalformed, err)
	}
	err := errors.Join(
		must(i.Type == IntentType, "type is %q, want %q", i.Type, IntentType),
		must(len(i.Command) > 0 && i.Command[0] != "", "the command is empty"),
		checkRun(i.InvocationID, i.StartedOn, i.Parent, i.Group),
		checkTexts(&i),
		must(i.Process.PID > 0, "pid %d", i.Process.PID),
	)
	if err != nil {
		return Intent{}, fmt.Errorf("intent: %w: %w", ErrMalformed, err)
	}
	return i, nil
}

// RunSubject is the first subject of the record that settles the intent in raw.
func RunSubject(raw []byte) Resource {
	digest := hashing.Bytes(raw)
	return Resource{Name: string(RoleRun), Digest: &DigestSet{SHA256: &digest}, Annotations: Annotations{Role: RoleRun}}
}

func must(held bool, format string, args ...any) error {
	if held {
		return nil
	}
	return fmt.Errorf(format, args...)
}
