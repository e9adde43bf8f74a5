// Package graph draws what package trace found: as a tree for a terminal, as
// Mermaid, DOT and JSON, and as an SVG picture.
//
// Names come from outside and can do nothing in any of them. Kinds are told by
// words, shapes and dashes; colour only adds to those.
package graph
