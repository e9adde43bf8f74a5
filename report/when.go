package report

import (
	"math"
	"time"

	"github.com/dustin/go-humanize"
)

const day = 24 * time.Hour

// ages are the words for how long ago something was.
var ages = []humanize.RelTimeMagnitude{
	{D: time.Second, Format: "now", DivBy: time.Second},
	{D: time.Minute, Format: "%ds %s", DivBy: time.Second},
	{D: time.Hour, Format: "%dm %s", DivBy: time.Minute},
	{D: day, Format: "%dh %s", DivBy: time.Hour},
	{D: 100 * day, Format: "%dd %s", DivBy: day},
	{D: 2 * 365 * day, Format: "%dmo %s", DivBy: 30 * day},
	{D: math.MaxInt64, Format: "%dy %s", DivBy: 365 * day},
}

// when is a moment as the options want it told: "3h ago", or in UTC.
func (o Options) when(t time.Time) string {
	if o.Now.IsZero() {
		return t.UTC().Format(time.RFC3339)
	}
	return humanize.CustomRelTime(t, o.Now, "ago", "ahead", ages)
}
