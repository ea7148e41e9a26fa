package daemon

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"vigie"
)

// validator gathers the faults of a configuration, each with its line.
type validator struct {
	file string
	errs []error
}

// plainName is what a source or channel may be called: it becomes a metric
// label and a lock's name.
var plainName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

func (v *validator) add(n *yaml.Node, problem, remedy string) {
	e := &ConfigError{File: v.file, Problem: problem, Remedy: remedy}
	if n != nil {
		e.Line, e.Column = n.Line, n.Column
	}
	v.errs = append(v.errs, e)
}

// field reports an error of a plug-in at the line of the key that it names.
func (v *validator) field(n *yaml.Node, what string, err error) {
	v.errs = append(v.errs, fieldError(v.file, n, what, err))
}

func (v *validator) names(root *yaml.Node, key string, names []string) {
	for i, n := range items(child(root, key)) {
		at := cmpNode(child(n, "name"), n)
		switch {
		case names[i] == "":
			v.add(at, strings.TrimSuffix(key, "s")+" without a name", "add name: and a short word in lower case")
		case !plainName.MatchString(names[i]):
			v.add(at, fmt.Sprintf("%q is no plain name", names[i]), "use up to 40 lower-case letters, digits, - and _")
		case slices.Contains(names[:i], names[i]):
			v.add(at, fmt.Sprintf("the name %q is used twice in %s", names[i], key), "give each its own name")
		}
	}
}

func (v *validator) source(s SourceConfig) {
	kind, ok := sourceKindNamed(s.Kind)
	if !ok {
		v.unknownKind(s.node, s.Kind, sourceKindNames())
		return
	}
	if s.Every < 0 || s.MaxEvery < 0 || s.MaxEvery != 0 && s.MaxEvery < s.Every {
		v.add(cmpNode(child(s.node, "every"), s.node), "every and max_every do not fit", "use for example every: 10s and max_every: 5m")
	}
	if err := kind.check(v.file, s.node); err != nil {
		v.errs = append(v.errs, err)
	}
}

func (v *validator) channel(c ChannelConfig) {
	kind, ok := channelKindNamed(c.Kind)
	if !ok {
		v.unknownKind(c.node, c.Kind, channelKindNames())
		return
	}
	if err := kind.check(v.file, c.node); err != nil {
		v.errs = append(v.errs, err)
	}
}

func (v *validator) unknownKind(n *yaml.Node, kind string, known []string) {
	at := cmpNode(child(n, "kind"), n)
	if kind == "" {
		v.add(at, "no kind given", "add kind: and one of "+strings.Join(known, ", "))
		return
	}
	v.add(at, fmt.Sprintf("unknown kind %q", kind), "use one of "+strings.Join(known, ", ")+"; vigie kinds describes them")
}

func (v *validator) oneOf(n *yaml.Node, value string, allowed ...string) {
	if n == nil || slices.Contains(allowed, value) {
		return
	}
	v.add(n, fmt.Sprintf("%q is not possible here", value), "use one of "+strings.Join(allowed, ", "))
}

func (v *validator) address(n *yaml.Node, addr string) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		v.add(n, fmt.Sprintf("%q is no address to listen on", addr), "use host:port, for example 127.0.0.1:8080")
	}
}

func (v *validator) http(n *yaml.Node, h HTTPConfig) {
	listen := cmpNode(child(n, "listen"), n)
	v.address(listen, h.Listen)
	if (h.CertFile == "") != (h.KeyFile == "") {
		v.add(n, "cert_file and key_file go together", "give both, or neither")
	}
	if h.CertFile == "" && !h.BehindProxy && !isLoopback(h.Listen) {
		v.add(listen, fmt.Sprintf("%s can be reached from other machines without TLS", h.Listen),
			"listen on 127.0.0.1, or give cert_file and key_file, or say behind_proxy: true if a proxy in front does TLS")
	}
	if h.URL != "" && !strings.HasPrefix(h.URL, "https://") && !strings.HasPrefix(h.URL, "http://") {
		v.add(child(n, "url"), "is no address", "write it as people type it, for example https://vigie.example.org")
	}
}

func (v *validator) redis(n *yaml.Node, addr string) {
	if addr == "" {
		return
	}
	if err := checkRedisURL(addr); err != nil {
		v.add(n, err.Error(), "write redis://127.0.0.1:6379/0")
	}
}

// fieldError turns an error of a plug-in into one with file and line.
func fieldError(file string, n *yaml.Node, what string, err error) error {
	e := &ConfigError{File: file, Problem: what + ": " + err.Error()}
	if n != nil {
		e.Line, e.Column = n.Line, n.Column
	}
	var fe *vigie.FieldError
	if errors.As(err, &fe) {
		e.Problem, e.Remedy = fe.Field+": "+fe.Problem, fe.Remedy
		if at := locate(n, fe.Field); at != nil {
			e.Line, e.Column = at.Line, at.Column
		}
	}
	var se *secretError
	if errors.As(err, &se) {
		e.Problem, e.Remedy = se.problem, se.remedy
		if at := scalar(n, se.named); at != nil {
			e.Line, e.Column = at.Line, at.Column
		}
	}
	return e
}
