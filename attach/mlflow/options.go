package mlflow

import "time"

// Options say which MLflow is meant, as MLflow's own client would find it. The
// zero value of every limit is its default.
type Options struct {
	Env     []string      // "NAME=value": the MLFLOW_… variables, HOME and proxies
	Dir     string        // the child's working folder, where MLflow's default store is
	Python  string        // the interpreter that ran; needed for local stores only
	Timeout time.Duration // of one call, and of a pause within a body; 30 s
	Files   int           // in one model; 100 000
	Bytes   int64         // of one model; 1 TiB
}
