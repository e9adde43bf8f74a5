package record

// The kinds of gaps: what was to be captured and was not. The words are stable;
// docs/record.md says what each means.
const (
	GapConfig         = "config-changed"         // lineage.yaml changed during the run
	GapCode           = "code-not-captured"      // the code's bytes are not known
	GapCodeChanged    = "code-changed"           // code changed while the run went on
	GapContentOmitted = "content-omitted"        // content of a dirty tree was too large, or secret
	GapInput          = "input-not-hashed"       // an input's bytes are not known
	GapInputChanged   = "input-changed"          // an input changed while the run went on
	GapOutputMissing  = "output-missing"         // a declared output is not there
	GapOutputStale    = "output-untouched"       // a declared output was there before and was not written
	GapOutput         = "output-not-hashed"      // an output's bytes are not known
	GapPackages       = "packages-not-captured"  // an interpreter's packages are not known
	GapPackage        = "package-not-captured"   // one distribution is not described as it should be
	GapPackageFiles   = "package-files-differ"   // installed files are not those of the RECORD
	GapPackageChanged = "packages-changed"       // packages were installed while the run went on
	GapInterpreter    = "interpreter-not-hashed" // the interpreter's bytes are not known
	GapLock           = "lock-not-read"          // a lock file could not be read
	GapSubmodule      = "submodule-not-captured" // a submodule's code is not known
	GapEnvironment    = "environment-not-read"   // a fact of the machine could not be read
	GapOrphan         = "process-outlived"       // a process of the run outlived its command
	GapKilled         = "process-killed"         // a process was ended for want of memory, and the command went on
	GapTracking       = "tracking-not-read"      // the tracker holds outputs that could not be read back
	GapImage          = "image-not-known"        // the container image that the run took place in is not known by its digest
)

// The kinds of notes: what is said and is no gap.
const (
	NoteNothingDeclared = "nothing-declared" // no input, preprocessing or output was declared
	NoteTracker         = "tracker"          // a tracker could not be asked
	NoteParent          = "parent"           // LINEAGE_PARENT does not name a run
	NoteSources         = "sources"          // where inputs were fetched from could not be read, or is not all here
	NoteSkipped         = "skipped"          // a folder of the work tree that counts as no code: an environment, a cache
	NoteWritten         = "written"          // a file that is no code changed while the run went on
	NotePackages        = "packages"         // something of note about the packages
	NoteSubmodule       = "submodule"        // a submodule is not checked out, which is ordinary
)
