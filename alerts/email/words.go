package email

import "vigie"

// words are the sentences of one language.
type words struct {
	severity map[vigie.Severity]string
	label    map[vigie.Label]string
	one      string // subject: severity, platforms
	many     string // subject: severity, count, platforms
	ops      string
	opsLine  string // subject, class
	test     string
	testLine string
	on       string // account
	posted   string // date
	clock    string // layout of dates
	more     string // count, link
	footer   string
}

func wordsOf(lang string) *words {
	if lang == "en" {
		return &english
	}
	return &french
}

var french = words{
	severity: map[vigie.Severity]string{
		vigie.SeverityNone: "information", vigie.SeverityLow: "à vérifier", vigie.SeverityMedium: "moyen",
		vigie.SeverityHigh: "grave", vigie.SeverityImminent: "danger imminent",
	},
	label: map[vigie.Label]string{
		vigie.LabelHate: "haine", vigie.LabelThreat: "menace", vigie.LabelInsult: "insulte",
		vigie.LabelHarassment: "harcèlement", vigie.LabelSexual: "contenu sexuel", vigie.LabelDoxxing: "divulgation de données personnelles",
		vigie.LabelSelfHarm: "risque suicidaire", vigie.LabelSmear: "dénigrement", vigie.LabelSpam: "spam",
		vigie.LabelProfanity: "grossièreté", vigie.LabelCriticism: "critique",
	},
	one:      "[Vigie] %s : 1 commentaire signalé (%s)",
	many:     "[Vigie] %s : %d commentaires signalés (%s)",
	ops:      "[Vigie] La veille a besoin de vous",
	opsLine:  "La veille est gênée : %s (%s).",
	test:     "[Vigie] Essai",
	testLine: "Ceci est un essai demandé par une personne de l'équipe. Rien n'est à faire.",
	on:       "compte %s",
	posted:   "publié le %s",
	clock:    "02/01/2006 à 15:04 UTC",
	more:     "… et %d de plus : %s",
	footer: "Ce message ne cite aucun commentaire : les textes se lisent derrière le lien, après connexion.\n" +
		"Envoyé automatiquement par Vigie ; n'y répondez pas.",
}

var english = words{
	severity: map[vigie.Severity]string{
		vigie.SeverityNone: "information", vigie.SeverityLow: "to check", vigie.SeverityMedium: "medium",
		vigie.SeverityHigh: "grave", vigie.SeverityImminent: "imminent danger",
	},
	label: map[vigie.Label]string{
		vigie.LabelHate: "hate", vigie.LabelThreat: "threat", vigie.LabelInsult: "insult",
		vigie.LabelHarassment: "harassment", vigie.LabelSexual: "sexual content", vigie.LabelDoxxing: "doxxing",
		vigie.LabelSelfHarm: "risk of suicide", vigie.LabelSmear: "smear", vigie.LabelSpam: "spam",
		vigie.LabelProfanity: "profanity", vigie.LabelCriticism: "criticism",
	},
	one:      "[Vigie] %s: 1 comment flagged (%s)",
	many:     "[Vigie] %s: %d comments flagged (%s)",
	ops:      "[Vigie] The watch needs you",
	opsLine:  "The watch is hindered: %s (%s).",
	test:     "[Vigie] Test",
	testLine: "This is a test that somebody of the team asked for. Nothing is to be done.",
	on:       "account %s",
	posted:   "published %s",
	clock:    "2006-01-02 15:04 UTC",
	more:     "… and %d more: %s",
	footer: "This message quotes no comment: the texts are behind the link, after logging in.\n" +
		"Sent automatically by Vigie; do not reply.",
}
