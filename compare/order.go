package compare

import (
	"cmp"
	"slices"
	"strings"
)

// Numerical are the distributions that compute the numbers of most trainings; of
// the packages that differ they come first. A name ending in "-" stands for all that
// begin so.
var Numerical = []string{
	"numpy", "scipy", "pandas", "polars", "pyarrow", "scikit-learn", "torch", "torch-", "torchvision", "torchaudio",
	"tensorflow", "tensorflow-", "keras", "jax", "jaxlib", "xgboost", "xgboost-", "lightgbm", "catboost", "statsmodels",
	"transformers", "tokenizers", "datasets", "accelerate", "numba", "mkl", "openblas", "libblas", "nvidia-", "triton", "onnxruntime",
}

func isNumerical(name string) bool {
	return slices.ContainsFunc(Numerical, func(n string) bool {
		return n == name || strings.HasSuffix(n, "-") && strings.HasPrefix(name, n)
	})
}

var bearings = []Bearing{Read, Set, There, None}

// kinds are in the order in which they are listed. What was added and what was
// removed are of one rank, so that a comparison the other way round is in the same
// order.
var kinds = map[Kind]int{KindChanged: 0, KindAdded: 1, KindRemoved: 1, KindRenamed: 2, KindUnknown: 3}

func stronger(a, b Bearing) Bearing {
	return bearings[min(slices.Index(bearings, a), slices.Index(bearings, b))]
}

// sortItems puts what is known to differ before what cannot be told, and the
// likeliest cause first.
func sortItems(items []Item) {
	slices.SortStableFunc(items, func(a, b Item) int {
		unknown := func(i Item) bool { return i.Kind == KindUnknown }
		return cmp.Or(
			order(unknown(a), unknown(b)),
			cmp.Compare(slices.Index(bearings, a.Bearing), slices.Index(bearings, b.Bearing)),
			order(!numerical(a), !numerical(b)),
			cmp.Compare(kinds[a.Kind], kinds[b.Kind]),
			strings.Compare(a.What, b.What),
		)
	})
}

func numerical(i Item) bool { return i.Sort == SortPackage && isNumerical(i.What) }

// order is that of false before true.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// sortAreas puts the likeliest cause first: see the package's doc.
func sortAreas(areas []Area) {
	tier := func(a Area) int {
		switch {
		case a.Status != Differs:
			return len(bearings)
		case a.Bearing == Set:
			return slices.Index(bearings, Read) // of one tier: what is known to have been used
		}
		return slices.Index(bearings, a.Bearing)
	}
	slices.SortStableFunc(areas, func(a, b Area) int {
		return cmp.Or(
			cmp.Compare(tier(a), tier(b)),
			cmp.Compare(slices.Index(Areas, a.Name), slices.Index(Areas, b.Name)),
		)
	})
}
