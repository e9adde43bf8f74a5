package page

import "io"

// HTML writes the page as one file of HTML that needs nothing else.
func HTML(w io.Writer, f Facts) error { return nil }

// Markdown writes the page as Markdown, for GitHub, GitLab and CommonMark.
func Markdown(w io.Writer, f Facts) error { return nil }

// JSON writes the page's facts as a document of type lineage.report/v1.
func JSON(w io.Writer, f Facts) error { return nil }
