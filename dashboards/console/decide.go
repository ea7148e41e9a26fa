package console

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"vigie"
)

// maxNote bounds a note, in bytes.
const maxNote = 4000

// order is what the form of a decision asks for.
type order struct {
	revision int
	back     string // "queue" or "case": where the form stands
	note     string
}

func orderOf(r *request) (order, error) {
	if err := r.ParseForm(); err != nil {
		return order{}, errors.Join(errBadForm, err)
	}
	rev, err := strconv.Atoi(r.PostForm.Get("revision"))
	if err != nil {
		return order{}, errBadForm
	}
	o := order{revision: rev, back: r.PostForm.Get("back"), note: strings.TrimSpace(r.PostForm.Get("note"))}
	if len(o.note) > maxNote {
		return order{}, errBadForm
	}
	return o, nil
}

func (k *console) decide(w http.ResponseWriter, r *request) {
	o, err := orderOf(r)
	kind := vigie.DecisionKind(r.PostForm.Get("kind"))
	if err != nil {
		k.fail(w, r, err)
		return
	}
	if kind != vigie.DecideClear && kind != vigie.DecideHate {
		k.fail(w, r, errBadForm)
		return
	}
	k.put(w, r, o, vigie.Decision{Kind: kind, Note: o.note})
}

func (k *console) assign(w http.ResponseWriter, r *request) {
	o, err := orderOf(r)
	if err != nil {
		k.fail(w, r, err)
		return
	}
	k.put(w, r, o, vigie.Decision{Kind: vigie.DecideAssign, Assignee: r.user.ID})
}

// undo takes back the newest decision that still stands. The revision in the
// form makes sure that it is the one the person saw.
func (k *console) undo(w http.ResponseWriter, r *request) {
	o, err := orderOf(r)
	if err != nil {
		k.fail(w, r, err)
		return
	}
	view, err := k.Desk.Case(r.Context(), r.caller(), vigie.CaseID(r.PathValue("id")))
	if err != nil {
		k.fail(w, r, err)
		return
	}
	seq := undoable(view.Decisions)
	if seq == 0 {
		k.answerStale(w, r, o)
		return
	}
	k.put(w, r, o, vigie.Decision{Kind: vigie.DecideUndo, Undoes: seq})
}

// undoable returns the sequence number of the newest decision that stands, 0 if none.
func undoable(ds []vigie.Decision) int64 {
	undone := make(map[int64]bool)
	for _, d := range ds {
		if d.Kind == vigie.DecideUndo {
			undone[d.Undoes] = true
		}
	}
	for i := len(ds) - 1; i >= 0; i-- {
		if ds[i].Kind != vigie.DecideUndo && !undone[ds[i].Seq] {
			return ds[i].Seq
		}
	}
	return 0
}

// put hands a decision to the desk and answers what came of it.
func (k *console) put(w http.ResponseWriter, r *request, o order, d vigie.Decision) {
	d.Case, d.By, d.At = vigie.CaseID(r.PathValue("id")), r.user.ID, k.Now()
	c, err := k.Desk.Decide(r.Context(), r.caller(), d, o.revision)
	if errors.Is(err, vigie.ErrStale) {
		k.answerStale(w, r, o)
		return
	}
	if err != nil {
		k.fail(w, r, err)
		return
	}
	p := k.page(r, "")
	t := toast{Text: p.T("toast." + string(d.Kind))}
	if d.Kind != vigie.DecideUndo {
		t.Undo = &undoForm{Case: c.ID, Revision: c.Revision, Back: o.back}
	}
	if r.partial() {
		k.know(r.Context(), p, c.Assignee)
		k.render(w, r, http.StatusOK, rowAnswer(p, p.row(c), t))
		return
	}
	k.flash(r, t)
	http.Redirect(w, r.Request, backTo(o.back, c.ID), http.StatusSeeOther)
}

// answerStale shows what somebody else decided in between; nothing was written.
func (k *console) answerStale(w http.ResponseWriter, r *request, o order) {
	said := func(p *page, v *caseView) {
		v.Changed, v.Alert = p.T("stale.changed"), true
		if ds := v.View.Decisions; len(ds) > 0 {
			d := ds[len(ds)-1]
			v.Changed = p.T("stale.decided", "name", p.Name(d.By), "what", p.decided(d), "when", p.when(d.At).Short)
		}
	}
	if !r.partial() {
		k.caseWith(w, r, http.StatusConflict, said, veil{})
		return
	}
	if p, v, ok := k.view(w, r); ok {
		said(p, &v)
		k.render(w, r, http.StatusConflict, rowAnswer(p, v.row, toast{Text: v.Changed, Alert: true}))
	}
}

// backTo is where a person was before the form left.
func backTo(back string, id vigie.CaseID) string {
	if back == "case" {
		return "/cases/" + string(id)
	}
	return "/"
}
