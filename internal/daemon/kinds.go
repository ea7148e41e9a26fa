package daemon

import (
	"go.yaml.in/yaml/v3"

	"vigie/alerts"
	"vigie/alerts/email"
	"vigie/alerts/webhook"
	"vigie/collectors"
	"vigie/collectors/file"
	"vigie/collectors/mastodon"
	"vigie/collectors/x"
)

// sources is the first plug-in table: a new platform is one line here.
func sources() []sourceKind {
	return []sourceKind{
		source(mastodon.Kind(), mastodon.New),
		source(mastodon.WatchKind(), mastodon.OpenWatch),
		source(x.Kind(), x.New, x.Tune),
		source(file.Kind(), file.New),
	}
}

// channels is the second plug-in table: a new channel is one line here.
func channels() []channelKind {
	return []channelKind{
		channel(webhook.Kind(), webhook.New),
		channel(email.Kind(), email.New),
	}
}

// The keys that belong to the daemon in every source and channel.
var (
	sourceKeys  = []string{"name", "kind", "every", "max_every"}
	channelKeys = []string{"name", "kind"}
)

// settings is what the configuration type of every plug-in can do, without I/O.
type settings[C any] interface {
	*C
	Validate() error
}

// capped is a configuration that limits what its source may spend in a month,
// in micro-dollars.
type capped interface{ MonthlyMicros() int64 }

// sourceKind is one platform: what it is, how to check its keys, how to open it.
type sourceKind struct {
	about collectors.Kind
	tune  []func(*collectors.TransportConfig)
	check func(file string, n *yaml.Node) error
	open  func(file string, n *yaml.Node, d collectors.Deps) (collectors.Source, error)
	cap   func(file string, n *yaml.Node) int64 // 0: none
}

// channelKind is one way that alerts take.
type channelKind struct {
	about alerts.Kind
	check func(file string, n *yaml.Node) error
	open  func(file string, n *yaml.Node, d alerts.Deps) (alerts.Channel, error)
}

func source[C any, P settings[C]](about collectors.Kind, open func(C, collectors.Deps) (collectors.Source, error),
	tune ...func(*collectors.TransportConfig),
) sourceKind {
	k := sourceKind{about: about, tune: tune}
	k.check = func(file string, n *yaml.Node) error {
		_, err := readSettings[C, P](file, n, sourceKeys)
		return err
	}
	k.open = func(file string, n *yaml.Node, d collectors.Deps) (collectors.Source, error) {
		return openPlugin[C, P](file, n, sourceKeys, d, open)
	}
	k.cap = func(file string, n *yaml.Node) int64 {
		c, err := readSettings[C, P](file, n, sourceKeys)
		if b, ok := any(c).(capped); ok && err == nil {
			return b.MonthlyMicros()
		}
		return 0
	}
	return k
}

func channel[C any, P settings[C]](about alerts.Kind, open func(C, alerts.Deps) (alerts.Channel, error)) channelKind {
	k := channelKind{about: about}
	k.check = func(file string, n *yaml.Node) error {
		_, err := readSettings[C, P](file, n, channelKeys)
		return err
	}
	k.open = func(file string, n *yaml.Node, d alerts.Deps) (alerts.Channel, error) {
		return openPlugin[C, P](file, n, channelKeys, d, open)
	}
	return k
}

// readSettings decodes the keys of a plug-in into its own type, strictly, so
// that plug-ins import no YAML library and every fault has its line.
func readSettings[C any, P settings[C]](file string, n *yaml.Node, common []string) (C, error) {
	var c C
	if err := decodeStrict(file, n, &c, common...); err != nil {
		return c, err
	}
	if err := P(&c).Validate(); err != nil {
		return c, fieldError(file, n, "configuration", err)
	}
	return c, nil
}

func openPlugin[C any, P settings[C], D, T any](file string, n *yaml.Node, common []string, d D, open func(C, D) (T, error)) (T, error) {
	var none T
	c, err := readSettings[C, P](file, n, common)
	if err != nil {
		return none, err
	}
	opened, err := open(c, d)
	if err != nil {
		return none, fieldError(file, n, "cannot be opened", err)
	}
	return opened, nil
}

// Kinds describes every source and channel that this program can use.
func Kinds() ([]collectors.Kind, []alerts.Kind) {
	var s []collectors.Kind
	for _, k := range sources() {
		s = append(s, k.about)
	}
	var c []alerts.Kind
	for _, k := range channels() {
		c = append(c, k.about)
	}
	return s, c
}

func sourceKindNamed(name string) (sourceKind, bool) {
	for _, k := range sources() {
		if k.about.Name == name {
			return k, true
		}
	}
	return sourceKind{}, false
}

func channelKindNamed(name string) (channelKind, bool) {
	for _, k := range channels() {
		if k.about.Name == name {
			return k, true
		}
	}
	return channelKind{}, false
}

func sourceKindNames() []string {
	var names []string
	for _, k := range sources() {
		names = append(names, k.about.Name)
	}
	return names
}

func channelKindNames() []string {
	var names []string
	for _, k := range channels() {
		names = append(names, k.about.Name)
	}
	return names
}
