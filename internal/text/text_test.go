package text_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/text"
)

// forms returns all readings of a text as "form" or "form+n" for those over n tokens.
func forms(s string) []string {
	t := text.Read(s)
	var out []string
	for i := range t.Tokens {
		for _, r := range t.ReadingsAt(i) {
			out = append(out, string(t.Form(r)))
		}
	}
	return out
}

func TestDisguises(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "connard", "connard"},
		{"case", "CoNNarD", "connard"},
		{"accent", "ÉGORGER", "egorger"},
		{"decomposed", "e\u0301gorger", "egorger"},
		{"written with accents", "Salé", "=salé"},
		{"written, decomposed", "sale\u0301", "=salé"},
		{"ligature", "œuf", "oeuf"},
		{"full width", "ｃｏｎ", "con"},
		{"mathematical", "𝓬𝓸𝓷", "con"},
		{"circled", "ⓒⓞⓝ", "con"},
		{"squared", "🅲🅾🅽", "con"},
		{"small capitals", "ᴄᴏɴ", "con"},
		{"Cyrillic", "аrаbе", "arabe"},
		{"Greek", "ρutε", "pute"},
		{"zero width", "co\u200bn\u200dnard", "connard"},
		{"bidirectional", "\u202econnard\u202c", "connard"},
		{"NUL", "con\x00nard", "connard"},
		{"invalid byte", "con\xffnard", "connard"},
		{"soft hyphen", "con\u00adnard", "connard"},
		{"stretched", "connnnaaard", "connard"},
		{"stretched single", "saaaale", "sale"},
		{"stretched and doubled", "miigraaaants", "migrants"},
		{"hashtag with a short word", "#LesFemmesALaCuisine", "la"},
		{"leet", "c0nn4rd", "connard"},
		{"leet one as i", "n1que", "nique"},
		{"leet one as l", "sa1e", "sale"},
		{"leet and stretched", "c00000n", "con"},
		{"dollar first", "$alope", "salope"},
		{"euro", "m€rde", "merde"},
		{"at sign", "b@tard", "batard"},
		{"mention as a word", "@rabe", "arabe"},
		{"spaced", "c o n n a r d", "connard"},
		{"dotted", "f.d.p", "fdp"},
		{"dotted to the end", "F.D.P.", "fdp"},
		{"dotted and spaced", "f . d . p", "fdp"},
		{"cut by a sign", "con-nard", "connard"},
		{"underscores", "s_a_l_e", "sale"},
		{"inclusive, feminine", "musulman·e·s", "musulmanes"},
		{"inclusive, masculine", "musulman·e·s", "musulmans"},
		{"inclusive in brackets", "musulman(e)s", "musulmans"},
		{"hashtag whole", "#DehorsLesMigrants", "dehorslesmigrants"},
		{"hashtag cut", "#DehorsLesMigrants", "migrants"},
		{"hashtag with underscore", "#dehors_les", "dehors"},
		{"elision", "j'vais", "je"},
		{"elision, typographic", "t’es", "tu"},
		{"elision without apostrophe", "jvais", "vais"},
		{"elision without apostrophe, whole", "jvais", "jvais"},
		{"masked", "c*nnard", "c*nnard"},
		{"masked at the end", "f***", "f***"},
		{"emoji", "🐷", "🐷"},
		{"emoji name", "🐷", "#pig"},
		{"emoji with skin", "🖕🏿", "#finger"},
		{"flag", "🇫🇷", "🇫🇷"},
		{"e-mail", "ecris a jean.dupont@example.org.", "jean.dupont@example.org"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := forms(c.in); !slices.Contains(got, c.want) {
				t.Errorf("%q reads %q, want %q among them", c.in, got, c.want)
			}
		})
	}
}

func TestNotJoined(t *testing.T) {
	for in, not := range map[string]string{
		"c o n  n a r d":      "connard", // two words
		"la pute. Les arabes": "putelesarabes",
		"*important*":         "important*",
		"un rendez vous":      "rendezvous",
		"c o n, n a r d":      "connard",
		"jean":                "ean",
	} {
		if slices.Contains(forms(in), not) {
			t.Errorf("%q is read as %q", in, not)
		}
	}
}

func TestKinds(t *testing.T) {
	in := "@asso@piaille.fr appelle le 06 12 34 56 78 ou +33 6 12 34 56 78, 12,5 € https://x.org/a?b. www.y.fr a.b@c.fr 🔥 10h"
	var got []string
	for _, tok := range text.Read(in).Tokens {
		got = append(got, tok.Kind.String()+" "+in[tok.Start:tok.End])
	}
	want := []string{
		"mention @asso@piaille.fr", "word appelle", "word le", "phone 06 12 34 56 78", "word ou", "phone +33 6 12 34 56 78", "number 12,5",
		"url https://x.org/a?b", "url www.y.fr", "email a.b@c.fr", "emoji 🔥", "word 10h",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"Un. Deux ! Trois ? Quatre", []string{"Un", "Deux", "Trois?", "Quatre"}},
		{"je vais\nte tuer", []string{"je vais te tuer"}},
		{"un\n\ndeux", []string{"un", "deux"}},
		{"les arabes... dehors", []string{"les arabes dehors"}},
		{"M. Dupont, dit « non ». Oui.", []string{"M Dupont dit non", "Oui"}},
		{"10.5 et f.d.p", []string{"10.5 et f d p"}},
		{"fin.Debut", []string{"fin", "Debut"}},
		{"...", nil},
	} {
		t.Run(c.in, func(t *testing.T) {
			if diff := cmp.Diff(c.want, sentences(text.Read(c.in))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func sentences(t *text.Text) []string {
	var out []string
	for _, s := range t.Sentences {
		var words []string
		for i := s.From; i < s.To; i++ {
			words = append(words, t.Written(i, i+1))
		}
		one := strings.Join(words, " ")
		if s.Question {
			one += "?"
		}
		out = append(out, one)
	}
	return out
}

func TestQuotations(t *testing.T) {
	for in, want := range map[string]string{
		`il a dit « sale arabe » hier`:   "sale arabe",
		`il a dit "sale arabe" hier`:     "sale arabe",
		`il a dit “sale arabe” hier`:     "sale arabe",
		"> sale arabe\nnon":              "sale arabe",
		`il a dit "sale arabe et encore`: "",
		`a > b`:                          "",
	} {
		tx := text.Read(in)
		var got []string
		for i, tok := range tx.Tokens {
			if tok.Quoted {
				got = append(got, tx.Written(i, i+1))
			}
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%q quotes %q, want %q", in, g, want)
		}
	}
}

func TestTruncated(t *testing.T) {
	in := strings.Repeat("é ", text.MaxBytes/3) + "xyz"
	tx := text.Read(in + in)
	if !tx.Truncated {
		t.Error("not truncated")
	}
	check(t, in+in, tx)
	if text.Read("a").Truncated {
		t.Error("a short text is truncated")
	}
}

func TestReaderReuse(t *testing.T) {
	var r text.Reader
	r.Read("c o n n a r d #DehorsLes « j'vais » ?")
	got, want := r.Read("sale 🐷"), text.Read("sale 🐷")
	if len(got.Tokens) != len(want.Tokens) || len(got.Readings) != len(want.Readings) || len(got.Sentences) != len(want.Sentences) {
		t.Errorf("a reused reader gives %d tokens, %d readings, %d sentences; a new one %d, %d, %d",
			len(got.Tokens), len(got.Readings), len(got.Sentences), len(want.Tokens), len(want.Readings), len(want.Sentences))
	}
	check(t, "sale 🐷", got)
}

// check holds a text against what the package promises of any bytes.
func check(t *testing.T, in string, tx *text.Text) {
	t.Helper()
	end := 0
	for i, tok := range tx.Tokens {
		if tok.Start < end || tok.End <= tok.Start || tok.End > len(in) {
			t.Fatalf("token %d lies at %d to %d, the one before ends at %d, the text at %d", i, tok.Start, tok.End, end, len(in))
		}
		if !boundary(in, tok.Start) || !boundary(in, tok.End) {
			t.Fatalf("token %d (%d to %d) cuts a rune", i, tok.Start, tok.End)
		}
		if s := tx.Sentences[tok.Sentence]; i < s.From || i >= s.To {
			t.Fatalf("token %d is not in its sentence %v", i, s)
		}
		end = tok.End
		checkReadings(t, tx, i)
	}
	if n := len(tx.Sentences); n > 0 && tx.Sentences[n-1].To != len(tx.Tokens) {
		t.Fatal("tokens after the last sentence")
	}
}

func checkReadings(t *testing.T, tx *text.Text, i int) {
	t.Helper()
	rs := tx.ReadingsAt(i)
	if len(rs) == 0 || rs[0].How != text.AsFolded || len(rs) > 64 {
		t.Fatalf("token %d has %d readings", i, len(rs))
	}
	for _, r := range rs {
		if r.From != i || r.To <= i || r.To > len(tx.Tokens) || tx.Tokens[r.To-1].Sentence != tx.Tokens[i].Sentence {
			t.Fatalf("token %d has a reading from %d to %d of %d", i, r.From, r.To, len(tx.Tokens))
		}
		_ = tx.Form(r)
	}
}

// boundary says whether a rune starts, or the text ends, at byte i. Invalid bytes are runes of their own.
func boundary(s string, i int) bool {
	if i == len(s) || utf8.RuneStart(s[i]) {
		return true
	}
	for back := 1; back < utf8.UTFMax && i-back >= 0; back++ {
		if _, n := utf8.DecodeRuneInString(s[i-back:]); n > back {
			return false
		}
	}
	return true
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"", "J'vais te c0nn4rd! c o n n a r d, f.d.p", "\x00\xff\xfe", "\u202e\u200b\u200d", "e\u0301\u0301\u0301", "« “ \" ” »", "#A_B#C",
		"@a@b@c.d", "+33 (0)6.12/34", "https://", "🇫🇷🇫", "👨‍👩‍👧‍👦🏿", "a*b**c***", "$€@*", "1.2,3.4", "jvais", "(e)s·e·s", "> a\n> b\n\nc", "�", "a\u2028b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { check(t, s, text.Read(s)) })
}
