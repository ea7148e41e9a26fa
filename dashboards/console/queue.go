package console

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"vigie"
)

// pageSize is how many cases a page of the queue holds.
const pageSize = 100

// queueView is the queue as its page shows it.
type queueView struct {
	Filter  vigie.CaseFilter
	Counts  vigie.Counts
	Rows    []row
	Next    string // address of the next page, "" if none
	First   string // address of the first page, "" if this is it
	Surges  []surge
	Working int // sources that collect
	Sources int
}

// row is one case in the list.
type row struct {
	vigie.Case
	Why     []string // rule names in words
	Labels  []string
	Opened  moment
	Posted  moment
	Mine    bool
	Changed string // said when a decision met another's: what the other did
	Alert   bool
}

// surge is more talk to an account than usual, from many authors.
type surge struct {
	Account  vigie.AccountID
	Comments int64
	Authors  int64
}

func (k *console) showQueue(w http.ResponseWriter, r *request) {
	f := filterOf(r.URL.Query())
	found, err := k.Desk.Cases(r.Context(), r.caller(), f)
	if err != nil {
		k.fail(w, r, err)
		return
	}
	p := k.page(r, r.tr.T("queue.title"))
	p.Path = r.URL.RequestURI()
	v := queueView{Filter: f, Counts: vigie.Counts{Open: found.Open, Mine: found.Mine, Done: found.Done}, Surges: k.surges(r.Context(), p.Status)}
	for _, s := range p.Status.Sources {
		v.Sources++
		if s.Status == vigie.SourceOK {
			v.Working++
		}
	}
	for _, c := range found.Cases {
		k.know(r.Context(), p, c.Assignee)
		v.Rows = append(v.Rows, p.row(c))
	}
	if found.Next != "" {
		v.Next = filterURL(f, found.Next)
	}
	if f.After != "" {
		v.First = filterURL(f, "")
	}
	k.render(w, r, http.StatusOK, queuePage(p, v))
}

// filterOf reads the filter of an address; what it cannot read it ignores.
func filterOf(q url.Values) vigie.CaseFilter {
	f := vigie.CaseFilter{Tab: vigie.Tab(q.Get("tab")), Query: strings.TrimSpace(q.Get("q")), After: q.Get("after"), Limit: pageSize}
	if f.Tab != vigie.TabMine && f.Tab != vigie.TabDone {
		f.Tab = vigie.TabOpen
	}
	if s, err := vigie.ParseSeverity(q.Get("severity")); err == nil {
		f.MinSeverity = s
	}
	if r := []rune(f.Query); len(r) > 200 {
		f.Query = string(r[:200])
	}
	return f
}

// filterURL is the address of a filter: a filter that is worth keeping is a bookmark.
func filterURL(f vigie.CaseFilter, after string) string {
	q := url.Values{}
	if f.Tab != vigie.TabOpen {
		q.Set("tab", string(f.Tab))
	}
	if f.MinSeverity > vigie.SeverityNone {
		q.Set("severity", f.MinSeverity.String())
	}
	if f.Query != "" {
		q.Set("q", f.Query)
	}
	if after != "" {
		q.Set("after", after)
	}
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

// row puts a case into words.
func (p *page) row(c vigie.Case) row {
	v := row{Case: c, Opened: p.when(c.Opened), Posted: p.when(c.Posted), Mine: c.Assignee != "" && c.Assignee == p.User.ID}
	for _, id := range c.Rules {
		if name := p.RuleName(id); !slices.Contains(v.Why, name) {
			v.Why = append(v.Why, name)
		}
	}
	for _, l := range c.Labels {
		v.Labels = append(v.Labels, p.Label(l))
	}
	if len(v.Why) == 0 {
		v.Why = v.Labels
	}
	if len(v.Why) == 0 {
		v.Why = []string{p.T("queue.no_rule")}
	}
	return v
}

// Label puts a label into words, with the group attacked if there is one.
func (p *page) Label(l vigie.LabelScore) string {
	name := p.T("label." + string(l.Label))
	if l.Target == "" {
		return name
	}
	_, last, ok := strings.Cut(l.Target, ".")
	if !ok {
		last = l.Target
	}
	return name + p.T("label.against", "target", p.Maybe("target."+l.Target, strings.ReplaceAll(last, "_", " ")))
}

// surges asks, for each watched account once, whether it is being flooded.
func (k *console) surges(ctx context.Context, st vigie.Status) []surge {
	if k.Surge == nil {
		return nil
	}
	var found []surge
	var seen []vigie.AccountID
	for _, s := range st.Sources {
		if s.Account == "" || slices.Contains(seen, s.Account) {
			continue
		}
		seen = append(seen, s.Account)
		comments, authors, err := k.Surge.Count(ctx, string(s.Account), k.SurgeWindow)
		if err != nil {
			k.Log.Warn("surge not counted", "err", err)
			return found
		}
		if authors >= k.SurgeAuthors {
			found = append(found, surge{s.Account, comments, authors})
		}
	}
	return found
}

// showCounts serves the numbers on the tabs after something changed.
func (k *console) showCounts(w http.ResponseWriter, r *request) {
	n, err := k.Desk.Counts(r.Context(), r.caller())
	if err != nil {
		k.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(n); err != nil && r.Context().Err() == nil {
		k.Log.Error("counts not written", "err", err)
	}
}
