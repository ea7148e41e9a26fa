package console_test

import (
	"time"

	"vigie"
)

func caseView(id string, sev vigie.Severity, text string) vigie.CaseView {
	comment := vigie.NewCommentID("mastodon", "piaille.fr", id)
	return vigie.CaseView{Case: vigie.Case{ID: vigie.CaseID(id), Org: vigie.DefaultOrg, Comment: comment, Version: 1, Source: "asso",
		Account: "mastodon:piaille.fr/@atelier", Platform: "mastodon", Severity: sev, Rules: []string{"fr.threat.death"},
		Labels: []vigie.LabelScore{{Label: vigie.LabelThreat, Score: .9}}, Opened: time.Now(), Posted: time.Now().Add(-time.Minute)},
		Kind: vigie.KindReply, Lang: "fr", Length: len(text), Score: .9, Versions: 1, Pseudonym: "Auteur 1234"}
}

func texts(id, text string) map[vigie.CommentID]vigie.Revealed {
	comment := vigie.NewCommentID("mastodon", "piaille.fr", id)
	return map[vigie.CommentID]vigie.Revealed{comment: {Comment: comment, Version: 1, Text: text, Handle: "@x@piaille.fr", Name: "X", URL: "https://piaille.fr/@x/1"}}
}
