package page

import "io"

// Markdown writes the page as Markdown, for GitHub, GitLab and CommonMark.
func Markdown(w io.Writer, f Facts) error { return nil }
