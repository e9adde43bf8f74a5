package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// A series is what one contestant's runs took.
type series struct {
	name  string
	times []time.Duration
}

// A row is a series in short, against the first one, which is the bare command.
type row struct {
	name        string
	median, p90 time.Duration
	added       time.Duration
	ratio       float64 // of added to the second row's
}

func quantile(times []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

// compare expects the bare command first and lineage second.
func compare(times []series) []row {
	rows := make([]row, len(times))
	for i, s := range times {
		rows[i] = row{name: s.name, median: quantile(s.times, 0.5), p90: quantile(s.times, 0.9)}
		rows[i].added = rows[i].median - rows[0].median
		rows[i].ratio = float64(rows[i].added) / float64(cmp.Or(rows[min(i, 1)].added, 1))
	}
	return rows
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

// write prints the rows as a table that Markdown reads too.
func write(out io.Writer, rows []row, missing []string, o options) error {
	w := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	fmt.Fprintf(w, "| command\t| median\t| 90%%\t| added\t| against lineage\t|\n")
	fmt.Fprintf(w, "| ---\t| ---\t| ---\t| ---\t| ---\t|\n")
	for i, r := range rows {
		added, ratio := milliseconds(r.added), fmt.Sprintf("%.1f ×", r.ratio)
		if i == 0 {
			added, ratio = "", ""
		}
		fmt.Fprintf(w, "| %s\t| %s\t| %s\t| %s\t| %s\t|\n", r.name, milliseconds(r.median), milliseconds(r.p90), added, ratio)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\n%d runs of each in turns, in a repository of %d files.\n", o.rounds, o.files)
	if err == nil && len(missing) > 0 {
		_, err = fmt.Fprintf(out, "Not installed, so not measured: %s.\n", strings.Join(missing, ", "))
	}
	return err
}
