package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// peerScript fills MLflow's tables and asks MLflow.
//
//go:embed peer.py
var peerScript []byte

// peer asks MLflow the same as [asker.uses]: which runs have this data. It takes the
// times that MLflow itself needs, once it is imported and connected.
func peer(ctx context.Context, dir string, known facts, o options) (times, error) {
	path := filepath.Join(dir, "peer")
	if err := os.MkdirAll(path, 0o700); err != nil {
		return times{}, err
	}
	script := filepath.Join(path, "peer.py")
	if err := os.WriteFile(script, peerScript, 0o600); err != nil {
		return times{}, err
	}
	var digests []string
	for _, d := range known.Data[:min(o.peer, len(known.Data))] {
		digests = append(digests, d.String())
	}
	asked, err := json.Marshal(digests)
	if err != nil {
		return times{}, err
	}
	cmd := exec.CommandContext(ctx, o.python, script, filepath.Join(path, "mlflow.db"), strconv.Itoa(known.Runs), strconv.Itoa(perProject))
	cmd.Stdin, cmd.Stderr, cmd.Dir = bytes.NewReader(asked), os.Stderr, path
	raw, err := cmd.Output()
	if err != nil {
		return times{}, err
	}
	var seconds []float64
	if err := json.Unmarshal(raw, &seconds); err != nil {
		return times{}, err
	}
	t := times{what: "MLflow: who read this data"}
	for _, s := range seconds {
		t.all = append(t.all, time.Duration(s*float64(time.Second)))
	}
	return t, nil
}

func compare(out io.Writer, ours []times, theirs times) error {
	fmt.Fprintf(out, "%-34s %10s %10s %10s\n", theirs.what, rounded(theirs.at(50)), rounded(theirs.at(99)), rounded(theirs.at(100)))
	for _, t := range ours {
		if t.what == "who read this data" {
			_, err := fmt.Fprintf(out, "\nThe same question takes MLflow %.0f times as long (medians).\n", float64(theirs.at(50))/float64(t.at(50)))
			return err
		}
	}
	return nil
}
