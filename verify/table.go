package verify

import (
	"context"

	"github.com/lineage-audit/lineage/record"
)

// entry is one line of the table of checks: run looks at the inquiry as a whole,
// ofRecord at the record that was chosen, which is there.
type entry struct {
	id       CheckID
	rung     Rung
	run      func(context.Context, *inquiry) Check
	ofRecord func(context.Context, *inquiry, *record.Record) Check
	last     bool // it needs the model's second look
}

var table = []entry{
	{id: RecordStrict, rung: Traced, run: checkStrict},
	{id: RecordUnambiguous, rung: Traced, run: checkUnambiguous},
	{id: ModelBytes, rung: Traced, run: checkModelBytes, last: true},
	{id: RunCompleted, rung: Traced, ofRecord: checkCompleted},
	{id: CodeCaptured, rung: Traced, ofRecord: checkCode},
	{id: DataCaptured, rung: Traced, ofRecord: checkData},
	{id: EnvironmentCaptured, rung: Traced, ofRecord: checkEnvironment},
	{id: PackagesCaptured, rung: Traced, ofRecord: checkPackages},
	{id: RegistryAgrees, rung: Traced, run: checkRegistry, last: true},
	{id: InputsObserved, rung: Pinned, ofRecord: checkObserved},
	{id: InputsAvailable, rung: Pinned, ofRecord: checkAvailable},
	{id: PackagesLoaded, rung: Pinned, ofRecord: checkLoaded},
	{id: PreprocessingCaptured, rung: Pinned, ofRecord: checkPreprocessing},
	{id: GitReachable, rung: Pinned, ofRecord: checkReachable},
	{id: PackagesLocked, rung: Pinned, ofRecord: checkLocked},
	{id: ImagePinned, rung: Pinned, ofRecord: checkImage},
	{id: GapsNone, rung: Pinned, ofRecord: checkGaps},
	{id: SignatureTrusted, rung: Attested, ofRecord: checkSignature},
	{id: TrailIncluded, rung: Attested, ofRecord: checkTrail},
	{id: ReproductionSame, rung: Reproduced, ofRecord: checkReproduction},
}
