package mlflow

import (
	"context"
	"io"

	"github.com/lineage-audit/lineage/attach"
)

// backend is one way to speak to an MLflow, in the words of its REST API: with a
// server by HTTP, with a local store through MLflow's own package. Its errors are
// [*attach.Error].
type backend interface {
	// do calls, checks that the answer is one JSON object, and decodes it.
	do(ctx context.Context, c call) error
	// open reads a file that was listed, and fails if it has another size.
	open(ctx context.Context, f remoteFile) (io.ReadCloser, error)
	// upload writes a file among the artifacts of a run.
	upload(ctx context.Context, run run, path string, content []byte) error
	// fail makes an error that names the address.
	fail(op string, kind error, detail string, err error) *attach.Error
}

// call is one request: what for, which, its fields, and where the answer goes.
type call struct {
	op     string // a gerund, for messages
	route  route
	fields map[string]any
	answer any
	size   *int // if it is set, the bytes of the answer are added to it
}

// decode reads the answer.
func (c call) decode(raw []byte) error {
	if c.size != nil {
		*c.size += len(raw)
	}
	return decodeAnswer(raw, c.answer)
}

// route is one method of MLflow's REST API, below /api/2.0/mlflow/. A part in
// braces is the field of that name.
type route struct{ method, path string }

var (
	searchExperiments = route{"POST", "experiments/search"}
	getRun            = route{"GET", "runs/get"}
	searchRuns        = route{"POST", "runs/search"}
	setRunTags        = route{"POST", "runs/log-batch"}
	listArtifacts     = route{"GET", "artifacts/list"}
	getLoggedModel    = route{"GET", "logged-models/{model_id}"}
	searchModels      = route{"POST", "logged-models/search"}
	setModelTags      = route{"PATCH", "logged-models/{model_id}/tags"}
	listModel         = route{"GET", "logged-models/{model_id}/artifacts/directories"}
	getVersion        = route{"GET", "model-versions/get"}
	getAlias          = route{"GET", "registered-models/alias"}
	getRegistered     = route{"GET", "registered-models/get"}
	searchVersions    = route{"GET", "model-versions/search"}
	setVersionTag     = route{"POST", "model-versions/set-tag"}
)

// place is a folder of artifacts: those of a run or of a logged model.
type place struct {
	run   string
	model string
	root  string // the artifact URI of the run or logged model
}

// remoteFile is one file below a place, as it was listed.
type remoteFile struct {
	place
	path string
	size int64
}
