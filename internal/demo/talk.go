package demo

// This file holds what the invented people of the demo say: ordinary talk,
// criticism, quotations, three insults and the lines of a raid. Hostile lines
// are here because a demo of a detector needs some; they are short, and about
// nobody who exists.

// line is one comment of the demo.
type line struct {
	who  string
	text string
	how  way
}

// way says how a line reaches the association.
type way int

const (
	reply way = iota
	mention
	quote
	message
)

// ordinary is what most people say: nothing to flag.
func ordinary() []line {
	return []line{
		{"lea", "Merci pour l'accueil samedi, les enfants ont adoré l'atelier !", reply},
		{"karim", "Est-ce que la permanence est ouverte jeudi ?", reply},
		{"sophie", "Je peux apporter des vêtements d'hiver, à quelle heure ?", reply},
		{"tom", "Great work, see you at the picnic!", reply},
		{"ines", "On partage votre appel sur notre page, bon courage à toute l'équipe.", mention},
		{"paul", "Ce film m'a tué de rire, merci pour la projection 😂", reply},
		{"nadia", "Les musulmans du quartier organisent un repas partagé, vous êtes invités.", reply},
		{"hugo", "Où peut-on s'inscrire aux cours de français ?", message},
		{"maude", "Bravo aux bénévoles, c'était une belle journée.", reply},
		{"anne", "Je suis lesbienne et je me suis sentie la bienvenue chez vous, merci.", reply},
	}
}

// criticism is displeasure with the association: never a reason to flag.
func criticism() []line {
	return []line{
		{"gerard", "Très déçu : j'ai attendu deux heures et personne ne m'a répondu.", reply},
		{"michel", "Votre dernière campagne est nulle, on n'y comprend rien.", reply},
		{"claire", "Où passe l'argent des dons ? J'aimerais voir les comptes.", reply},
		{"yann", "Honnêtement votre site est une catastrophe, impossible de s'inscrire.", mention},
		{"denis", "Je ne suis pas d'accord avec votre position sur le logement.", quote},
	}
}

// quotations repeat hateful words to report or to oppose them.
func quotations() []line {
	return []line{
		{"samia", "Hier on m'a dit « sale arabe, rentre chez toi ». J'en tremble encore.", reply},
		{"luc", "Dire que « les juifs contrôlent tout » est antisémite, point.", reply},
	}
}

// insults are the three that a moderator should see.
func insults() []line {
	return []line{
		{"rage75", "Bande de connards, allez tous crever", reply},
		{"vraifr", "Sale pute, ferme ta gueule", mention},
		{"patriote59", "Les arabes dehors, retournez dans votre pays de merde", reply},
	}
}

// threat is the message that cannot wait.
func threat() line {
	return line{"ombre", "Je sais où tu habites, je vais venir te buter", message}
}

// raidLines are the few texts that a raid repeats.
func raidLines() []string {
	return []string{
		"Dehors les migrants, on est chez nous",
		"sales collabos, fermez votre asso de merde",
		"les arabes dehors !!!",
		"bande de traîtres, vous allez payer",
		"D3hors les m1grants, on est ch€z nous",
		"remigration maintenant, virez-moi cette racaille",
		"allez crever bande de bâtards",
		"on est chez nous, cassez-vous les parasites",
	}
}

// bystanders are ordinary people who speak up in the middle of the raid.
func bystanders() []line {
	return []line{
		{"lea", "Courage à l'équipe, vous n'êtes pas seuls.", reply},
		{"karim", "C'est quoi cette avalanche de haine ? Soutien total.", reply},
		{"sophie", "La permanence de jeudi est maintenue ?", reply},
	}
}
