package environment

import (
	"slices"
	"strconv"
	"strings"
)

// selection is what a variable leaves of the processors.
type selection struct {
	set     bool
	text    string // numbers and identifiers, with commas
	ordered bool   // a number counts in the order of the bus
}

func selectionOf(env map[string]string, ordered bool, names ...string) selection {
	for _, n := range names {
		if text, set := env[n]; set {
			return selection{true, text, ordered}
		}
	}
	return selection{}
}

// cudaSelection: CUDA counts from the fastest, unless it is told to count along the bus.
func cudaSelection(env map[string]string) selection {
	return selectionOf(env, env["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES")
}

// hipSelections: the runtime selects first, and HIP among what that has left.
func hipSelections(env map[string]string) []selection {
	return []selection{selectionOf(env, true, "ROCR_VISIBLE_DEVICES"), selectionOf(env, true, "HIP_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES")}
}

// visible leaves out what is hidden. Both CUDA and HIP end a list at the first entry
// that is none. Where a number may mean one of several models, all are left.
func visible(all []GPU, selections ...selection) []GPU {
	for _, s := range selections {
		if s.set {
			all = s.of(all)
		}
	}
	return all
}

func (s selection) of(all []GPU) (left []GPU) {
	for entry := range strings.SplitSeq(s.text, ",") {
		entry = strings.TrimSpace(entry)
		if strings.HasPrefix(entry, "MIG-") { // a part of a card that is not named here
			return all
		}
		i := slices.IndexFunc(all, func(g GPU) bool { return sameDevice(g.uuid, entry) })
		if n, err := strconv.Atoi(entry); err == nil {
			if i = n; n >= 0 && n < len(all) && !s.ordered && !alike(all) {
				return all
			}
		}
		if i < 0 || i >= len(all) {
			return left
		}
		left = append(left, all[i])
	}
	return left
}

// sameDevice: an identifier may be cut short.
func sameDevice(uuid, entry string) bool {
	return len(entry) > len("GPU-") && strings.HasPrefix(strings.ToLower(uuid), strings.ToLower(entry))
}

func alike(all []GPU) bool {
	return !slices.ContainsFunc(all, func(g GPU) bool { return g.Name != all[0].Name })
}
