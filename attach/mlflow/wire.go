package mlflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lineage-audit/lineage/record"
)

// The answers of MLflow's REST API, as far as they are read. It leaves out fields
// that are empty, and sends more than is named here.
type (
	tag struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}

	run struct {
		Info struct {
			RunID        string `json:"run_id"`
			ExperimentID string `json:"experiment_id"`
			Name         string `json:"run_name"`
			User         string `json:"user_id"`
			Status       string `json:"status"`
			Start        int64  `json:"start_time"`
			End          int64  `json:"end_time"`
			ArtifactURI  string `json:"artifact_uri"`
			Stage        string `json:"lifecycle_stage"`
		} `json:"info"`
		Data struct {
			Metrics []metric `json:"metrics"`
			Params  []tag    `json:"params"`
			Tags    []tag    `json:"tags"`
		} `json:"data"`
	}

	metric struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"` // a number, "NaN", "Infinity" or "-Infinity"
		Time  int64           `json:"timestamp"`
		Step  int64           `json:"step"`
	}

	loggedModel struct {
		Info struct {
			ModelID      string `json:"model_id"`
			ExperimentID string `json:"experiment_id"`
			Name         string `json:"name"`
			Created      int64  `json:"creation_timestamp_ms"`
			ArtifactURI  string `json:"artifact_uri"`
			Status       string `json:"status"`
			SourceRunID  string `json:"source_run_id"`
			Tags         []tag  `json:"tags"`
		} `json:"info"`
	}

	modelVersion struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		Created int64  `json:"creation_timestamp"`
		User    string `json:"user_id"`
		Source  string `json:"source"`
		RunID   string `json:"run_id"`
		Status  string `json:"status"`
		Tags    []tag  `json:"tags"`
	}

	fileInfo struct {
		Path  string `json:"path"`
		IsDir bool   `json:"is_dir"`
		Size  int64  `json:"file_size"`
	}

	experiment struct {
		ID string `json:"experiment_id"`
	}
)

func (r run) place() place { return place{run: r.Info.RunID, root: r.Info.ArtifactURI} }

func (m loggedModel) place() place { return place{model: m.Info.ModelID, root: m.Info.ArtifactURI} }

func millis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// decodeAnswer wants one JSON object and nothing else. Unlike a record, it may have
// keys that are not known here: servers grow. But a key that stands twice, also in
// another case, would be read as this one here and as that one elsewhere.
func decodeAnswer(raw []byte, answer any) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		return errors.New("it is empty")
	}
	if !utf8.Valid(raw) {
		return errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if tok, err := d.Token(); err != nil || tok != json.Delim('{') {
		return fmt.Errorf("it is not a JSON object: it begins with %q", raw[:min(len(raw), 40)])
	}
	if err := checkObject(d, maxNesting); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON object")
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return fmt.Errorf("it is not what was asked for: %w", err)
	}
	return nil
}

// maxNesting bounds objects in objects; MLflow's have five.
const maxNesting = 100

// checkObject reads what is left of an object, whose brace has been read.
func checkObject(d *json.Decoder, depth int) error {
	seen := map[string]bool{}
	for d.More() {
		tok, err := d.Token()
		if err != nil {
			return fmt.Errorf("its JSON is malformed: %w", err)
		}
		key := strings.ToLower(tok.(string))
		if seen[key] {
			return fmt.Errorf("its key %q stands twice", key)
		}
		seen[key] = true
		if err := checkValue(d, depth-1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("its JSON is malformed: %w", err)
	}
	return nil
}

func checkValue(d *json.Decoder, depth int) error {
	if depth < 0 {
		return fmt.Errorf("its JSON is nested more than %d deep", maxNesting)
	}
	tok, err := d.Token()
	if err != nil {
		return fmt.Errorf("its JSON is malformed: %w", err)
	}
	switch tok {
	case json.Delim('{'):
		return checkObject(d, depth)
	case json.Delim('['):
		for d.More() {
			if err := checkValue(d, depth-1); err != nil {
				return err
			}
		}
		if _, err := d.Token(); err != nil {
			return fmt.Errorf("its JSON is malformed: %w", err)
		}
	}
	return nil
}

// invocations are those that the tags carry: put there by MLFLOW_RUN_CONTEXT.
func invocations(tags []tag) []record.Invocation {
	var found []record.Invocation
	for _, t := range tags {
		if t.Key != tagInvocation {
			continue
		}
		if i, err := record.ParseInvocation(t.Value); err == nil {
			found = append(found, i)
		}
	}
	return found
}
