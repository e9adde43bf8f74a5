package fetch

// IsPublic is isPublic.
var IsPublic = isPublic
