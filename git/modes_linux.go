package git

import "golang.org/x/sys/unix"

// fuseBlock is ntfs-3g, exfat and others that FUSE mounts from a device.
const fuseBlock = 0x65735546

// noModes tells whether the file system keeps no executable bit of its own, so
// that each file shows the same one. What the repository's core.fileMode says
// is not asked.
func noModes(root string) bool {
	var st unix.Statfs_t
	if err := unix.Statfs(root, &st); err != nil {
		return false
	}
	switch uint32(st.Type) {
	case unix.MSDOS_SUPER_MAGIC, unix.EXFAT_SUPER_MAGIC, unix.V9FS_MAGIC, unix.SMB_SUPER_MAGIC,
		unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, fuseBlock:
		return true
	}
	return false
}
