package hashing

// Stat is what the file system says of a file without reading it. Two equal ones
// mean that the file was not written to in between, as far as ctime can tell: it
// is set by the kernel at each change, and cannot be set back without privilege.
type Stat struct {
	Device, Inode uint64
	Size          int64
	Mode          uint32
	Mtime, Ctime  int64 // nanoseconds
}

// SameFile tells whether both are of one file, whatever its content was.
func (s Stat) SameFile(t Stat) bool {
	return s.Device == t.Device && s.Inode == t.Inode && s.Inode != 0
}
