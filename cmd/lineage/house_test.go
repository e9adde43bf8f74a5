package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/lineage-audit/lineage/"

// arrows say which packages of this module a package may import. They run one way;
// a package that is not here is one that nobody placed.
var arrows = map[string][]string{
	"docs":                {},
	"hashing":             {},
	"record/strict":       {},
	"record":              {"hashing", "record/strict"},
	"record/recordtest":   {"hashing", "record"},
	"git":                 {"hashing", "record/strict"},
	"store":               {"hashing", "record", "record/strict"},
	"store/storetest":     {"hashing", "record", "store"},
	"store/index":         {"hashing", "record", "store"},
	"store/bundle":        {"hashing", "record", "store"},
	"restore":             {"git", "hashing", "record", "store"},
	"relock":              {"capture/lockfile", "capture/python", "record"},
	"attach":              {"hashing", "record"},
	"attach/attachtest":   {"attach", "hashing", "record", "record/recordtest"},
	"attach/mlflow":       {"attach", "hashing", "record", "record/strict"},
	"capture/child":       {},
	"capture/redact":      {},
	"capture/environment": {"capture/redact", "hashing", "record"},
	"capture/lockfile":    {"capture/redact", "hashing"},
	"fetch":               {"capture/redact", "hashing", "record/strict"},
	"fetch/fetchtest":     {},
	"capture/python":      {"capture/lockfile", "capture/redact", "hashing", "record"},
	"capture":             {"capture/child", "capture/environment", "capture/lockfile", "capture/python", "capture/redact", "fetch", "git", "hashing", "record"},
	"capture/capturetest": {"capture", "git", "hashing", "record", "store"},
	"verify":              {"hashing", "record", "record/strict"},
	"verify/evidence":     {"attach", "capture/lockfile", "capture/python", "fetch", "git", "hashing", "record", "store", "verify"},
	"compare":             {"attach", "hashing", "record"},
	"compare/contents":    {"capture/redact", "compare", "git", "hashing", "record", "store"},
	"sourcing":            {"hashing", "record"},
	"report":              {"compare", "hashing", "record", "sourcing", "verify"},
	"trace":               {"hashing", "record", "store/index"},
	"report/graph":        {"hashing", "record", "report", "trace"},
	"report/page":         {"compare", "docs", "hashing", "record", "report", "report/graph", "trace", "verify"},
	"report/ci":           {"docs", "report", "verify"},
	"record/vectors":      {"hashing", "record", "record/recordtest", "record/strict"},
	"cmd/lineage":         nil, // everything
	"bench/overhead":      nil,
	"bench/index":         nil,
}

// touchless packages reach no network, process or file by themselves.
var touchless = map[string][]string{
	"verify":        {"net", "net/http", "os", "os/exec", "database/sql", "syscall"},
	"report":        {"net", "net/http", "os", "os/exec", "database/sql", "syscall"},
	"report/graph":  {"net", "net/http", "os", "os/exec", "database/sql", "syscall"},
	"trace":         {"net", "net/http", "os", "os/exec", "database/sql", "syscall"},
	"compare":       {"net", "net/http", "os", "os/exec", "database/sql", "syscall"},
	"report/page":   {"net", "net/http", "os", "os/exec", "database/sql", "syscall"},
	"report/ci":     {"net", "net/http", "os", "os/exec", "database/sql", "syscall"},
	"record":        {"net", "net/http", "os", "os/exec", "database/sql", "syscall"},
	"record/strict": {"net", "net/http", "os", "os/exec", "database/sql", "syscall"},
	"hashing":       {"net", "net/http", "os/exec", "database/sql"},
}

func TestArrowsRunOneWay(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, placed := arrows[name]
		if !placed {
			t.Errorf("package %s has no place in the house: see arrows", name)
			continue
		}
		for _, imported := range p.Imports {
			ours, isOurs := strings.CutPrefix(imported, module)
			if isOurs && allowed != nil && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s", name, ours)
			}
			if slices.Contains(touchless[name], imported) {
				t.Errorf("%s imports %s", name, imported)
			}
		}
	}
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) (all []listed) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(out)
	for {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return all
}
