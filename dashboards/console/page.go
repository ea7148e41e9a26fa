package console

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"vigie"
)

// page is what the frame around every page needs.
type page struct {
	*locale
	Title   string
	Path    string // of this page, for coming back to it
	Nonce   string
	User    vigie.User
	Keys    bool
	Live    bool
	Status  vigie.Status // zero if it could not be read
	Failed  []vigie.SourceState
	Last    moment // last successful collection
	Flash   *toast
	Version string
	OrgName string
	Files   *assets

	now    time.Time
	zone   *time.Location
	window time.Duration // of the surge banner
	names  map[vigie.UserID]string
	rule   func(id, lang string) string
}

// toast is one short message after an action, with a way back where there is one.
type toast struct {
	Text  string
	Alert bool // interrupts a screen reader
	Undo  *undoForm
	Next  string // address of the case to go on with, "" if none
}

// undoForm is what it takes to take a decision back.
type undoForm struct {
	Case     vigie.CaseID
	Revision int
	Back     string // where the form stands: "queue" or "case"
}

// page starts a page. It never fails: a console that cannot say how the
// watcher fares must still show the cases. A part of a page gets no status.
func (k *console) page(r *request, title string) *page {
	p := &page{locale: r.tr, Title: title, Path: r.URL.Path, Nonce: r.nonce, User: r.user, Keys: r.prefs.keys,
		Live: k.Feed != nil, Version: k.Version, OrgName: k.OrgName, Files: k.assets, now: k.Now(), zone: k.Zone, window: k.SurgeWindow,
		names: make(map[vigie.UserID]string), rule: k.Rule}
	if r.user.ID == "" || r.partial() {
		return p
	}
	p.names[r.user.ID] = plain(r.user.Name)
	p.Flash = k.takeFlash(r.Context())
	if err := k.addStatus(p, r); err != nil && r.Context().Err() == nil {
		k.Log.Error("status not read", "err", err)
	}
	return p
}

// addStatus adds how the watcher fares, for the red header and the last collection.
func (k *console) addStatus(p *page, r *request) error {
	st, err := k.Desk.Status(r.Context(), r.caller())
	if err != nil {
		return err
	}
	p.Status = st
	var last time.Time
	for _, s := range st.Sources {
		if s.Status == vigie.SourceFailed {
			p.Failed = append(p.Failed, s)
		}
		if s.LastSuccess.After(last) {
			last = s.LastSuccess
		}
	}
	p.Last = p.when(last)
	return nil
}

// know looks up how colleagues are called, each once.
func (k *console) know(ctx context.Context, p *page, ids ...vigie.UserID) {
	for _, id := range ids {
		if _, ok := p.names[id]; ok || id == "" {
			continue
		}
		p.names[id] = plain(string(id))
		if u, err := k.Desk.User(ctx, k.Org, id); err == nil && u.Name != "" {
			p.names[id] = plain(u.Name)
		}
	}
}

// Name returns what colleagues call a member.
func (p *page) Name(id vigie.UserID) string {
	if n := p.names[id]; n != "" {
		return n
	}
	return plain(string(id))
}

// RuleName puts a rule into words: the rule's own if they are in this language, else the label it
// is filed under ("fr.threat.death" is a threat) and the rest of its id.
func (p *page) RuleName(id string) string {
	if p.rule != nil {
		if words := p.rule(id, p.Tag); words != "" {
			return capital(clean(words))
		}
	}
	parts := strings.Split(id, ".")
	for i, part := range parts {
		if known := p.Maybe("label."+part, ""); known != "" {
			return clean(strings.TrimSpace(known + " " + detail(parts[i+1:])))
		}
	}
	return plain(id)
}

// capital begins a name with a capital, as a heading does.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func detail(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.ReplaceAll(strings.Join(parts, ", "), "_", " ") + ")"
}

func (k *console) flash(r *request, t toast) {
	b, err := json.Marshal(t)
	if err != nil {
		k.Log.Error("message not kept", "err", err)
		return
	}
	k.sessions.Put(r.Context(), keyToast, string(b))
}

func (k *console) takeFlash(ctx context.Context) *toast {
	s := k.sessions.PopString(ctx, keyToast)
	if s == "" {
		return nil
	}
	var t toast
	if json.Unmarshal([]byte(s), &t) != nil {
		return nil
	}
	return &t
}
