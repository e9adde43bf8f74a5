package verify

import "testing"

// good are the checks of a table that was held from end to end.
func good() []Check {
	checks := make([]Check, len(table))
	for i, e := range table {
		checks[i] = Check{ID: e.id, Rung: e.rung, Status: Held}
	}
	return checks
}

func TestRule(t *testing.T) {
	change := func(id CheckID, f func(*Check)) []Check {
		checks := good()
		for i := range checks {
			if checks[i].ID == id {
				f(&checks[i])
			}
		}
		return checks
	}
	is := func(s Status) func(*Check) { return func(c *Check) { c.Status = s } }
	for _, c := range []struct {
		name     string
		checks   []Check
		required Rung
		want     Result
		reached  Rung
	}{
		{"all held", good(), Reproduced, Pass, Reproduced},
		{"one not applicable", change(RegistryAgrees, is(NotApplicable)), Traced, Pass, Reproduced},
		{"failed below", change(ModelBytes, is(Failed)), Pinned, Fail, Untraced},
		{"failed above", change(ReproductionSame, is(Failed)), Traced, Fail, Attested},
		{"lacking below", change(ModelBytes, is(Lacking)), Pinned, CannotVerify, Untraced},
		{"lacking at it", change(GapsNone, is(Lacking)), Pinned, CannotVerify, Traced},
		{"lacking above", change(GapsNone, is(Lacking)), Traced, Pass, Traced},
		{"no status", change(ModelBytes, is("")), Traced, CannotVerify, Untraced},
		{"a status that is none", change(ModelBytes, is("HELD")), Traced, CannotVerify, Untraced},
		{"the only one of its rung not applicable", change(ReproductionSame, is(NotApplicable)), Reproduced, CannotVerify, Attested},
		{"failed and set aside", change(ModelBytes, func(c *Check) { c.Status, c.SetAside = Failed, true }), Traced, Pass, Reproduced},
		{"lacking and set aside", change(ModelBytes, func(c *Check) { c.Status, c.SetAside = Lacking, true }), Traced, Pass, Reproduced},
		{"the only one of its rung set aside", change(ReproductionSame, func(c *Check) { c.SetAside = true }), Reproduced, CannotVerify, Attested},
		{"no checks", nil, Traced, CannotVerify, Untraced},
		{"a check missing", good()[1:], Traced, CannotVerify, Untraced},
		{"a check twice", append(good(), good()[0]), Traced, CannotVerify, Untraced},
		{"a check of another rung", change(ModelBytes, func(c *Check) { c.Rung = Reproduced }), Traced, CannotVerify, Untraced},
		{"failed before lacking", append(change(ModelBytes, is(Failed))[:3], good()[3:]...), Traced, Fail, Untraced},
	} {
		result, reason := decide(c.checks, c.required)
		if got := reached(c.checks); result != c.want || got != c.reached || reason == "" {
			t.Errorf("%s: %s, reached %s: %s; want %s, %s", c.name, result, got, reason, c.want, c.reached)
		}
		if slsa, levels := slsa(result, string(c.reached)); (slsa == SLSAPassed) != (c.want == Pass) || len(levels) != 1 {
			t.Errorf("%s: %s %v", c.name, slsa, levels)
		}
	}
}

// TestWorst: nothing at all, and evidence that does not say, are lacking.
func TestWorst(t *testing.T) {
	for _, c := range []struct {
		all  []Evidence
		want Status
	}{
		{nil, Lacking},
		{[]Evidence{{}}, Lacking},
		{[]Evidence{{Status: NotApplicable}}, Lacking},
		{[]Evidence{{Status: Held}}, Held},
		{[]Evidence{{Status: Held}, {}}, Lacking},
		{[]Evidence{{}, {Status: Failed}}, Failed},
	} {
		if got := worst(c.all); got != c.want {
			t.Errorf("%v: %s, want %s", c.all, got, c.want)
		}
	}
}

func TestShell(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{"lineage", "verify", "models:/fraud@champion"}, "lineage verify models:/fraud@champion"},
		{[]string{"a b", "it's", "", "$(x)", "-n"}, `'a b' 'it'\''s' '' '$(x)' -n`},
	} {
		if got := shell(c.words); got != c.want {
			t.Errorf("%q is quoted %s, want %s", c.words, got, c.want)
		}
	}
}
