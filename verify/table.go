package verify

// entry is one line of the table of checks.
type entry struct {
	id   CheckID
	rung Rung
}

var table = []entry{
	{RecordStrict, Traced},
	{RecordUnambiguous, Traced},
	{ModelBytes, Traced},
	{RunCompleted, Traced},
	{CodeCaptured, Traced},
	{DataCaptured, Traced},
	{EnvironmentCaptured, Traced},
	{PackagesCaptured, Traced},
	{RegistryAgrees, Traced},
	{InputsObserved, Pinned},
	{InputsAvailable, Pinned},
	{PackagesLoaded, Pinned},
	{PreprocessingCaptured, Pinned},
	{GitReachable, Pinned},
	{PackagesLocked, Pinned},
	{ImagePinned, Pinned},
	{GapsNone, Pinned},
	{SignatureTrusted, Attested},
	{TrailIncluded, Attested},
	{ReproductionSame, Reproduced},
}
