package console

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"vigie"
)

// caseView is one case as its page shows it.
type caseView struct {
	row
	View      vigie.CaseView
	Veil      veil
	Rules     []ruleLine
	Estimate  string // the score in words
	Thread    []neighbour
	Timeline  []event
	CanUndo   bool
	Collected string
}

// ruleLine is one rule of the list that the numbers in the text point to.
type ruleLine struct {
	Number int
	Name   string
	Label  string
	Why    string
	ID     string
}

// neighbour is an item of the conversation, masked on its own.
type neighbour struct {
	vigie.ThreadItem
	Posted moment
	Veil   veil
}

// event is one line of a case's history.
type event struct {
	Who    string
	What   string
	When   moment
	Note   string
	Undone bool
}

// veil stands for a text until a person asks for it.
type veil struct {
	Case    vigie.CaseID
	Comment vigie.CommentID
	Version int
	Key     string // unique on the page
	Inline  bool   // in the queue: no rule list to point to
	Length  int    // bytes, 0 if unknown
	Lang    string
	Shown   *revealed // nil while masked
}

// revealed is a text that a person asked for, made harmless.
type revealed struct {
	Text   shown
	Lang   string
	Author string
	Handle string
	Link   string // address on the platform, "" if it is not safe to follow
	Rules  []ruleLine
}

func (k *console) showCase(w http.ResponseWriter, r *request) {
	k.caseWith(w, r, http.StatusOK, nil, veil{})
}

// caseWith writes the page of the case that the address names. Opened is the
// veil to lift, if its comment is on the page; edit changes the view at last.
func (k *console) caseWith(w http.ResponseWriter, r *request, status int, edit func(*page, *caseView), opened veil) {
	p, v, ok := k.view(w, r)
	if !ok {
		return
	}
	p.Title = p.T("case.title", "id", string(v.View.Case.ID))
	v.lift(opened)
	if edit != nil {
		edit(p, &v)
	}
	k.render(w, r, status, casePage(p, v))
}

// view reads the case that the address names, with the names of all who worked
// on it. If ok is false, the request is answered.
func (k *console) view(w http.ResponseWriter, r *request) (p *page, v caseView, ok bool) {
	view, err := k.Desk.Case(r.Context(), r.caller(), vigie.CaseID(r.PathValue("id")))
	if err != nil {
		k.fail(w, r, err)
		return nil, caseView{}, false
	}
	p = k.page(r, "")
	k.know(r.Context(), p, view.Case.Assignee)
	for _, d := range view.Decisions {
		k.know(r.Context(), p, d.By, d.Assignee)
	}
	return p, p.caseView(view), true
}

// lift shows the text of the veil that was opened.
func (v *caseView) lift(o veil) {
	if o.Shown == nil {
		return
	}
	if o.Comment == v.Veil.Comment && o.Version == v.Veil.Version {
		v.Veil.Shown = o.Shown
	}
	for i := range v.Thread {
		if n := &v.Thread[i]; n.Comment == o.Comment && n.Version == o.Version {
			n.Veil.Shown = o.Shown
		}
	}
}

func (p *page) caseView(view vigie.CaseView) caseView {
	c := view.Case
	v := caseView{row: p.row(c), View: view, Estimate: p.estimate(view.Score),
		Rules: p.rules(view.Hits), CanUndo: undoable(view.Decisions) != 0}
	v.Veil = veil{Case: c.ID, Comment: c.Comment, Version: c.Version, Key: "case", Length: view.Length, Lang: langTag(view.Lang)}
	for i, t := range view.Thread {
		v.Thread = append(v.Thread, neighbour{ThreadItem: t, Posted: p.when(t.Posted),
			Veil: veil{Case: c.ID, Comment: t.Comment, Version: t.Version, Key: "thread-" + strconv.Itoa(i), Inline: true}})
	}
	v.Timeline = p.timeline(view)
	return v
}

func (p *page) rules(hits []vigie.Hit) []ruleLine {
	var lines []ruleLine
	for i, h := range hits {
		l := ruleLine{Number: i + 1, Name: p.RuleName(h.Rule), Label: p.T("label." + string(h.Label)), Why: clean(h.Why), ID: plain(h.Rule)}
		if strings.EqualFold(l.Why, l.Name) {
			l.Why = ""
		}
		lines = append(lines, l)
	}
	return lines
}

// estimate is a score in words: people read a number as more than it is.
func (p *page) estimate(score float64) string {
	switch {
	case score >= 0.85:
		return p.T("estimate.sure")
	case score >= 0.6:
		return p.T("estimate.likely")
	case score >= 0.35:
		return p.T("estimate.unsure")
	}
	return p.T("estimate.weak")
}

// timeline tells the case from its publication to its last decision.
func (p *page) timeline(view vigie.CaseView) []event {
	c := view.Case
	list := []event{
		{What: p.T("history.posted"), When: p.when(c.Posted)},
		{What: p.T("history.opened", "seq", p.Number(int64(c.Sealed))), When: p.when(c.Opened)},
	}
	undone := make(map[int64]bool)
	for _, d := range view.Decisions {
		undone[d.Undoes] = d.Undoes != 0
	}
	for _, d := range view.Decisions {
		list = append(list, event{Who: p.Name(d.By), What: p.decided(d), When: p.when(d.At), Note: d.Note, Undone: undone[d.Seq]})
	}
	return list
}

// decided puts a decision into words.
func (p *page) decided(d vigie.Decision) string {
	if d.Kind == vigie.DecideAssign {
		return p.T("history.assign", "name", p.Name(d.Assignee))
	}
	return p.T("history." + string(d.Kind))
}

// reveal hands out one text. It is a POST because it is written down.
func (k *console) reveal(w http.ResponseWriter, r *request) {
	v, err := veilOf(r)
	if err != nil {
		k.fail(w, r, err)
		return
	}
	got, err := k.Desk.Reveal(r.Context(), r.caller(), v.Case, v.Comment, v.Version)
	if err != nil {
		k.fail(w, r, err)
		return
	}
	p := k.page(r, "")
	v.Shown = &revealed{Text: show(got.Text, got.Hits), Lang: v.Lang, Author: plain(got.Name),
		Handle: plain(got.Handle), Link: webLink(got.URL), Rules: p.rules(got.Hits)}
	if r.partial() {
		k.render(w, r, http.StatusOK, shownText(p, v))
		return
	}
	k.caseWith(w, r, http.StatusOK, nil, v)
}

func veilOf(r *request) (veil, error) {
	if err := r.ParseForm(); err != nil {
		return veil{}, errors.Join(errBadForm, err)
	}
	version, err := strconv.Atoi(r.PostForm.Get("version"))
	comment := r.PostForm.Get("comment")
	if err != nil || version < 1 || comment == "" || len(comment) > 1000 {
		return veil{}, errBadForm
	}
	return veil{Case: vigie.CaseID(r.PathValue("id")), Comment: vigie.CommentID(comment), Version: version,
		Key: keyOf(r.PostForm.Get("key")), Inline: r.PostForm.Get("inline") == "1", Lang: langTag(r.PostForm.Get("lang"))}, nil
}

// keyOf keeps what may stand in an id of the page.
func keyOf(s string) string {
	for _, c := range s {
		if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '_' {
			return "text"
		}
	}
	return s[:min(len(s), 80)]
}

// langTag is a language fit for a lang attribute; "" says that it is unknown.
func langTag(s string) string {
	if len(s) < 2 || len(s) > 35 || keyOf(s) != s {
		return ""
	}
	return s
}
