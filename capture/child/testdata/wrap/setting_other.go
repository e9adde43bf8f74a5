//go:build !linux

package main

func adoptOrphans() { panic("orphans come to us on linux only") }

func forbidTracing() { panic("there is tracing on linux only") }
