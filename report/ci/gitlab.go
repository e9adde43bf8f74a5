package ci

// The entries of GitLab's code quality report.
type (
	qualityEntry struct {
		Description string          `json:"description"`
		CheckName   string          `json:"check_name"`
		Fingerprint string          `json:"fingerprint"`
		Severity    string          `json:"severity"`
		Location    qualityLocation `json:"location"`
	}
	qualityLocation struct {
		Path  string       `json:"path"`
		Lines qualityLines `json:"lines"`
	}
	qualityLines struct {
		Begin int `json:"begin"`
	}
)

// gitlab lists what is not held: a finding that is not there is none. Where no check
// ran, the verdict alone is grave.
func gitlab(d verdict) ([]byte, error) {
	all := []qualityEntry{}
	for _, f := range append([]finding{d.verdict}, d.checks...) {
		if f.standing == shown {
			continue
		}
		all = append(all, qualityEntry{
			Description: f.id + " " + f.line, CheckName: f.id, Fingerprint: fingerprint(d.Target.Asked, f.id),
			Severity: severity(f.standing), Location: qualityLocation{d.at(f), qualityLines{1}},
		})
	}
	return encode(all)
}

func severity(s standing) string {
	switch s {
	case failed:
		return "blocker"
	case aside:
		return "minor"
	case above, outside, unrun:
		return "info"
	}
	return "critical"
}
