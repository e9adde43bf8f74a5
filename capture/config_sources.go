package capture

import (
	"path"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Source is what lineage.yaml says of where a file or folder is from.
type Source struct {
	Path   string // as it stands there
	URI    string // ends with a slash where Path is a folder
	SHA256 *hashing.FileDigest
}

// sources reads paths with a URI each, or with a URI and what the file's bytes are.
func sources(value *yaml.Node) (list []Source, err error) {
	if value.Kind != yaml.MappingNode || len(value.Content) == 0 {
		return nil, configError(value, "sources: want paths, and a URI for each")
	}
	for i := 0; i+1 < len(value.Content); i += 2 {
		key, v := value.Content[i], value.Content[i+1]
		if err := checkPath("sources", key); err != nil {
			return nil, err
		}
		same := func(s Source) bool { return path.Clean(s.Path) == path.Clean(key.Value) }
		if slices.ContainsFunc(list, same) {
			return nil, configError(key, "sources: path %q stands twice", key.Value)
		}
		s := Source{Path: key.Value}
		if err := s.read(v); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

func (s *Source) read(v *yaml.Node) error {
	if v.Kind != yaml.MappingNode {
		return s.readURI(v)
	}
	for i := 0; i+1 < len(v.Content); i += 2 {
		key, value := v.Content[i], v.Content[i+1]
		switch {
		case key.Value == "uri" && s.URI == "":
			if err := s.readURI(value); err != nil {
				return err
			}
		case key.Value == "sha256" && s.SHA256 == nil:
			digest, err := hashing.ParseFileDigest(value.Value)
			if value.Kind != yaml.ScalarNode || err != nil || digest.IsZero() {
				return configError(value, "sources: %q: sha256: want what sha256sum prints", s.Path)
			}
			s.SHA256 = &digest
		default:
			return configError(key, "sources: %q: want uri and sha256, each once, got %q", s.Path, key.Value)
		}
	}
	if s.URI == "" {
		return configError(v, "sources: %q: key %q is missing", s.Path, "uri")
	}
	return nil
}

// readURI refuses credentials: this file is for everybody to read.
func (s *Source) readURI(v *yaml.Node) error {
	if v.Kind != yaml.ScalarNode || v.Tag != "!!str" || record.CheckURI(v.Value) != nil || text(v.Value) != v.Value {
		return configError(v, "sources: %q: want a URI with a scheme, as https://host/path", s.Path)
	}
	if safe := (*redact.Rules)(nil).URL(v.Value); safe != v.Value {
		return configError(v, "sources: %q: the URI holds credentials, which do not belong in a file: %s", s.Path, safe)
	}
	s.URI = (*redact.Rules)(nil).Origin(v.Value) // what may be a secret under a name of its own is kept in no record
	return nil
}
