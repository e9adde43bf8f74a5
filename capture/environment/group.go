package environment

import (
	"strconv"

	"github.com/lineage-audit/lineage/record"
)

// Group is the job that a run is one rank of.
type Group struct {
	ID   string // system:identifier, equal for all ranks of the job
	Rank int    // this run's place in it; -1 if unknown
	Size int    // the number of ranks; 0 if unknown
}

// GroupOf reads the group from an environment: LINEAGE_GROUP, else torchrun, a
// step of Slurm, or MPI; ok is false where there is none. A Slurm job alone is none:
// its script runs one command after another.
func GroupOf(env []string) (g Group, ok bool) {
	vars := parse(env)
	rank := firstNumber(vars, -1, "RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "JOB_COMPLETION_INDEX")
	size := firstNumber(vars, 0, "WORLD_SIZE", "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE")
	switch {
	case vars["LINEAGE_GROUP"] != "":
		return Group{"group:" + vars["LINEAGE_GROUP"], rank, size}, true
	case vars["TORCHELASTIC_RUN_ID"] != "":
		return torchrun(vars)
	case vars["SLURM_JOB_ID"] != "" && vars["SLURM_STEP_ID"] != "":
		return Group{"slurm:" + vars["SLURM_JOB_ID"] + "." + vars["SLURM_STEP_ID"],
			firstNumber(vars, -1, "SLURM_PROCID"), firstNumber(vars, 0, "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS")}, true
	case vars["PMIX_NAMESPACE"] != "":
		return Group{"mpi:" + vars["PMIX_NAMESPACE"],
			firstNumber(vars, -1, "OMPI_COMM_WORLD_RANK", "PMIX_RANK"), firstNumber(vars, 0, "OMPI_COMM_WORLD_SIZE")}, true
	}
	return Group{}, false
}

// torchrun calls every job "none" unless it was told or has drawn an identifier;
// then the address of its first rank tells the jobs of one moment apart.
func torchrun(vars map[string]string) (Group, bool) {
	id := vars["TORCHELASTIC_RUN_ID"]
	if id == "none" {
		if vars["MASTER_ADDR"] == "" || vars["MASTER_PORT"] == "" {
			return Group{}, false
		}
		id = vars["MASTER_ADDR"] + ":" + vars["MASTER_PORT"]
	}
	return Group{"torchrun:" + id, firstNumber(vars, -1, "RANK"), firstNumber(vars, 0, "WORLD_SIZE")}, true
}

// firstNumber is the first of the variables that is a number, else otherwise.
func firstNumber(vars map[string]string, otherwise int, names ...string) int {
	for _, name := range names {
		if n, err := strconv.ParseUint(vars[name], 10, 31); err == nil {
			return int(n)
		}
	}
	return otherwise
}

// ParentOf reads the run that this one is nested in. An environment that has a
// malformed LINEAGE_PARENT gives an error that wraps [record.ErrInvocation];
// one that has none, the zero value.
func ParentOf(env []string) (record.Invocation, error) {
	parent, set := parse(env)["LINEAGE_PARENT"]
	if !set || parent == "" {
		return record.Invocation{}, nil
	}
	return record.ParseInvocation(parent)
}
