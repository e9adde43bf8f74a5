//go:build !linux

package environment

import "context"

// lookAround finds no container where nothing leaves signs that could be read.
func lookAround(string, map[string]string) Container { return Container{} }

func labelled(string) string { return "" }

func (c *Container) readSIF(context.Context, string, map[string]string) {}
