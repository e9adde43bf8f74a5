package capture

import "strconv"

// plural puts a number before what it counts.
func plural(n int, what string) string { return strconv.Itoa(n) + " " + what }
