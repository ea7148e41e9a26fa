package classifier

import (
	"slices"
	"strings"
	"unicode"

	"vigie/internal/text"
)

// known is the languages told apart, in the order in which they win a tie.
var known = []string{"fr", "en", "de", "es", "it", "nl", "pt"}

// functionWords are words that people cannot do without, and that mark their
// language: folded, without those that several of the languages share.
var functionWords = buildFunctionWords(map[string]string{
	"fr": `je tu il elle nous vous ils elles on ce cette ces c j d l qu n s mon ton son ma ta sa mes tes ses notre votre leur leurs les des du aux au une est suis es sont sommes etes etait etaient etre ai avons avez ont avait avoir fait faire vais va vont allez pas plus jamais rien que qui quoi dont ou mais donc car avec sans pour par dans sur sous chez vers tres trop bien aussi comme si quand meme encore toujours deja ici cest ca cela tout tous toute toutes et y faut peut veut merci bonjour jai jsuis pcq mdr ptdr ptn putain parce voila alors rien avant apres votre moi toi lui eux`,
	"en": `the and you are is was were be been am i he she it we they this that these those my your his her our their its a an of to in on at for with from by as not dont don t s re ve ll m do does did have has had will would can could should what who when where why how all just like get got so if but or because there here they u ur im youre cant wont isnt out up about people fuck fucking shit these them us`,
	"de": `der die das und ist nicht ein eine einen einem einer ich du er sie es wir ihr mich dich dir mir sich auf mit von zu zum zur im den dem des bei nach aus wie was wer wo wenn aber oder auch noch nur schon so sind war hat haben wird werden kann muss euch uns alle kein keine man als fur uber doch mal hier dass weil immer`,
	"es": `el la los las un una unos unas y es son soy eres somos esta estan estoy no que quien como cuando donde porque pero por para con sin en de del al lo le les se me te nos mi tu su mis tus sus muy mas ya si este esta esto ese esa eso todo todos hay ha han he tiene tienen hacer ser estar yo usted ustedes ellos nosotros a`,
	"it": `il lo la i gli le un uno una e sono sei siamo siete non che chi come quando dove perche ma o per con senza in di del della dei delle al alla ai nel nella da dal si mi ti ci vi mio tuo suo questo questa quello quella tutto tutti piu anche io tu lui lei noi voi loro ho hai ha abbiamo hanno cosa molto solo gia`,
	"nl": `de het een en is niet ik jij je hij zij ze wij we jullie u mij me mijn jouw zijn haar ons onze hun van op in met voor aan bij naar uit om te dat die dit deze wat wie waar als maar of ook nog al er geen wel zo ben bent was heeft hebben had wordt worden kan moet alle omdat toch hier daar`,
	"pt": `o a os as um uma uns umas e sao sou eu voce voces ele ela eles nos nao que quem como quando onde porque mas ou por para com sem em no na nos nas de do da dos das ao se me te meu teu seu minha tua sua muito mais ja isso isto esse essa este esta tudo todos tem ha foi ser estar esta estao pra ta vc`,
})

// buildFunctionWords returns the languages of each word, as bits of known.
func buildFunctionWords(lists map[string]string) map[string]uint8 {
	out := map[string]uint8{}
	for i, lang := range known {
		for w := range strings.FieldsSeq(lists[lang]) {
			out[w] |= 1 << i
		}
	}
	return out
}

// evidence is how much speaks for each known language.
type evidence [7]float64

// guessWords is how many words of a text are looked at.
const guessWords = 200

// enough is the evidence below which nothing is excluded: two function words.
const enough = 2

// Guess says from cheap evidence in which language a text is, "" if it does
// not tell, and in which it may be, best first. With little evidence all
// known languages are plausible; in a foreign script none is.
func (c *Classifier) Guess(t *text.Text, hint string) (lang string, plausible []string) {
	if foreign(t) {
		return "", nil
	}
	var ev evidence
	words := ev.count(t)
	hint, _, _ = strings.Cut(strings.ToLower(hint), "-")
	if k := slices.Index(known, hint); k >= 0 {
		ev[k] += 0.5
	}
	order := ev.order()
	best, second := ev[order[0]], ev[order[1]]
	if best >= enough && best >= 2*second && best >= 0.15*float64(words) {
		lang = known[order[0]]
		return lang, []string{lang}
	}
	for _, k := range order {
		if best < enough || ev[k] >= best/3 {
			plausible = append(plausible, known[k])
		}
	}
	return "", plausible
}

// count adds up the function words of a text: a word of one language counts
// one, a word shared by n of them 1/n². It returns how many words there are.
func (ev *evidence) count(t *text.Text) int {
	words := 0
	for i := range t.Tokens {
		if t.Tokens[i].Kind != text.KindWord {
			continue
		}
		if words++; words > guessWords {
			break
		}
		bits := functionWords[string(t.Word(i))]
		n := 0
		for k := range known {
			n += int(bits >> k & 1)
		}
		for k := range known {
			if bits>>k&1 != 0 {
				ev[k] += 1 / float64(n*n)
			}
		}
	}
	ev.accents(t)
	return words
}

// accents counts letters that few of the languages have.
func (ev *evidence) accents(t *text.Text) {
	for n, r := range t.Source {
		if n > 2000 {
			return
		}
		for k, letters := range [...]string{"çèêëîôûùœ«»", "", "ßäöü", "ñ¿¡", "ìò", "", "ãõ"} {
			if r > 127 && strings.ContainsRune(letters, unicode.ToLower(r)) {
				ev[k] += 0.5
			}
		}
	}
}

// order returns the languages by evidence, best first.
func (ev *evidence) order() [7]int {
	order := [7]int{0, 1, 2, 3, 4, 5, 6}
	slices.SortStableFunc(order[:], func(a, b int) int {
		switch {
		case ev[a] > ev[b]:
			return -1
		case ev[a] < ev[b]:
			return 1
		}
		return 0
	})
	return order
}

// foreign says whether most words belong to no script of the known languages.
// A word written in look-alikes of Latin letters only is taken for a disguise.
func foreign(t *text.Text) bool {
	latin, other := 0, 0
	for i := range t.Tokens {
		if t.Tokens[i].Kind != text.KindWord || i > guessWords {
			continue
		}
		if strings.ContainsFunc(string(t.Word(i)), func(r rune) bool { return r >= 0x250 && unicode.IsLetter(r) }) {
			other++
		} else {
			latin++
		}
	}
	return other > latin
}
