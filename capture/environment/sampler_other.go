//go:build !linux

package environment

import "context"

// Sampler learns which libraries the processes of a run load. Here there is no /proc
// to learn it from.
type Sampler struct{}

// NewSampler gives one that learns nothing.
func NewSampler(string) *Sampler { return &Sampler{} }

// Visit does nothing.
func (*Sampler) Visit(int, string) {}

// Close does nothing.
func (*Sampler) Close() {}

// Describe does nothing.
func (*Sampler) Describe(context.Context) {}

// Loaded is empty.
func (*Sampler) Loaded() Loaded { return Loaded{} }
