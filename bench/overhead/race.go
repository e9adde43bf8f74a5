package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A contestant is one way to run true in a repository.
type contestant struct {
	name    string
	setup   [][]string // run once in its repository
	command []string
}

// contestants returns the bare command, lineage, and those of the others that are
// on the PATH; and the names of those that are not.
func contestants(lineage string) (found []contestant, missing []string) {
	found = []contestant{
		{name: "true", command: []string{"true"}},
		{name: "lineage run", command: []string{lineage, "run", "--quiet", "--", "true"}},
	}
	commit := []string{"git", "add", "."}
	for _, c := range []contestant{
		{
			name:    "datalad run",
			setup:   [][]string{{"datalad", "create", "--force", "."}, {"datalad", "save"}},
			command: []string{"datalad", "run", "true"},
		},
		{
			name:    "roar run",
			setup:   [][]string{{"roar", "init"}, commit, {"git", "commit", "-q", "-m", "Set up"}},
			command: []string{"roar", "run", "--quiet", "true"},
		},
	} {
		if _, err := exec.LookPath(c.command[0]); err != nil {
			missing = append(missing, c.name)
			continue
		}
		found = append(found, c)
	}
	return found, missing
}

// bench is a folder with one repository for each contestant.
type bench struct {
	dir   string
	files int
}

func (b bench) repository(c contestant) string {
	return filepath.Join(b.dir, strings.ReplaceAll(c.name, " ", "-"))
}

// prepare makes the contestant's repository: a few files in one commit.
func (b bench) prepare(ctx context.Context, c contestant) error {
	dir := b.repository(c)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for i := range b.files {
		name := filepath.Join(dir, fmt.Sprintf("module_%02d.py", i))
		body := strings.Repeat(fmt.Sprintf("VALUE_%d = %d\n", i, i), 100)
		if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
			return err
		}
	}
	commands := append([][]string{
		{"git", "init", "-q"}, {"git", "add", "."}, {"git", "commit", "-q", "-m", "Start"},
	}, c.setup...)
	for _, command := range commands {
		if _, err := b.time(ctx, c, command); err != nil {
			return err
		}
	}
	return nil
}

// race runs every contestant once to warm up and then rounds times, in turns. The
// result's order is that of the contestants.
func (b bench) race(ctx context.Context, contestants []contestant, rounds int) ([]series, error) {
	times := make([]series, len(contestants))
	for round := -1; round < rounds; round++ {
		for i, c := range contestants {
			elapsed, err := b.time(ctx, c, c.command)
			if err != nil {
				return nil, fmt.Errorf("running %s: %w", c.name, err)
			}
			times[i].name = c.name
			if round >= 0 {
				times[i].times = append(times[i].times, elapsed)
			}
		}
	}
	return times, nil
}

// time runs one command in the contestant's repository, away from the user's settings.
func (b bench) time(ctx context.Context, c contestant, command []string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = b.repository(c)
	cmd.Env = append(os.Environ(),
		"HOME="+b.dir, "XDG_CONFIG_HOME="+b.dir, "GIT_CONFIG_NOSYSTEM=1", "DO_NOT_TRACK=1",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org")
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	start := time.Now()
	err := cmd.Run()
	elapsed := time.Since(start)
	if err != nil {
		return 0, fmt.Errorf("%q: %w\n%s", command, err, said.String())
	}
	return elapsed, nil
}
