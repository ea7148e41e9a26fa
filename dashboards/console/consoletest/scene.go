package consoletest

import (
	"fmt"
	"strings"
	"time"

	"vigie"
)

// The members of the synthetic team.
const (
	Claire = vigie.UserID("claire")
	Samir  = vigie.UserID("samir")
)

// line is one synthetic comment of the scene.
type line struct {
	id       string
	platform string
	severity vigie.Severity
	label    vigie.Label
	target   string
	rule     string
	why      string
	text     string
	hit      string // the words that the rule matched
	author   string
	kind     vigie.Kind
	minutes  int // since it was published
	lang     string
}

// lines is a bad evening of an association that repairs bicycles. All of it is invented.
var lines = []line{
	{"k7m2", "mastodon", vigie.SeverityImminent, vigie.LabelThreat, "", "fr.threat.death", "Annonce une violence contre une personne, avec un lieu ou un moment.", "On sait où vous fermez le soir. Samedi on vous attend dehors, vous allez le regretter.", "on vous attend dehors", "Corbeau 77", vigie.KindReply, 4, "fr"},
	{"p4xd", "x", vigie.SeverityHigh, vigie.LabelDoxxing, "", "fr.doxxing.address", "Donne l’adresse ou le téléphone d’une personne.", "Pour lui dire merci en face : elle habite au 12 rue des Glycines, deuxième étage.", "12 rue des Glycines", "justicier_du_net", vigie.KindQuote, 11, "fr"},
	{"q9ra", "mastodon", vigie.SeverityHigh, vigie.LabelHate, "origin.other", "fr.hate.dehumanise", "Compare un groupe protégé à des nuisibles.", "Ces gens-là sont des parasites, qu’ils rentrent chez eux et laissent nos vélos.", "sont des parasites", "Patriote du 38", vigie.KindMention, 16, "fr"},
	{"t3wz", "mastodon", vigie.SeverityHigh, vigie.LabelSelfHarm, "", "fr.self_harm.incite", "Incite une personne à se faire du mal.", "Rends service à tout le monde, disparais pour de bon.", "disparais pour de bon", "zz_top_zz", vigie.KindMessage, 21, "fr"},
	{"b8hn", "mastodon", vigie.SeverityMedium, vigie.LabelInsult, "", "fr.insult.person", "Insulte adressée à une personne.", "Quelle bande de clowns incapables, vous êtes la honte du quartier.", "bande de clowns incapables", "Marcel R.", vigie.KindReply, 8, "fr"},
	{"c5vf", "x", vigie.SeverityMedium, vigie.LabelHarassment, "", "fr.harassment.pile_on", "Appelle d’autres personnes à s’en prendre à quelqu’un.", "Allez tous lui dire ce que vous pensez d’elle, RT massif !!", "Allez tous lui dire", "TeamColère", vigie.KindQuote, 9, "fr"},
	{"d2sj", "mastodon", vigie.SeverityMedium, vigie.LabelSexual, "", "fr.sexual.remark", "Remarque sexuelle adressée à une personne.", "Avec un physique pareil elle ferait mieux de poser que de réparer.", "Avec un physique pareil", "LoloGros", vigie.KindReply, 34, "fr"},
	{"f6ye", "mastodon", vigie.SeverityMedium, vigie.LabelHate, "religion.muslim", "fr.hate.exclude", "Refuse une place à un groupe protégé.", "Pas de voilées dans un atelier public, dehors.", "Pas de voilées", "Vigilant(e)", vigie.KindReply, 52, "fr"},
	{"g1uc", "youtube", vigie.SeverityMedium, vigie.LabelInsult, "", "en.insult.person", "Insulte adressée à une personne.", "You people are absolute morons, my kid fixes bikes better.", "absolute morons", "BikeKing", vigie.KindReply, 63, "en"},
	{"h9ob", "mastodon", vigie.SeverityLow, vigie.LabelSmear, "", "fr.smear.theft", "Accuse d’un délit sans preuve.", "Tout le monde sait qu’ils piquent dans la caisse des dons.", "piquent dans la caisse", "Un voisin", vigie.KindMention, 71, "fr"},
	{"j4it", "mastodon", vigie.SeverityLow, vigie.LabelProfanity, "", "fr.profanity.mild", "Grossièreté sans cible.", "Putain mais c’est encore fermé le lundi ??", "Putain", "Nono", vigie.KindMention, 88, "fr"},
	{"l8ql", "youtube", vigie.SeverityLow, vigie.LabelSpam, "", "fr.spam.link", "Répète une réclame avec un lien.", "Gagnez 500 € par jour depuis chez vous, lien dans mon profil !!!", "Gagnez 500 € par jour", "Julie__bons_plans", vigie.KindReply, 102, "fr"},
}

// NewScene returns a desk with a team of two, watched accounts and the cases of
// a bad evening, as if it were now.
func NewScene(now func() time.Time) (*Desk, *Feed) {
	feed := NewFeed()
	d := NewDesk(now, feed)
	d.AddUser(vigie.User{ID: Claire, Org: vigie.DefaultOrg, Name: "Claire Morel", Role: vigie.RoleModerator, Lang: "fr"})
	d.AddUser(vigie.User{ID: Samir, Org: vigie.DefaultOrg, Name: "Samir Benali", Role: vigie.RoleAdmin, Lang: "fr"})
	d.SetStatus(Status(now()))
	for i, l := range lines {
		f := l.file(now(), i)
		switch l.id {
		case "q9ra", "b8hn":
			f.decide(vigie.Decision{Kind: vigie.DecideAssign, By: Samir, Assignee: Samir, At: now().Add(-3 * time.Minute)})
		case "t3wz":
			f.decide(vigie.Decision{Kind: vigie.DecideAssign, By: Claire, Assignee: Claire, At: now().Add(-2 * time.Minute)})
		case "j4it":
			f.decide(vigie.Decision{Kind: vigie.DecideClear, By: Samir, At: now().Add(-40 * time.Minute), Note: "Juste un client pressé."})
		}
		d.Open(f)
	}
	return d, feed
}

// decide adds a decision taken before the scene begins.
func (f *File) decide(dec vigie.Decision) {
	dec.Case, dec.Seq = f.View.Case.ID, int64(1000+len(f.View.Decisions))
	f.View.Decisions = append(f.View.Decisions, dec)
	c := &f.View.Case
	c.State, c.Assignee = vigie.Derive(f.View.Decisions)
	c.Revision = len(f.View.Decisions)
}

func (l line) file(now time.Time, i int) File {
	host := map[string]string{"mastodon": "piaille.fr", "x": "x.com", "youtube": "youtube.com"}[l.platform]
	id := vigie.NewCommentID(l.platform, host, fmt.Sprint(1100+i))
	posted := now.Add(-time.Duration(l.minutes) * time.Minute)
	start := strings.Index(l.text, l.hit)
	hits := []vigie.Hit{{Rule: l.rule, Label: l.label, Start: start, End: start + len(l.hit), Why: l.why}}
	c := vigie.Case{ID: vigie.CaseID(l.id), Org: vigie.DefaultOrg, Comment: id, Version: 1, Source: "asso",
		Account: vigie.AccountID(l.platform + ":" + host + "/@atelier"), Platform: l.platform, Severity: l.severity,
		Labels: []vigie.LabelScore{{Label: l.label, Target: l.target, Score: .9}}, Rules: []string{l.rule},
		Opened: posted.Add(12 * time.Second), Posted: posted, State: vigie.CaseOpen, Sealed: uint64(214 + i), Presence: vigie.PresencePresent}
	parent := vigie.NewCommentID(l.platform, host, "root")
	v := vigie.CaseView{Case: c, Kind: l.kind, Lang: l.lang, Length: len(l.text), Score: .93 - float64(i)*.06, Hits: hits,
		Pseudonym: fmt.Sprintf("Auteur %04d", 4071+137*i), Versions: 1,
		Thread: []vigie.ThreadItem{{Comment: parent, Version: 1, Pseudonym: "Auteur 0001", Posted: posted.Add(-2 * time.Hour), Parent: true}}}
	return File{View: v, Texts: map[vigie.CommentID]vigie.Revealed{
		id: {Comment: id, Version: 1, Text: l.text, Hits: hits, Handle: "@" + strings.ToLower(strings.ReplaceAll(l.author, " ", "_")) + "@" + host, Name: l.author,
			URL: "https://" + host + "/@someone/" + fmt.Sprint(1100+i)},
		parent: {Comment: parent, Version: 1, Text: "Samedi, atelier ouvert à tous : venez avec votre vélo !", Handle: "@atelier@" + host, Name: "L’Atelier"},
	}}
}

// RuleWords says what the scene's rules are, in both languages.
func RuleWords(id, lang string) string {
	words := map[string][2]string{
		"fr.threat.death":       {"Menace de violence", "Threat of violence"},
		"fr.doxxing.address":    {"Adresse privée divulguée", "Private address disclosed"},
		"fr.hate.dehumanise":    {"Groupe traité de nuisible", "Group called vermin"},
		"fr.self_harm.incite":   {"Incitation à se faire du mal", "Incitement to self-harm"},
		"fr.insult.person":      {"Insulte à une personne", "Insult to a person"},
		"en.insult.person":      {"Insulte à une personne", "Insult to a person"},
		"fr.harassment.pile_on": {"Appel à s’acharner", "Call for a pile-on"},
		"fr.sexual.remark":      {"Remarque sexuelle", "Sexual remark"},
		"fr.hate.exclude":       {"Groupe mis à l’écart", "Group told to stay out"},
		"fr.smear.theft":        {"Accusation de vol", "Accusation of theft"},
		"fr.profanity.mild":     {"Grossièreté", "Profanity"},
		"fr.spam.link":          {"Réclame répétée", "Repeated advertisement"},
	}[id]
	if lang == "en" {
		return words[1]
	}
	return words[0]
}

// Status is a watcher that works, with one channel that waits.
func Status(now time.Time) vigie.Status {
	src := func(name, kind string, account vigie.AccountID, ago time.Duration) vigie.SourceState {
		return vigie.SourceState{Org: vigie.DefaultOrg, Source: name, Kind: kind, Account: account, Status: vigie.SourceOK,
			Since: now.Add(-26 * time.Hour), LastSuccess: now.Add(-ago), NextPoll: now.Add(8 * time.Second)}
	}
	return vigie.Status{
		Comments: 18432, Unjudged: 3,
		Sources: []vigie.SourceState{
			src("asso", "mastodon", "mastodon:piaille.fr/@atelier", 2*time.Second),
			src("x", "x", "x:x.com/@atelier", 41*time.Second),
			src("videos", "youtube", "youtube:youtube.com/@atelier", 95*time.Second)},
		Channels: []vigie.ChannelState{
			{Channel: "equipe", Kind: "webhook", LastSuccess: now.Add(-4 * time.Minute)},
			{Channel: "astreinte", Kind: "email", Class: "retry", Waiting: 2, LastSuccess: now.Add(-3 * time.Hour)}},
	}
}

// FailSource turns one source of a status into a stopped one.
func FailSource(s vigie.Status, name, class string, since time.Time) vigie.Status {
	for i := range s.Sources {
		if s.Sources[i].Source == name {
			s.Sources[i].Status, s.Sources[i].Class, s.Sources[i].Since = vigie.SourceFailed, class, since
		}
	}
	return s
}
