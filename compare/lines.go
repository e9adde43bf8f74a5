package compare

// Content is how the bytes of a file differ.
type Content struct {
	// Lines are the first that differ, in order. None are given where Why says why.
	Lines []Line `json:"lines"`
	// Removed and Added count all lines that only A or only B has.
	Removed int    `json:"removed"`
	Added   int    `json:"added"`
	Why     string `json:"why,omitempty"` // it is binary, too large, withheld, or not at hand
}

// Line is one line that only one of two files has.
type Line struct {
	Of     Of     `json:"of"`     // OfA: it was removed; OfB: it was added
	Number int    `json:"number"` // in its own file, from 1
	Text   string `json:"text"`
	Cut    bool   `json:"cut,omitempty"` // Text is only its beginning
}
