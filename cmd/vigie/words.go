package main

import (
	"cmp"
	"strings"

	"vigie"
	"vigie/internal/demo"
)

// words is what demo and watch say, in one language.
type words struct {
	lang       string
	hello      string
	stay       string
	alert      string
	sum        string
	watching   string
	steps      map[demo.Step]string
	severities map[vigie.Severity]string
	labels     map[vigie.Label]string
}

func (w words) severity(s vigie.Severity) string { return cmp.Or(w.severities[s], s.String()) }
func (w words) label(l vigie.Label) string       { return cmp.Or(w.labels[l], string(l)) }

// wordsFor chooses the language of the terminal, as the environment says.
func wordsFor(t terminal) words {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := t.getenv(name); v != "" {
			if strings.HasPrefix(v, "fr") {
				return french()
			}
			return english()
		}
	}
	return english()
}

func english() words {
	return words{
		lang: "en",
		hello: "The console is at %s (login above), the metrics at http://%s/metrics.\n" +
			"Everything happens on this machine: a simulated Mastodon server, read through the real source.\n",
		stay:     "The play is over; the console stays open. Ctrl-C ends it and removes all of it.",
		alert:    "alert",
		sum:      "Collected %d comments; opened %d cases; sealed %d records; received %d alerts.\n",
		watching: "Watching the public replies to %s. Flagged comments appear here and at %s (login above). Ctrl-C ends.\n",
		steps: map[demo.Step]string{
			demo.StepOrdinary:  "People talk to La Maison ouverte. None of it should be flagged.",
			demo.StepCriticism: "Some are displeased, some quote hateful words to oppose them. None of it should be flagged.",
			demo.StepInsults:   "Three insults and a threat.",
			demo.StepEdit:      "A harmless comment is edited into a hateful one after it was read.",
			demo.StepDelete:    "A threat is deleted by its author after it was read. The evidence stays.",
			demo.StepRaid:      "A raid: 200 comments by 60 accounts within a minute, some visible late; friends speak up in between.",
			demo.StepEnd:       "The raid is over.",
		},
	}
}

func french() words {
	return words{
		lang: "fr",
		hello: "La console est à l'adresse %s (identifiants ci-dessus), les métriques sur http://%s/metrics.\n" +
			"Tout se passe sur cette machine : un serveur Mastodon simulé, lu par le vrai collecteur.\n",
		stay:     "La démonstration est finie ; la console reste ouverte. Ctrl-C arrête et efface tout.",
		alert:    "alerte",
		sum:      "%d commentaires collectés ; %d dossiers ouverts ; %d pièces scellées ; %d alertes reçues.\n",
		watching: "Surveillance des réponses publiques à %s. Les signalements s'affichent ici et sur %s (identifiants ci-dessus). Ctrl-C arrête.\n",
		steps: map[demo.Step]string{
			demo.StepOrdinary:  "Des gens parlent à La Maison ouverte. Rien ne doit être signalé.",
			demo.StepCriticism: "Certains sont mécontents, d'autres citent des propos haineux pour les combattre. Rien ne doit être signalé.",
			demo.StepInsults:   "Trois insultes et une menace.",
			demo.StepEdit:      "Un commentaire anodin, déjà lu, devient haineux par une modification.",
			demo.StepDelete:    "Une menace, déjà lue, est supprimée par son auteur. La preuve reste.",
			demo.StepRaid:      "Un raid : 200 commentaires de 60 comptes en une minute, certains visibles en retard ; des soutiens s'expriment au milieu.",
			demo.StepEnd:       "Le raid est fini.",
		},
		severities: map[vigie.Severity]string{
			vigie.SeverityLow: "faible", vigie.SeverityMedium: "moyenne", vigie.SeverityHigh: "élevée", vigie.SeverityImminent: "danger imminent",
		},
		labels: map[vigie.Label]string{
			vigie.LabelHate: "haine", vigie.LabelThreat: "menace", vigie.LabelInsult: "insulte", vigie.LabelHarassment: "harcèlement",
			vigie.LabelSexual: "sexuel", vigie.LabelDoxxing: "divulgation", vigie.LabelSelfHarm: "incitation au suicide", vigie.LabelSmear: "diffamation",
			vigie.LabelSpam: "spam", vigie.LabelProfanity: "grossièreté", vigie.LabelCriticism: "critique",
		},
	}
}
