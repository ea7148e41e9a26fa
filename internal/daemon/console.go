package daemon

import (
	"fmt"
	"net/http"

	"vigie/dashboards/console"
)

// console puts the moderators' pages on the store, the live feed and the
// sliding counters.
func (a *App) console() (http.Handler, error) {
	h, err := console.New(console.Config{
		Desk: a.store, Feed: a.shared, Surge: a.shared, Sessions: a.store.Sessions(),
		Org: a.cfg.Organisation.ID, Lang: a.cfg.Lang, BaseURL: a.cfg.HTTP.URL,
		Rule: a.ruleWords, Now: a.o.Now, Log: a.o.Log, Version: a.o.Version, OrgName: a.cfg.Organisation.Name,
	})
	if err != nil {
		return nil, fmt.Errorf("open the console: %w", err)
	}
	return h, nil
}

// ruleWords asks the rules in use, which a reload may have replaced.
func (a *App) ruleWords(rule, lang string) string {
	a.mu.Lock()
	g := a.gen
	a.mu.Unlock()
	if g == nil {
		return ""
	}
	return g.words(rule, lang)
}
