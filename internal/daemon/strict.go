package daemon

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ConfigError is one fault of a configuration file.
type ConfigError struct {
	File    string
	Line    int // 1-based, 0 if the fault has no line
	Column  int
	Problem string
	Remedy  string
}

// Error returns "file:line: problem; remedy".
func (e *ConfigError) Error() string {
	s := e.File
	if e.Line > 0 {
		s += ":" + strconv.Itoa(e.Line)
	}
	s += ": " + e.Problem
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

// at moves the fault to a node, if there is one.
func (e *ConfigError) at(n *yaml.Node) {
	if n != nil {
		e.Line, e.Column = n.Line, n.Column
	}
}

// decodeStrict decodes a mapping into a struct and refuses keys that the struct
// does not know, at any depth. Keys in also belong to somebody else.
func decodeStrict(file string, n *yaml.Node, into any, also ...string) error {
	if err := errors.Join(unknownKeys(file, n, reflect.TypeOf(into), also)...); err != nil {
		return err
	}
	if err := n.Decode(into); err != nil {
		return yamlError(file, err)
	}
	return nil
}

// unknownKeys walks node and type together. Kinds of sources and channels are
// decoded later by their owners, so their mappings are only entered there.
func unknownKeys(file string, n *yaml.Node, t reflect.Type, also []string) []error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case n.Kind == yaml.AliasNode:
		return unknownKeys(file, n.Alias, t, also)
	case n.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		var errs []error
		for _, item := range n.Content {
			errs = append(errs, unknownKeys(file, item, t.Elem(), also)...)
		}
		return errs
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Struct && !ownedByKind(t):
		return unknownFields(file, n, t, also)
	}
	return nil
}

func ownedByKind(t reflect.Type) bool {
	return t == reflect.TypeFor[SourceConfig]() || t == reflect.TypeFor[ChannelConfig]()
}

func unknownFields(file string, n *yaml.Node, t reflect.Type, also []string) []error {
	fields := yamlFields(t)
	var errs []error
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, ok := fields[key.Value]
		switch {
		case ok:
			errs = append(errs, unknownKeys(file, value, field, nil)...)
		case !slices.Contains(also, key.Value):
			errs = append(errs, unknownKey(file, key, fields, also))
		}
	}
	return errs
}

func unknownKey(file string, key *yaml.Node, fields map[string]reflect.Type, also []string) error {
	known := slices.Clone(also)
	for name := range fields {
		known = append(known, name)
	}
	slices.Sort(known)
	remedy := "known here: " + strings.Join(known, ", ")
	if near := nearest(key.Value, known); near != "" {
		remedy = fmt.Sprintf("did you mean %q?", near)
	}
	return &ConfigError{File: file, Line: key.Line, Column: key.Column, Problem: fmt.Sprintf("unknown key %q", key.Value), Remedy: remedy}
}

func yamlFields(t reflect.Type) map[string]reflect.Type {
	fields := make(map[string]reflect.Type)
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case opts == "inline":
			for k, v := range yamlFields(f.Type) {
				fields[k] = v
			}
		case name != "" && name != "-":
			fields[name] = f.Type
		}
	}
	return fields
}

// nearest finds the known word within two edits of a mistyped one.
func nearest(word string, known []string) string {
	best, bestDistance := "", 3
	for _, k := range known {
		if d := distance(word, k); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// distance is the edit distance of two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// yamlError gives an error of the YAML library its file and line.
func yamlError(file string, err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	e := &ConfigError{File: file, Problem: strings.ReplaceAll(text, "\n", " "), Remedy: "see docs/configuration.md"}
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
	}
	return e
}

// resolved follows an alias to what it stands for.
func resolved(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// child returns the value of a key of a mapping, nil if there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	n = resolved(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

var pathStep = regexp.MustCompile(`[^.\[\]]+|\[\d+\]`)

// locate finds the node at a path such as "server" or "[0].to[1]".
func locate(n *yaml.Node, path string) *yaml.Node {
	for _, step := range pathStep.FindAllString(path, -1) {
		if !strings.HasPrefix(step, "[") {
			n = child(n, step)
			continue
		}
		i, err := strconv.Atoi(strings.Trim(step, "[]"))
		if all := items(n); err == nil && i < len(all) {
			n = all[i]
		}
	}
	return n
}

// items returns the elements of a sequence.
func items(n *yaml.Node) []*yaml.Node {
	n = resolved(n)
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// scalar finds the node of a mapping whose value is the text given.
func scalar(n *yaml.Node, value string) *yaml.Node {
	if n == nil {
		return nil
	}
	for _, c := range n.Content {
		if c.Kind == yaml.ScalarNode && c.Value == value {
			return c
		}
	}
	return nil
}

func cmpNode(first, second *yaml.Node) *yaml.Node {
	if first != nil {
		return first
	}
	return second
}

// reason shortens an error of the file system to what a person needs.
func reason(err error) string {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, os.ErrPermission):
		return "permission denied"
	}
	return err.Error()
}
