package compare

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// command compares what the runs were told: arguments, parameters, and those that
// they logged themselves.
func (d *differ) command(_ context.Context, ar *Area) {
	a, b := d.a.parameters(), d.b.parameters()
	ar.A, ar.B = int64(len(a.Command)), int64(len(b.Command))
	ar.arguments(a.Command, b.Command)
	for _, f := range details(a, b, "command", "parameters", "inputs", "preprocessing", "outputs", "source", "config", "strict") {
		ar.Items = append(ar.Items, Item{Kind: KindChanged, Sort: SortFact, What: f.Name, A: f.A, B: f.B, Bearing: Set})
	}
	for _, r := range []*run{d.a, d.b} {
		if !r.settled {
			ar.doubt(r.of, "parameters", "the run has no record: it is "+string(r.state))
		}
	}
	if !d.a.settled || !d.b.settled {
		return
	}
	ar.named(SortParameter, "", Set, namedValues(a.Parameters), namedValues(b.Parameters))
	d.loggedParameters(ar)
}

// value is something that users name.
type value struct {
	name, text string
	redacted   bool
	facts      any // all of it
}

func namedValues(all []record.NameValue) (found []value) {
	for _, v := range all {
		found = append(found, value{v.Name, v.Value, v.Redacted, v})
	}
	return found
}

// named compares things by their names. A value that was redacted on either side
// cannot be told from another.
func (ar *Area) named(sort Sort, prefix string, bearing Bearing, a, b []value) {
	ar.A, ar.B = ar.A+int64(len(a)), ar.B+int64(len(b))
	other := map[string][]value{}
	for _, v := range b {
		other[v.name] = append(other[v.name], v)
	}
	for _, v := range a {
		i := Item{Kind: KindRemoved, Sort: sort, What: prefix + v.name, A: v.text, Bearing: bearing}
		if w := other[v.name]; len(w) > 0 {
			other[v.name] = w[1:]
			i.Kind, i.B, i.Details = KindChanged, w[0].text, details(v.facts, w[0].facts, "name", "value")
			if v.redacted || w[0].redacted || withheld(v.text) && v.text == w[0].text {
				i.Kind, i.Why = KindUnknown, "its value was withheld"
			} else if v.text == w[0].text && len(i.Details) == 0 {
				continue
			}
		}
		ar.Items = append(ar.Items, i)
	}
	for _, v := range b {
		for _, w := range other[v.name] {
			ar.Items = append(ar.Items, Item{Kind: KindAdded, Sort: sort, What: prefix + w.name, B: w.text, Bearing: bearing})
		}
		delete(other, v.name)
	}
}

// markers are how a redacted text stands in records, and in their URLs.
var markers = []string{"[redacted]", "%5Bredacted%5D"}

func withheld(text string) bool {
	return slices.ContainsFunc(markers, func(m string) bool { return strings.Contains(text, m) })
}

// arguments compares two command lines: flags by their names, other words by their
// number.
func (ar *Area) arguments(a, b []string) {
	before := len(ar.Items)
	valuesA, names := byName(words(a))
	valuesB, more := byName(words(b))
	for _, name := range more {
		if valuesA[name] == nil {
			names = append(names, name)
		}
	}
	for _, name := range names {
		ar.argument(name, valuesA[name], valuesB[name])
	}
	if len(ar.Items) == before && !slices.Equal(a, b) {
		ar.Items = append(ar.Items, Item{
			Kind: KindChanged, Sort: SortArgument, What: "order of the arguments", A: strings.Join(a, " "), B: strings.Join(b, " "), Bearing: Set,
		})
	}
}

func (ar *Area) argument(name string, a, b []string) {
	i := Item{Kind: KindChanged, Sort: SortArgument, What: name, A: strings.Join(a, " "), B: strings.Join(b, " "), Bearing: Set}
	hidden := slices.ContainsFunc(a, withheld) && slices.ContainsFunc(b, withheld)
	switch {
	case slices.Equal(a, b) && !hidden:
		return
	case slices.Equal(a, b):
		i.Kind, i.Why = KindUnknown, "its value was withheld"
	case a == nil:
		i.Kind = KindAdded
	case b == nil:
		i.Kind = KindRemoved
	}
	ar.Items = append(ar.Items, i)
}

// word is an argument: a flag with its value, or a word by its number.
type word struct{ name, value string }

// words reads a command line as most programs do. What it takes for a flag's value
// may be a word of its own; it is then read so on both sides.
func words(command []string) (all []word) {
	number := 0
	for i := 0; i < len(command); i++ {
		w := command[i]
		name, text, joined := strings.Cut(w, "=")
		switch {
		case i == 0:
			all = append(all, word{"program", w})
		case !isFlag(w):
			number++
			all = append(all, word{"argument " + strconv.Itoa(number), w})
		case joined:
			all = append(all, word{name, text})
		case i+1 < len(command) && !isFlag(command[i+1]):
			i++
			all = append(all, word{w, command[i]})
		default:
			all = append(all, word{name: w})
		}
	}
	return all
}

// isFlag tells a flag from a word, and from a negative number.
func isFlag(w string) bool {
	if len(w) < 2 || w[0] != '-' {
		return false
	}
	_, err := strconv.ParseFloat(w, 64)
	return err != nil
}

// byName collects the values of each name, and the names in order.
func byName(all []word) (values map[string][]string, names []string) {
	values = map[string][]string{}
	for _, w := range all {
		if values[w.name] == nil {
			names = append(names, w.name)
		}
		values[w.name] = append(values[w.name], w.value)
	}
	return values, names
}
