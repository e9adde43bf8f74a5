// Package environment describes the machine and the settings that a command
// runs under: operating system, processors, memory, time zone, locale, limits,
// and those environment variables that stand on an allow-list.
//
// Nothing is asked of a network, and [Capture] executes nothing. [FindGPUs] executes
// one program, nvidia-smi, where there is an NVIDIA driver: from a customary place and
// never from PATH, if nobody but its owner can write to it, without the command's
// environment and within a time. What a platform does not tell stays empty; what
// should have been readable and was not is named in Problems. The description never
// holds a secret: each value has passed the rules of package redact.
//
// [Container] tells what isolates the command and, as far as anything in it knows, the
// digest of its image. A [Sampler] learns from /proc, while the command runs, which
// libraries its processes compute with.
package environment
