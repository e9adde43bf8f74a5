package verify

import "context"

// Verify runs every check and gives the verdict. It has no error: what keeps it
// from looking makes checks lacking. When ctx ends, the checks that have not run
// are lacking.
func Verify(ctx context.Context, r Request) Verdict {
	return Verdict{Result: CannotVerify, ExitStatus: 3}
}
