package verify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// oneDocument parses exactly one document, a mapping.
func oneDocument(raw []byte) (*yaml.Node, error) {
	if len(raw) > maxPolicy {
		return nil, fmt.Errorf("it has %d bytes; at most %d are read", len(raw), maxPolicy)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("line 1: it is empty")
	case err != nil:
		return nil, err
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("line %d: something follows the document", max(second.Line, document.Line))
	}
	if len(document.Content) != 1 {
		return nil, errors.New("line 1: it is empty")
	}
	return document.Content[0], plain(document.Content[0])
}

// plain refuses what makes YAML mean more than it shows: anchors, aliases, merge
// keys and tags.
func plain(n *yaml.Node) error {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return fmt.Errorf("line %d: anchors and aliases are not read", n.Line)
	case n.Style&yaml.TaggedStyle != 0 || n.Tag == "!!merge":
		return fmt.Errorf("line %d: tags and merge keys are not read", n.Line)
	}
	for _, child := range n.Content {
		if err := plain(child); err != nil {
			return err
		}
	}
	return nil
}

// eachKey reads a mapping that has some of the keys, each once.
func eachKey(n *yaml.Node, known map[string]func(*yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: want keys and values, got %s", n.Line, shown(n))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, found := known[key.Value]
		if key.Kind != yaml.ScalarNode || !found {
			return fmt.Errorf("line %d: unknown key %s: want one of %s", key.Line, shown(key),
				strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		if seen[key.Value] {
			return fmt.Errorf("line %d: key %q stands twice", key.Line, key.Value)
		}
		seen[key.Value] = true
		if err := read(value); err != nil {
			return err
		}
	}
	if len(seen) == 0 {
		return fmt.Errorf("line %d: there is nothing in it", n.Line)
	}
	return nil
}

// eachItem reads a list that is not empty.
func eachItem(n *yaml.Node, read func(*yaml.Node) error) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return fmt.Errorf("line %d: want a list, got %s", n.Line, shown(n))
	}
	for _, item := range n.Content {
		if err := read(item); err != nil {
			return err
		}
	}
	return nil
}

// text reads a string on one line. What YAML takes for a number, a truth value or
// nothing is none.
func text(n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" || strings.TrimSpace(n.Value) == "" {
		return "", fmt.Errorf("line %d: want a text, got %s", n.Line, shown(n))
	}
	if strings.ContainsFunc(n.Value, unicode.IsControl) {
		return "", fmt.Errorf("line %d: text %q holds control characters", n.Line, n.Value)
	}
	return n.Value, nil
}

// shown is a node in an error.
func shown(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return fmt.Sprintf("a list of %d", len(n.Content))
	}
	if n.Tag == "!!null" {
		return "nothing"
	}
	return fmt.Sprintf("%q", n.Value)
}
