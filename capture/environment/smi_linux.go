package environment

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// smiPlaces are where drivers and their container toolkits put nvidia-smi. PATH is not
// asked: what it leads to may be anybody's.
var smiPlaces = []string{
	"/usr/bin/nvidia-smi", "/usr/local/nvidia/bin/nvidia-smi", "/usr/lib/wsl/lib/nvidia-smi",
	"/run/nvidia/driver/usr/bin/nvidia-smi", "/opt/nvidia/bin/nvidia-smi", "/run/current-system/sw/bin/nvidia-smi",
}

const (
	maxSMI     = 8 << 20 // bytes of its output; a card takes some 20 kB
	smiTimeout = 10 * time.Second
)

// smiLog is what `nvidia-smi -q -x` prints, as far as it is read.
type smiLog struct {
	Driver string `xml:"driver_version"`
	CUDA   string `xml:"cuda_version"`
	GPU    []struct {
		ID     string `xml:"id,attr"`
		Name   string `xml:"product_name"`
		UUID   string `xml:"uuid"`
		Memory string `xml:"fb_memory_usage>total"`
	} `xml:"gpu"`
}

// askSMI runs nvidia-smi, without an environment of anybody's.
func askSMI(ctx context.Context, root string) (smiLog, error) {
	path, err := findSMI(root)
	if err != nil {
		return smiLog{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, smiTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-q", "-x")
	cmd.Dir, cmd.Env = "/", []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "LD_LIBRARY_PATH=/usr/local/nvidia/lib64:/usr/lib/wsl/lib"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the terminal's signals are the command's
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second // for what has left its group and holds its output open
	out := &bounded{most: maxSMI}
	cmd.Stdout = out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return smiLog{}, fmt.Errorf("nvidia-smi: %w", err)
	}
	return parseSMI(out.Bytes())
}

// findSMI is the first that is there, if nobody but its owner can write to it.
func findSMI(root string) (string, error) {
	for _, place := range smiPlaces {
		path := filepath.Join(root, place)
		info, err := os.Stat(path)
		switch {
		case err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0:
		case info.Mode()&0o022 != 0:
			return "", fmt.Errorf("%s can be written to by others than its owner, and is not run", place)
		default:
			return path, nil
		}
	}
	return "", errors.New("there is no nvidia-smi in any of its customary places")
}

// maxSMIDepth is how deep the log may be nested; it is some ten levels deep.
const maxSMIDepth = 32

// parseSMI reads the log, once it is known not to be nested deeper than one is: the
// library takes seconds for millions of levels.
func parseSMI(text []byte) (log smiLog, err error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	for depth := 0; err == nil; {
		var t xml.Token
		switch t, err = d.RawToken(); t.(type) {
		case xml.StartElement:
			if depth++; depth > maxSMIDepth {
				err = errors.New("it is nested too deep")
			}
		case xml.EndElement:
			depth--
		}
	}
	if errors.Is(err, io.EOF) {
		err = xml.Unmarshal(text, &log)
	}
	if err != nil {
		return smiLog{}, fmt.Errorf("reading what nvidia-smi prints: %w", err)
	}
	return log, nil
}

func (l smiLog) cards() (found []GPU) {
	driver := strings.TrimSpace("nvidia " + strings.TrimSpace(l.Driver))
	for _, g := range l.GPU {
		card := GPU{Vendor: "NVIDIA", Name: strings.TrimSpace(g.Name), Driver: driver, uuid: strings.TrimSpace(g.UUID), bus: shortBus(g.ID)}
		if n, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(g.Memory), " MiB"), 10, 40); err == nil {
			card.Memory = n << 20
		}
		if card.Name != "" {
			found = append(found, card)
		}
	}
	return found
}

// shortBus writes 00000000:70:00.0 as the kernel does: 0000:70:00.0.
func shortBus(id string) string {
	if domain, rest, found := strings.Cut(strings.ToLower(strings.TrimSpace(id)), ":"); found && len(domain) > 4 {
		return domain[len(domain)-4:] + ":" + rest
	}
	return strings.ToLower(id)
}

// cudaVersion reads the toolkit's version.json.
func cudaVersion(text []byte) string {
	var file map[string]struct{ Version string }
	if json.Unmarshal(text, &file) != nil {
		return ""
	}
	return file["cuda"].Version
}

// bounded keeps the beginning of what is written to it.
type bounded struct {
	bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := b.most - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
