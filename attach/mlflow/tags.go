package mlflow

import (
	"strings"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/record"
)

// The tags, on runs, logged models and model versions. docs/mlflow.md says the same
// for people.
const (
	// tagInvocation comes from MLFLOW_RUN_CONTEXT, and is never written otherwise:
	// it says that a command which lineage ran has created the entry.
	tagInvocation = "lineage.invocation"
	// tagRecord names the record that was attached last.
	tagRecord = "lineage.record"
	// tagRecordPrefix and a record's id make a tag of its own for every record, with
	// its invocation as the value: what one attaches, another cannot overwrite.
	tagRecordPrefix = "lineage.record."
	// tagDigest is the digest of the model's bytes when the last record was attached.
	tagDigest = "lineage.digest"
)

// folder holds, among the artifacts of a run, the records and their blobs.
const (
	folder     = "lineage"
	blobFolder = folder + "/blobs"
	suffix     = ".intoto.json"
)

func recordPath(id record.ID) string { return folder + "/" + id.String() + suffix }

// tagsOf are those that hang an attachment on an entry.
func tagsOf(a attach.Attachment) []tag {
	tags := []tag{
		{tagRecordPrefix + a.ID.String(), a.Invocation.String()},
		{tagRecord, a.ID.String()},
	}
	if a.Digest != "" {
		tags = append(tags, tag{tagDigest, a.Digest})
	}
	return tags
}

// named are the records that tags name. A tag of ours that names none is malformed:
// it must not read as "no record".
func named(tags []tag) (ids map[record.ID]bool, bad string) {
	ids = map[record.ID]bool{}
	for _, t := range tags {
		text, isRecord := strings.CutPrefix(t.Key, tagRecordPrefix)
		if t.Key == tagRecord {
			text, isRecord = t.Value, true
		}
		if !isRecord {
			continue
		}
		id, err := record.ParseID(text)
		if err != nil {
			return nil, t.Key
		}
		ids[id] = true
	}
	return ids, ""
}
