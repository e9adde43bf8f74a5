package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func ms(values ...int) []time.Duration {
	times := make([]time.Duration, len(values))
	for i, v := range values {
		times[i] = time.Duration(v) * time.Millisecond
	}
	return times
}

func TestTable(t *testing.T) {
	rows := compare([]series{
		{"true", ms(2, 1, 3)},
		{"lineage run", ms(32, 31, 52)},
		{"peer", ms(302, 332, 92)},
	})
	var out strings.Builder
	if err := write(&out, rows, []string{"other"}, options{rounds: 3, files: 5}); err != nil {
		t.Fatal(err)
	}
	want := `| command     | median   | 90%      | added    | against lineage |
| ---         | ---      | ---      | ---      | ---             |
| true        | 2.0 ms   | 3.0 ms   |          |                 |
| lineage run | 32.0 ms  | 52.0 ms  | 30.0 ms  | 1.0 ×           |
| peer        | 302.0 ms | 332.0 ms | 300.0 ms | 10.0 ×          |

3 runs of each in turns, in a repository of 5 files.
Not installed, so not measured: other.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestCompareWithoutAnyTime(t *testing.T) {
	rows := compare([]series{{"true", ms(1)}, {"lineage run", ms(1)}})
	if rows[1].added != 0 || rows[1].ratio != 0 {
		t.Errorf("got %v, want nothing added", rows[1])
	}
}
