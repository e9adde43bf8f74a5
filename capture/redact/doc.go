// Package redact keeps secrets out of what is written down.
//
// A secret is found in three ways: by the name that it stands under (a variable
// MLFLOW_TRACKING_PASSWORD, a flag --api-key, a query's X-Amz-Signature), by its
// own shape (a private key block, a token of a known issuer, the credentials of
// a URL), and by its value, where that value is known from a variable of the
// environment that has such a name or shape.
//
// What is redacted keeps its place and its name, and becomes [Marker]: one fixed
// text that tells neither the secret's length nor a digest of it. Secrets that
// touch or overlap become one Marker together.
//
// Names are judged by their words, so --max-tokens, --tokenizer, --key-column,
// --author and PYTHONHASHSEED are no secrets. A name that is only possibly a
// secret's (--key, --x-token) hides its value where that looks random. Nothing
// finds a secret that has an innocent name and no shape of its own.
package redact
