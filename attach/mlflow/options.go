package mlflow

import (
	"strings"
	"time"
)

// Options say which MLflow is meant, in the way in which MLflow's own client finds
// it. The zero value of every limit is its default.
type Options struct {
	// Env is the environment of the child, "NAME=value": the MLFLOW_… variables,
	// HOME, proxies and bundles of certificates are read from it.
	Env []string
	// Dir is the child's working folder, where MLflow's default store is.
	Dir string
	// Python is the interpreter that ran. Only local stores need it.
	Python string
	// Timeout is for one call, and for one pause within a body: 30 s.
	Timeout time.Duration
	// Files and Bytes bound one model: 100,000 files, 1 TiB.
	Files int
	Bytes int64
}

func (o Options) withDefaults() Options {
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Files <= 0 {
		o.Files = 100_000
	}
	if o.Bytes <= 0 {
		o.Bytes = 1 << 40
	}
	return o
}

// environ finds a variable as a program does: the last of several counts, and an
// empty one is as good as none, which is how MLflow reads its own.
type environ []string

func (e environ) get(name string) string {
	for i := len(e) - 1; i >= 0; i-- {
		if value, found := strings.CutPrefix(e[i], name+"="); found {
			return value
		}
	}
	return ""
}

func (e environ) isTrue(name string) bool {
	value := strings.ToLower(e.get(name))
	return value == "true" || value == "1"
}
