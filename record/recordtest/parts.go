package recordtest

import "github.com/lineage-audit/lineage/record"

func command() []string { return []string{"python", "train.py", "--data", "data/train.csv"} }

func parameters() record.Parameters {
	return record.Parameters{
		Command: command(), WorkingDirectory: at("."),
		Parameters:    []record.NameValue{{Name: "learning_rate", Value: "0.1"}, {Name: "token", Redacted: true}},
		Inputs:        record.Declared{Paths: []record.Location{at("data/train.csv"), at("data/images")}},
		Preprocessing: record.Declared{Paths: []record.Location{at("prepare.py")}},
		Outputs:       record.Declared{Paths: []record.Location{at("metrics.json"), at("model")}},
		Config:        config(),
	}
}

func config() *record.FileFacts {
	content := Code["lineage.yaml"]
	return &record.FileFacts{Location: at("lineage.yaml"), Bytes: int64(len(content)), Digest: SHA256(content).SHA256}
}

func environment() record.Environment {
	return record.Environment{
		OS:     record.OS{Name: "Debian GNU/Linux", Version: "13", Kernel: "6.12.0", Architecture: "amd64"},
		CPU:    record.CPU{Model: "Xeon", Count: 2},
		Memory: 8 << 30, Host: "trainer", User: "ada", TimeZone: "UTC", Locale: "C.UTF-8",
		Variables: []record.Variable{
			{Name: "API_TOKEN", Redacted: true},
			{Name: "PYTHONHASHSEED", Value: "0", Determinism: true},
		},
		Limits: []record.NameValue{{Name: "memory.max", Value: "8589934592"}},
	}
}

func dependencies() []record.Resource {
	return []record.Resource{
		commit(),
		Tree(record.RoleCode, at("."), Code),
		File(record.RoleData, at("data/train.csv"), Train),
		Tree(record.RoleData, at("data/images"), Images),
		File(record.RolePreprocessing, at("prepare.py"), prepare),
		lockFile(),
		interpreter(),
		Package("numpy", "2.3.0"),
		Package("scikit-learn", "1.9.0"),
	}
}

func commit() record.Resource {
	const url = "https://git.example/ada/fraud.git"
	return record.Resource{
		URI: "git+" + url + "@" + string(Commit), Digest: &record.DigestSet{GitCommit: Commit},
		Annotations: record.Annotations{Role: record.RoleCommit, Commit: &record.CommitFacts{
			Location: at("."), State: record.TreeClean, Branch: "main",
			Remotes: []record.Remote{{Name: "origin", URL: url}},
		}},
	}
}

func lockFile() record.Resource {
	return record.Resource{Name: "repo:requirements.lock", Digest: SHA256(lock), Annotations: record.Annotations{
		Role: record.RoleLock, Lock: &record.LockFacts{
			Location: at("requirements.lock"), Format: "requirements.txt", Bytes: int64(len(lock)), Packages: 1, Hashed: 1,
		},
	}}
}

func interpreter() record.Resource {
	return record.Resource{Name: "venv:bin/python", Digest: SHA256("an interpreter"), Annotations: record.Annotations{
		Role: record.RoleInterpreter, Interpreter: &record.InterpreterFacts{
			Location: Location("venv:bin/python"), Resolved: Location("abs:/usr/bin/python3.13"),
			Implementation: "CPython", Version: "3.13.5", Environment: "venv", Seen: "running",
		},
	}}
}

// Package is a distribution whose files match the RECORD that its digest is of.
func Package(name, version string) record.Resource {
	site := Location("venv:lib/python3.13/site-packages")
	return record.Resource{
		Name: name, URI: "pkg:pypi/" + name + "@" + version, Digest: SHA256("RECORD of " + name),
		Annotations: record.Annotations{Role: record.RolePackage, Package: &record.PackageFacts{
			Name: name, Version: version, Location: &site, Installer: "pip", Tags: []string{"py3-none-any"},
			Files: &record.PackageFiles{State: "match", Checked: 10},
		}},
	}
}
