// Package mlflow is MLflow as an [attach.System]: a tracking server by REST, and a
// local store by the mlflow package of the interpreter that ran.
package mlflow
