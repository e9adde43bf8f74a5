package child

import "strconv"

func signalName(s Signal) string { return "signal " + strconv.Itoa(int(s)) }
