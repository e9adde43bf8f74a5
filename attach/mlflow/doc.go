// Package mlflow is MLflow as an [attach.System]: a tracking server by REST, and a
// local store by way of the mlflow package of the interpreter that ran.
//
// # What is written
//
// Among the artifacts of a run:
//
//	lineage/<record id>.intoto.json    the record, byte for byte
//	lineage/blobs/<sha256>             manifests, and what else goes along with it
//
// As tags of a run, a logged model or a version of a registered model:
//
//	lineage.invocation       of the command that made it; from MLFLOW_RUN_CONTEXT
//	lineage.record           the id of the record that was attached last
//	lineage.record.<id>      for every record; its value is the record's invocation
//	lineage.digest           of the model's bytes: "lineageTree1:…" or "sha256:…"
//
// Nothing is written into a model's own folder, since its bytes are what is
// verified: a model names its records, and the run that logged it keeps them. A
// model without a run only names them.
//
// # What is trusted
//
// A server's word is checked as far as that is possible: an answer is one JSON
// object about what was asked for; listings have relative paths, each once, below
// the folder that was listed, and end; files have the size that was listed, records
// and blobs the digest of their name. Redirects are not followed, nor is the address
// of an artifact that leads to another host or to a path of this machine: artifacts
// go through the server. Bodies and listings are bounded, and no call waits for
// ever.
//
// docs/mlflow.md says what MLflow does, as it was measured.
package mlflow
