package console

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"vigie"
)

// htmxConfig admits the guard of the nonce and our own listener, and neither
// injected style sheets nor a history of its own.
const htmxConfig = `extensions:"hx-csp, vigie",includeIndicatorCSS:false,history:false`

// shortcut is a line of the help: its keys and what they do.
type shortcut struct {
	keys []string
	does string
}

func shortcuts() []shortcut {
	return []shortcut{
		{[]string{"j", "k"}, "move"}, {[]string{"space"}, "reveal"}, {[]string{"enter"}, "open"}, {[]string{"escape"}, "back"},
		{[]string{"d"}, "clear"}, {[]string{"c"}, "hate"}, {[]string{"shift", "A"}, "assign"}, {[]string{"z"}, "undo"},
		{[]string{"n"}, "fresh"}, {[]string{"?"}, "help"},
	}
}

func num(n int) string { return strconv.Itoa(n) }

func pressed(on bool) string { return strconv.FormatBool(on) }

func isQueue(path string) bool { return path == "/" || strings.HasPrefix(path, "/?") }

// casePath is the address of a case or of something done to it.
func casePath(id vigie.CaseID, action string) string {
	return "/cases/" + url.PathEscape(string(id)) + action
}

func tabURL(f vigie.CaseFilter, t vigie.Tab) string {
	f.Tab = t
	return filterURL(f, "")
}

func filtered(f vigie.CaseFilter) bool { return f.Query != "" || f.MinSeverity > vigie.SeverityNone }

// veil of a row: its text appears under it.
func (r row) veil() veil {
	return veil{Case: r.ID, Comment: r.Comment, Version: r.Version, Key: "row-" + string(r.ID), Inline: true}
}

// swap makes htmx replace the row that a form stands in.
func (p *page) swap(id vigie.CaseID) templ.Attributes {
	return templ.Attributes{"hx-target": "#case-" + string(id), "hx-swap": "outerHTML", "hx-nonce": p.Nonce}
}

// masked says what is behind a veil without showing any of it.
func (p *page) masked(v veil) string {
	s := p.N("text.length", int64(v.Length))
	if v.Lang != "" {
		s += ", " + p.Maybe("language."+v.Lang, v.Lang)
	}
	return s
}

func (p *page) surge(s surge) string {
	return p.T("surge.text", "window", p.N("surge.window", int64(p.window/time.Minute)), "comments", p.Number(s.Comments), "authors", p.Number(s.Authors))
}

// accountName is the short form of an account: "@asso" of "mastodon:piaille.fr/@asso".
func accountName(id vigie.AccountID) string {
	_, rest, ok := strings.Cut(string(id), "/")
	if !ok {
		return plain(string(id))
	}
	return plain(rest)
}

// platformName is how a platform writes itself.
func platformName(kind string) string {
	switch kind {
	case "mastodon":
		return "Mastodon"
	case "youtube":
		return "YouTube"
	case "":
		return ""
	}
	return capital(plain(kind))
}

func channelStatus(c channelLine) string {
	switch {
	case c.Paused:
		return "failed"
	case c.Class != "" || c.Dead > 0:
		return "waiting"
	}
	return "ok"
}
