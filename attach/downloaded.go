package attach

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// DownloadedFile is the file that MLflow's client adds at the top of a model that
// it downloads by a models: or runs: URI, where it has an MLmodel file.
const DownloadedFile = "registered_model_meta"

// Downloaded is what that file says of a copy. Both are empty where it came from a
// logged model and not from the registry.
type Downloaded struct {
	Name    string
	Version string
}

// ErrDownloaded says that a [DownloadedFile] is not what MLflow's client writes.
var ErrDownloaded = errors.New("not what MLflow's client writes into a download")

// ParseDownloaded reads the content of a [DownloadedFile]. It takes what MLflow's
// client writes and nothing else, two scalars without comments, tags or anchors,
// so that no other content passes as this file:
//
//	model_name: iris
//	model_version: '1'
func ParseDownloaded(content []byte) (Downloaded, error) {
	var d Downloaded
	if len(content) > 1024 {
		return d, fmt.Errorf("%w: it has %d bytes", ErrDownloaded, len(content))
	}
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	if err := decoder.Decode(&doc); err != nil {
		return d, fmt.Errorf("%w: %w", ErrDownloaded, err)
	}
	if err := decoder.Decode(&more); err != io.EOF || bytes.ContainsAny(content, "\t\r") {
		return d, fmt.Errorf("%w: something follows", ErrDownloaded)
	}
	if len(doc.Content) != 1 || len(doc.Content[0].Content) != 4 || !plain(&doc) {
		return d, fmt.Errorf("%w: it is not two plain entries", ErrDownloaded)
	}
	e := doc.Content[0].Content
	if e[0].Value != "model_name" || e[2].Value != "model_version" {
		return d, fmt.Errorf("%w: its keys are %q and %q", ErrDownloaded, e[0].Value, e[2].Value)
	}
	if e[1].Tag == "!!null" && e[3].Tag == "!!null" {
		return d, nil
	}
	if e[1].Tag != "!!str" || checkName(e[1].Value) != "" || !version().MatchString(e[3].Value) {
		return d, fmt.Errorf("%w: model %q, version %q", ErrDownloaded, e[1].Value, e[3].Value)
	}
	return Downloaded{e[1].Value, e[3].Value}, nil
}

// plain tells whether n and all below it have nothing but what PyYAML writes for
// two strings: no comment, anchor, alias, explicit tag or block scalar.
func plain(n *yaml.Node) bool {
	const unwanted = yaml.TaggedStyle | yaml.LiteralStyle | yaml.FoldedStyle | yaml.FlowStyle
	if n.Style&unwanted != 0 || n.Anchor != "" || n.Kind == yaml.AliasNode ||
		strings.TrimSpace(n.HeadComment+n.LineComment+n.FootComment) != "" {
		return false
	}
	for _, c := range n.Content {
		if !plain(c) {
			return false
		}
	}
	return true
}
