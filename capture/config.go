package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ConfigName is the file at the top of the work tree that says what a command
// line would have to say each time.
const ConfigName = "lineage.yaml"

// None declares that there is nothing of a kind: `--input none`.
const None = "none"

// maxConfig bounds a file that people write by hand.
const maxConfig = 1 << 20

// ErrConfig says that a lineage.yaml is not one. The error names file and line.
var ErrConfig = errors.New("lineage.yaml cannot be used")

// Config is a lineage.yaml. Its paths are relative to the folder that it is in.
type Config struct {
	Inputs        []string    // "inputs"
	Preprocessing []string    // "preprocessing"
	Outputs       []string    // "outputs"
	Parameters    []Parameter // "parameters", in the order of the file
	Code          []string    // "code": narrows what of the work tree counts as code
	Sources       []Source    // "sources": where data is from that is there already
}

// Parameter is one that was declared.
type Parameter struct{ Name, Value string }

// ParseConfig reads a lineage.yaml strictly: an unknown key, a key that stands
// twice, an alias, a second document or a value of another type is an error
// that wraps [ErrConfig] and names the line.
func ParseConfig(raw []byte) (Config, error) {
	var c Config
	if len(raw) > maxConfig {
		return c, fmt.Errorf("%w: it has %d bytes; at most %d are read", ErrConfig, len(raw), maxConfig)
	}
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	if err := decoder.Decode(&doc); err == io.EOF {
		return c, fmt.Errorf("%w: it is empty; start with %q", ErrConfig, "version: 1")
	} else if err != nil {
		return c, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if decoder.Decode(&more) != io.EOF {
		return c, configError(&doc, "a second document follows")
	}
	return c, c.read(doc.Content[0])
}

func (c *Config) read(top *yaml.Node) error {
	if top.Kind != yaml.MappingNode {
		return configError(top, "want keys and values")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		if seen[key.Value] {
			return configError(key, "key %q stands twice", key.Value)
		}
		seen[key.Value] = true
		if err := c.key(key, value); err != nil {
			return err
		}
	}
	if !seen["version"] {
		return configError(top, "key %q is missing", "version")
	}
	return nil
}

func (c *Config) key(key, value *yaml.Node) (err error) {
	switch key.Value {
	case "version":
		if value.Kind != yaml.ScalarNode || value.Value != "1" || value.Tag != "!!int" {
			return configError(value, "version %q is not known; this program reads version 1", value.Value)
		}
	case "inputs":
		c.Inputs, err = paths(key, value, true)
	case "preprocessing":
		c.Preprocessing, err = paths(key, value, true)
	case "outputs":
		c.Outputs, err = paths(key, value, true)
	case "code":
		c.Code, err = paths(key, value, false)
	case "sources":
		c.Sources, err = sources(value)
	case "parameters":
		c.Parameters, err = parameters(value)
	default:
		err = configError(key, "unknown key %q; known are version, inputs, preprocessing, outputs, parameters, code, sources", key.Value)
	}
	return err
}

// paths reads a list of paths, or `none` where that may be said.
func paths(key, value *yaml.Node, orNone bool) ([]string, error) {
	if orNone && value.Kind == yaml.ScalarNode && value.Value == None {
		return []string{None}, nil
	}
	if value.Kind != yaml.SequenceNode || len(value.Content) == 0 {
		return nil, configError(value, "%s: want a list of paths, or %q where there is none", key.Value, None)
	}
	var list []string
	for _, item := range value.Content {
		if err := checkPath(key.Value, item); err != nil {
			return nil, err
		}
		if item.Value == None {
			return nil, configError(item, "%s: %q cannot stand in a list; write %q for a file of that name", key.Value, None, "./"+None)
		}
		if slices.Contains(list, item.Value) {
			return nil, configError(item, "%s: path %q stands twice", key.Value, item.Value)
		}
		list = append(list, item.Value)
	}
	return list, nil
}

// checkPath: a path is one of the work tree, or starts from the root.
func checkPath(key string, item *yaml.Node) error {
	if item.Kind != yaml.ScalarNode || item.Tag != "!!str" || item.Value == "" {
		return configError(item, "%s: want a path", key)
	}
	if p := path.Clean(item.Value); !path.IsAbs(p) && (p == ".." || strings.HasPrefix(p, "../")) {
		return configError(item, "%s: path %q leads out of the work tree: write it from the root", key, item.Value)
	}
	return nil
}

func parameters(value *yaml.Node) ([]Parameter, error) {
	if value.Kind != yaml.MappingNode {
		return nil, configError(value, "parameters: want names and values")
	}
	var list []Parameter
	for i := 0; i+1 < len(value.Content); i += 2 {
		name, v := value.Content[i], value.Content[i+1]
		if v.Kind != yaml.ScalarNode || v.Tag == "!!null" || name.Value == "" {
			return nil, configError(v, "parameters: %q: want a plain value", name.Value)
		}
		if slices.ContainsFunc(list, func(p Parameter) bool { return p.Name == name.Value }) {
			return nil, configError(name, "parameters: %q stands twice", name.Value)
		}
		list = append(list, Parameter{name.Value, v.Value})
	}
	return list, nil
}

func configError(at *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%w: line %d: %s", ErrConfig, at.Line, fmt.Sprintf(format, args...))
}
