package record

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/lineage-audit/lineage/record/strict"
)

// AttachmentType names the document that says where a record was hung.
const AttachmentType = "https://github.com/lineage-audit/lineage/attachment@v1"

// maxAttachment bounds an attachment's file.
const maxAttachment = 1 << 20

// Attachment says that a record was hung on one entry of a system that keeps
// runs or models.
type Attachment struct {
	Type       string    `json:"_type"`
	RecordID   ID        `json:"recordId"`
	AttachedOn Timestamp `json:"attachedOn"`
	System     string    `json:"system"`             // mlflow
	Kind       string    `json:"kind"`               // run, logged-model, model-version
	ID         string    `json:"id"`                 // of the entry, as the system has it
	Name       string    `json:"name,omitempty"`     // of the run or model
	Run        string    `json:"run,omitempty"`      // that keeps the entry's files
	URL        string    `json:"url,omitempty"`      // where a person can look
	Location   string    `json:"location,omitempty"` // of the record's file in the system
}

// EncodeAttachment is the attachment's file.
func EncodeAttachment(a Attachment) ([]byte, error) {
	a = cleaned(a)
	a.Type = AttachmentType
	raw, err := marshal(a)
	if err != nil {
		return nil, fmt.Errorf("encoding an attachment: %w", err)
	}
	_, err = DecodeAttachment(raw)
	return raw, err
}

// DecodeAttachment reads an attachment strictly; its errors wrap [ErrMalformed].
func DecodeAttachment(raw []byte) (Attachment, error) {
	var a Attachment
	if err := strict.Unmarshal(bytes.Clone(raw), maxAttachment, &a); err != nil {
		return Attachment{}, fmt.Errorf("attachment: %w: %w", ErrMalformed, err)
	}
	err := errors.Join(
		must(a.Type == AttachmentType, "type is %q, want %q", a.Type, AttachmentType),
		must(!a.RecordID.IsZero(), "the record's id is zero"),
		checkTexts(&a),
		must(a.System != "" && a.Kind != "" && a.ID != "", "system %q, kind %q or id %q is missing", a.System, a.Kind, a.ID),
	)
	if err != nil {
		return Attachment{}, fmt.Errorf("attachment: %w: %w", ErrMalformed, err)
	}
	return a, nil
}
