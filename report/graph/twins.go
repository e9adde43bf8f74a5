package graph

import "github.com/lineage-audit/lineage/trace"

// twinsOf are the nodes of bytes that stand in a graph more than once: what is the same
// came about at several times, by other runs each.
func twinsOf(g trace.Graph) map[string]bool {
	seen, twins := map[string]string{}, map[string]bool{}
	for _, n := range g.Nodes {
		if n.Artifact == nil {
			continue
		}
		digest := ""
		switch {
		case n.Artifact.Tree != nil:
			digest = "lineageTree1:" + n.Artifact.Tree.String()
		case n.Artifact.File != nil:
			digest = "sha256:" + n.Artifact.File.String()
		}
		if first, found := seen[digest]; found && digest != "" && first != n.ID {
			twins[first], twins[n.ID] = true, true
			continue
		}
		seen[digest] = n.ID
	}
	return twins
}

// among says of bytes that the graph has them more than once, and why.
func (w words) among(twin bool) words {
	if twin {
		w.note = "the same bytes again, of other makers"
	}
	return w
}
