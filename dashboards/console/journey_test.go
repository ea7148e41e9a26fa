package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"vigie"
	"vigie/dashboards/console"
	"vigie/dashboards/console/consoletest"
)

// TestWithoutScript does a moderator's whole work with forms alone.
func TestWithoutScript(t *testing.T) {
	s := open(t, nil)
	c := s.member(t, "claire")
	c.get("/").says(t, 200, "À trier", `href="/cases/k7m2"`, "Menace de violence", "Danger")
	detail := c.get("/cases/k7m2")
	detail.says(t, 200, "Texte masqué", "Auteur 4071", "enregistrement n°")
	detail.hides(t, "on vous attend dehors", "Corbeau 77", "@corbeau")

	shown := c.post("/cases/k7m2/reveal", "comment", "mastodon:piaille.fr/1100", "version", "1", "lang", "fr")
	shown.says(t, 200, "on vous attend dehors", "Corbeau 77", `lang="fr"`, `dir="auto"`, `href="#rule-1"`, "<h1")
	c.get("/cases/k7m2").hides(t, "on vous attend dehors")

	a := c.post("/cases/k7m2/decide", "kind", "hate", "revision", "0", "back", "case", "note", "vu avec Samir")
	a.says(t, 200, "Classé", "Haineux", "vu avec Samir", "Annuler")
	if a.path != "/cases/k7m2" {
		t.Errorf("back on %s", a.path)
	}
	c.get("/cases/k7m2").hides(t, "Classé\u00a0: haineux.")
	c.get("/?tab=done").says(t, 200, "/cases/k7m2")
	c.post("/cases/k7m2/undo", "revision", "1", "back", "queue").says(t, 200, "Décision annulée", "/cases/k7m2")
	c.post("/cases/k7m2/assign", "revision", "2", "back", "queue").says(t, 200, "Le dossier est à vous")
	c.get("/?tab=mine").says(t, 200, "/cases/k7m2")

	var done []string
	for _, e := range s.desk.Trail() {
		if e.User != consoletest.Claire || e.Via != "console" {
			t.Errorf("written down as %s via %s", e.User, e.Via)
		}
		if e.Action != "case.read" {
			done = append(done, e.Action)
		}
	}
	if got, want := strings.Join(done, " "), "comment.reveal case.decide case.decide case.decide"; got != want {
		t.Errorf("the trail says %q, want %q", got, want)
	}
}

func TestStaleDecisionShowsTheOthers(t *testing.T) {
	s := open(t, nil)
	claire, samir := s.member(t, "claire"), s.member(t, "samir")
	samir.post("/cases/k7m2/decide", "kind", "hate", "revision", "0")
	for name, a := range map[string]answer{
		"form": claire.post("/cases/k7m2/decide", "kind", "clear", "revision", "0", "back", "case"),
		"htmx": claire.htmx("/cases/k7m2/decide", "kind", "clear", "revision", "0", "back", "queue"),
	} {
		t.Run(name, func(t *testing.T) {
			a.says(t, http.StatusConflict, "Samir Benali", "a classé\u00a0: haineux", `role="alert"`, `value="1"`)
		})
	}
	claire.get("/cases/k7m2").hides(t, "Claire Morel</bdi></strong> a classé")
}

func TestDecisionByHTMXReplacesTheRow(t *testing.T) {
	s := open(t, nil)
	c := s.member(t, "claire")
	a := c.htmx("/cases/k7m2/decide", "kind", "clear", "revision", "0", "back", "queue")
	a.says(t, 200, `id="case-k7m2"`, `data-state="cleared"`, `hx-swap-oob="innerHTML"`, "hx-nonce=")
	a.hides(t, "<html", "on vous attend")
	c.htmx("/cases/k7m2/undo", "revision", "1", "back", "queue").says(t, 200, `data-state="open"`)
	c.htmx("/cases/gone/decide", "kind", "clear", "revision", "0").says(t, http.StatusNotFound, "n’existe pas")
}

func TestBadForms(t *testing.T) {
	s := open(t, nil)
	c := s.member(t, "claire")
	tests := []struct {
		path   string
		fields []string
	}{
		{"/cases/k7m2/decide", []string{"kind", "undo", "revision", "0"}},
		{"/cases/k7m2/decide", []string{"kind", "assign", "revision", "0"}},
		{"/cases/k7m2/decide", []string{"kind", "clear"}},
		{"/cases/k7m2/decide", []string{"kind", "clear", "revision", "x"}},
		{"/cases/k7m2/assign", nil},
		{"/cases/k7m2/reveal", []string{"comment", "x", "version", "0"}},
		{"/cases/k7m2/reveal", []string{"version", "1"}},
		{"/prefs", []string{"lang", "xx"}},
		{"/language", []string{"lang", "../en"}},
	}
	for _, tt := range tests {
		if a := c.post(tt.path, tt.fields...); a.status != http.StatusBadRequest {
			t.Errorf("%s %v: status %d, want 400", tt.path, tt.fields, a.status)
		}
	}
	c.post("/cases/nope/reveal", "comment", "mastodon:piaille.fr/1100", "version", "1").says(t, http.StatusNotFound)
	c.post("/cases/p4xd/reveal", "comment", "mastodon:piaille.fr/1100", "version", "1").says(t, http.StatusNotFound)
}

// TestForeignTextIsHarmless sends markup through every field that a stranger writes.
func TestForeignTextIsHarmless(t *testing.T) {
	const evil = `"><script>alert('XSS-9d')</script><img src=x onerror=alert(1)> ' hx-get="/x" </bdi>` + "\x00\u202E\xff"
	s := open(t, nil)
	v := caseView("evil", vigie.SeverityHigh, evil)
	v.Pseudonym, v.Lang, v.Kind = evil, evil, vigie.Kind(evil)
	v.Case.Account, v.Case.Platform, v.Case.Source, v.Case.Rules = vigie.AccountID("p:h/"+evil), evil, evil, []string{evil}
	v.Case.Labels = []vigie.LabelScore{{Label: vigie.Label(evil), Target: evil}}
	v.Hits = []vigie.Hit{{Rule: evil, Label: vigie.Label(evil), Start: 2, End: 9, Why: evil}}
	v.Decisions = []vigie.Decision{{Seq: 1, Kind: vigie.DecideClear, By: vigie.UserID(evil), Note: evil, At: time.Now()}}
	revealed := texts("evil", evil)
	for id, r := range revealed {
		r.Handle, r.Name, r.Hits, r.URL = evil, evil, v.Hits, "javascript:alert('XSS-9d')"
		revealed[id] = r
	}
	s.desk.Open(consoletest.File{View: v, Texts: revealed})
	s.desk.SetStatus(vigie.Status{Sources: []vigie.SourceState{{Source: evil, Kind: evil, Account: evil, Status: vigie.SourceFailed, Class: evil}},
		Channels: []vigie.ChannelState{{Channel: evil, Kind: evil, Class: evil}}})
	c := s.member(t, "claire")
	reveal := []string{"comment", "mastodon:piaille.fr/evil", "version", "1", "key", evil, "lang", evil}
	for name, a := range map[string]answer{
		"queue": c.get("/"), "search": c.get("/?q=" + "%22%3E%3Cscript%3Ealert%28%27XSS-9d%27%29%3C%2Fscript%3E&tab=%3Cscript%3E&after=%3Cscript%3E"),
		"case": c.get("/cases/evil"), "status": c.get("/status"), "alarms": c.get("/alarms"),
		"reveal": c.post("/cases/evil/reveal", reveal...), "part": c.htmx("/cases/evil/reveal", reveal...),
	} {
		t.Run(name, func(t *testing.T) {
			a.hides(t, "<script>alert", "<img src=x", `hx-get="/x"`, `href="javascript:`, "\x00", "\xff")
			if name == "reveal" || name == "part" {
				a.says(t, 200, "U+202E", "␀", "&lt;script&gt;")
				foreign := a.body[strings.Index(a.body, `class="foreign"`):]
				if strings.Contains(foreign[:strings.Index(foreign, "</div>")], "\u202E") {
					t.Error("the override reaches the text")
				}
			}
		})
	}
}

func TestOriginalIsLinkedSafely(t *testing.T) {
	s := open(t, nil)
	c := s.member(t, "claire")
	c.get("/cases/k7m2").hides(t, "piaille.fr/@someone") // it names the author
	c.post("/cases/k7m2/reveal", "comment", "mastodon:piaille.fr/1100", "version", "1").
		says(t, 200, `href="https://piaille.fr/@someone/1100"`, `rel="noopener noreferrer nofollow"`)
}

func TestMaskedTextIsNowhere(t *testing.T) {
	s := open(t, nil)
	const marker = "MARKER-77aa"
	s.desk.Open(consoletest.File{View: caseView("m1", vigie.SeverityHigh, marker), Texts: texts("m1", marker)})
	c := s.member(t, "claire")
	for _, path := range []string{"/", "/?q=" + marker, "/cases/m1", "/status", "/counts"} {
		body := strings.ReplaceAll(c.get(path).body, `value="`+marker+`"`, "") // what was typed into the search box
		body = strings.ReplaceAll(body, "q="+marker, "")
		if strings.Contains(body, marker) || strings.Contains(body, "@x@piaille.fr") {
			t.Errorf("%s holds the text or the author", path)
		}
	}
}

func TestFiltersAndPages(t *testing.T) {
	s := open(t, nil)
	for i := range 120 {
		s.desk.Open(consoletest.File{View: caseView(fmt.Sprintf("n%03d", i), vigie.SeverityMedium, "x"), Texts: nil})
	}
	c := s.member(t, "claire")
	first := c.get("/")
	if got := strings.Count(first.body, "<li class=\"row"); got != 100 {
		t.Errorf("%d rows on the first page, want 100", got)
	}
	first.says(t, 200, `data-count="open" data-n="131">131<`, "Page suivante", `href="/?after=100"`)
	second := c.get("/?after=100")
	if got := strings.Count(second.body, "<li class=\"row"); got != 31 {
		t.Errorf("%d rows on the second page, want 31", got)
	}
	second.says(t, 200, "Première page")
	high := c.get("/?severity=high")
	high.says(t, 200, "k7m2", "p4xd", "Effacer les filtres")
	high.hides(t, "b8hn", "n001")
	c.get("/?q=glycines").says(t, 200, "p4xd")
	c.get("/?q=nothing-at-all").says(t, 200, "Aucun dossier ne correspond")
}

func TestEmptyQueueProvesThatCollectionWorks(t *testing.T) {
	desk := consoletest.NewDesk(time.Now, nil)
	desk.AddUser(vigie.User{ID: "claire", Org: vigie.DefaultOrg, Name: "Claire", Lang: "fr"})
	s := open(t, func(c *console.Config) { c.Desk, c.Feed = desk, nil })
	s.desk = desk
	c := s.member(t, "claire")
	c.get("/").says(t, 200, "Rien à trier", "Aucune source")
	st := consoletest.Status(time.Now())
	desk.SetStatus(st)
	c.get("/").says(t, 200, "Rien à trier", "Dernière collecte\u00a0: à l’instant", "3 sources sur 3 collectent")
	desk.SetStatus(consoletest.FailSource(st, "x", "auth", time.Now().Add(-time.Hour)))
	for _, path := range []string{"/", "/status", "/prefs"} {
		c.get(path).says(t, 200, "La source «\u00a0x\u00a0» est à l’arrêt")
	}
	c.get("/").says(t, 200, "2 sources sur 3")
	c.get("/status").says(t, 200, "jeton d’accès", "auth")
	if a := c.get("/events"); a.status != http.StatusNoContent {
		t.Errorf("without a feed, /events is %d, want 204", a.status)
	}
}

func TestSurgeBanner(t *testing.T) {
	s := open(t, func(c *console.Config) {
		c.Surge = consoletest.Surge{"mastodon:piaille.fr/@atelier": {214, 60}, "x:x.com/@atelier": {500, 3}}
	})
	a := s.member(t, "claire").get("/")
	a.says(t, 200, "Afflux", "214 commentaires de 60 comptes en 10 minutes")
	a.hides(t, "500 commentaires")
}

func TestLanguages(t *testing.T) {
	s := open(t, nil)
	c := s.member(t, "claire")
	c.post("/language", "lang", "en", "next", "/cases/k7m2").says(t, 200, `<html lang="en">`, "Masked text", "Threat of violence")
	c.post("/prefs", "lang", "en").says(t, 200, "Preferences saved", "<body data-live>")
	c.post("/prefs", "lang", "fr", "keys", "on").says(t, 200, "Préférences enregistrées", "<body data-keys")
	c.post("/logout").says(t, 200, `<html lang="fr">`)
}
