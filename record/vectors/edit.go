package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// node is a JSON value that keeps the order of keys and can be made wrong in any
// way.
type node struct {
	key  string // quoted, in an object
	open string // "{" or "[", or "" of a scalar
	raw  string // of a scalar
	kids []*node
}

func parse(raw []byte) *node {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	n := parseNext(d)
	if _, err := d.Token(); err != io.EOF {
		panic("vectors: data after the document")
	}
	return n
}

func parseNext(d *json.Decoder) *node {
	tok, err := d.Token()
	if err != nil {
		panic("vectors: " + err.Error())
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return &node{raw: quote(tok)}
	}
	n := &node{open: delim.String()}
	for d.More() {
		var key string
		if n.open == "{" {
			name, _ := d.Token()
			key = quote(name)
		}
		kid := parseNext(d)
		kid.key = key
		n.kids = append(n.kids, kid)
	}
	d.Token()
	return n
}

func quote(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("vectors: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// String is the value on one line.
func (n *node) String() string {
	if n.open == "" {
		return n.raw
	}
	var kids []string
	for _, k := range n.kids {
		text := k.String()
		if n.open == "{" {
			text = k.key + ":" + text
		}
		kids = append(kids, text)
	}
	return n.open + strings.Join(kids, ",") + map[string]string{"{": "}", "[": "]"}[n.open]
}

func (n *node) bytes() []byte { return []byte(n.String() + "\n") }

// at finds the value at a path such as "subject.0.digest"; "" is n itself.
func (n *node) at(path string) *node {
	if path == "" {
		return n
	}
	parent, i := n.find(path)
	return parent.kids[i]
}

// find gives the parent of the value at a path, and its place there.
func (n *node) find(path string) (*node, int) {
	head, last := "", path
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		head, last = path[:i], path[i+1:]
	}
	parent := n.at(head)
	i, err := strconv.Atoi(last)
	if err != nil || parent.open == "{" {
		i = slices.IndexFunc(parent.kids, func(k *node) bool { return k.key == quote(last) })
	}
	if i < 0 || i >= len(parent.kids) {
		panic(fmt.Sprintf("vectors: nothing at %q", path))
	}
	return parent, i
}

// edit is a document with one change.
func edit(raw []byte, change func(*node)) []byte {
	n := parse(raw)
	change(n)
	return n.bytes()
}

// set puts other JSON in the place of the value at path.
func set(path, raw string) func(*node) {
	return func(n *node) {
		v := n.at(path)
		*v = node{key: v.key, raw: raw}
	}
}

// add puts a key and its value at the end of the object at path.
func add(path, key, raw string) func(*node) {
	return func(n *node) {
		v := n.at(path)
		v.kids = append(v.kids, &node{key: quote(key), raw: raw})
	}
}

func remove(path string) func(*node) {
	return func(n *node) {
		parent, i := n.find(path)
		parent.kids = slices.Delete(parent.kids, i, i+1)
	}
}

// rename gives the value at path another key, which is quoted already.
func rename(path, key string) func(*node) {
	return func(n *node) { n.at(path).key = key }
}

// again repeats the value at path right after itself.
func again(path string) func(*node) {
	return func(n *node) {
		parent, i := n.find(path)
		parent.kids = slices.Insert(parent.kids, i, parent.kids[i])
	}
}

// replaced is raw with the only old in it replaced.
func replaced(raw []byte, old, new string) []byte {
	if bytes.Count(raw, []byte(old)) != 1 {
		panic(fmt.Sprintf("vectors: %q stands %d times", old, bytes.Count(raw, []byte(old))))
	}
	return bytes.Replace(raw, []byte(old), []byte(new), 1)
}
