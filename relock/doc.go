// Package relock writes the packages of a run as a lock file that an installer reads,
// as far as the record has hashes for them, and says for which it has not.
//
// What is installed keeps no hash of the archive that it came from. The hashes are
// therefore those that a lock file of the run has for this name and version, whose
// own digest is in the record; or that an installer noted of an archive it fetched by
// its URL; or the name of a commit. None is ever computed or looked up.
package relock
