// Wrap runs a command as lineage does, for the tests of package child:
//
//	wrap OUTCOME COMMAND [ARG…]
//
// It writes how the command ended to the file OUTCOME. Two variables change what it
// finds: WRAP_SUBREAPER makes it adopt orphans, WRAP_NO_PTRACE forbids tracing.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/capture/child"
)

func main() {
	_, release := child.Hold()
	defer release()
	if os.Getenv("WRAP_SUBREAPER") != "" {
		adoptOrphans()
	}
	if os.Getenv("WRAP_NO_PTRACE") != "" {
		forbidTracing()
	}
	mark := fmt.Sprintf("WRAP_MARK=%d", os.Getpid())
	out, err := child.Run(context.Background(), child.Command{
		Argv: os.Args[2:], Env: append(os.Environ(), mark), Mark: mark, Now: time.Now,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	raw, err := json.Marshal(out)
	if err == nil {
		err = os.WriteFile(os.Args[1]+".new", raw, 0o666)
	}
	if err == nil {
		err = os.Rename(os.Args[1]+".new", os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, strings.Join(os.Args, " "), err)
		os.Exit(125)
	}
	os.Exit(out.ShellStatus())
}
