package mlflow

import (
	"context"
	"fmt"
	"maps"

	"github.com/lineage-audit/lineage/attach"
)

// A listing without an end is bounded by its pages and by their bytes.
const (
	maxPages   = 1000
	maxListing = 4 * maxAnswer
)

// pages asks until the server has no more pages. each decodes one, and gives the
// token of the next. A token that comes back, or too many of them, is an error: a
// listing that was broken off is not one.
func pages(ctx context.Context, b backend, c call, each func(call) (next string, err error)) error {
	seen, token, size := map[string]bool{}, "", 0
	for range maxPages {
		page := c
		page.fields, page.size = maps.Clone(c.fields), &size
		if token != "" {
			page.fields["page_token"] = token
		}
		next, err := each(page)
		if err != nil {
			return err
		}
		if next == "" {
			return nil
		}
		if size > maxListing {
			return b.fail(c.op, attach.ErrTooLarge, fmt.Sprintf("the listing has more than %d bytes", maxListing), nil)
		}
		if seen[next] {
			return b.fail(c.op, attach.ErrMalformed, "the pages of the listing go round in a circle", nil)
		}
		seen[next], token = true, next
		if err := ctx.Err(); err != nil {
			return b.fail(c.op, attach.ErrUnreachable, "", err)
		}
	}
	return b.fail(c.op, attach.ErrTooLarge, fmt.Sprintf("the listing has more than %d pages", maxPages), nil)
}

// experiments are the ids of all that can be seen. MLflow searches in none of them
// if it is told none.
func (s *System) experiments(ctx context.Context) ([]string, error) {
	var ids []string
	c := call{"listing experiments", searchExperiments, map[string]any{"max_results": 1000}, nil, nil}
	err := pages(ctx, s.tracking, c, func(c call) (string, error) {
		var said struct {
			Experiments []experiment `json:"experiments"`
			Next        string       `json:"next_page_token"`
		}
		c.answer = &said
		err := s.tracking.do(ctx, c)
		for _, e := range said.Experiments {
			ids = append(ids, e.ID)
		}
		return said.Next, err
	})
	return ids, err
}

func (s *System) searchRuns(ctx context.Context, experiments []string, filter string) ([]run, error) {
	var found []run
	c := call{"searching for runs", searchRuns,
		map[string]any{"experiment_ids": experiments, "filter": filter, "max_results": 1000}, nil, nil}
	err := pages(ctx, s.tracking, c, func(c call) (string, error) {
		var said struct {
			Runs []run  `json:"runs"`
			Next string `json:"next_page_token"`
		}
		c.answer = &said
		err := s.tracking.do(ctx, c)
		found = append(found, said.Runs...)
		return said.Next, err
	})
	return found, err
}

func (s *System) searchModels(ctx context.Context, experiments []string, filter string) ([]loggedModel, error) {
	var found []loggedModel
	c := call{"searching for logged models", searchModels,
		map[string]any{"experiment_ids": experiments, "filter": filter, "max_results": 100}, nil, nil}
	err := pages(ctx, s.tracking, c, func(c call) (string, error) {
		var said struct {
			Models []loggedModel `json:"models"`
			Next   string        `json:"next_page_token"`
		}
		c.answer = &said
		err := s.tracking.do(ctx, c)
		found = append(found, said.Models...)
		return said.Next, err
	})
	return found, err
}

func (s *System) searchVersions(ctx context.Context, filter string) ([]modelVersion, error) {
	var found []modelVersion
	c := call{"searching for model versions", searchVersions, map[string]any{"filter": filter, "max_results": 1000}, nil, nil}
	err := pages(ctx, s.registry, c, func(c call) (string, error) {
		var said struct {
			Versions []modelVersion `json:"model_versions"`
			Next     string         `json:"next_page_token"`
		}
		c.answer = &said
		err := s.registry.do(ctx, c)
		found = append(found, said.Versions...)
		return said.Next, err
	})
	return found, err
}
