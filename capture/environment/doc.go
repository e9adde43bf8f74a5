// Package environment describes the machine and the settings that a command
// runs under: operating system, processors, memory, time zone, locale, limits,
// and those environment variables that stand on an allow-list.
//
// Nothing is executed, and nothing is asked of a network. What a platform does
// not tell stays empty; what should have been readable and was not is named in
// Problems. The description never holds a secret: each value has passed the
// rules of package redact.
package environment
