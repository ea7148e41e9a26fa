package mastodon

import (
	"strings"
	"testing"
	"time"
)

func TestPlain(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"paragraphs":        {"<p>un</p><p>deux</p>", "un\n\ndeux"},
		"breaks":            {"<p>un<br>deux<br />trois</p>", "un\ndeux\ntrois"},
		"blanks fold":       {"<p>un \n  deux</p>\n", "un deux"},
		"entities":          {"<p>l&#39;asso &amp; &lt;toi&gt;</p>", "l'asso & <toi>"},
		"bare text":         {"sans balise", "sans balise"},
		"mention":           {`<p><span class="h-card" translate="no"><a href="https://m.example/@asso" class="u-url mention">@<span>asso</span></a></span> bonjour</p>`, "@asso bonjour"},
		"hashtag":           {`<p><a href="https://m.example/tags/x" class="mention hashtag" rel="tag">#<span>Honte</span></a></p>`, "#Honte"},
		"shortened address": {`<p><a href="https://a.example/un/deux"><span class="invisible">https://</span><span class="ellipsis">a.example/un</span><span class="invisible">/deux</span></a></p>`, "https://a.example/un/deux"},
		"masked address":    {`<p>voir <a href="https://a.example/x">ici</a> !</p>`, "voir ici (https://a.example/x) !"},
		"odd address":       {`<p><a href="javascript:alert(1)">ici</a></p>`, "ici"},
		"hidden word":       {`<p>sa<span class="invisible">zzz <span>b</span></span>lut</p>`, "salut\nzzz b"},
		"all hidden":        {`<span class="invisible">tout`, "tout"},
		"quote link":        {`<p class="quote-inline">RE: <a href="https://a.example/1"><span class="invisible">https://</span><span class="">a.example/1</span></a></p><p>honte</p>`, "honte"},
		"false quote link":  {`<p class="quote-inline">RE: sale race</p><p>oui</p>`, "RE: sale race\n\noui"},
		"block quote":       {"<blockquote><p>sale race</p></blockquote><p>c'est honteux</p>", "> sale race\n\nc'est honteux"},
		"list":              {"<ul><li>un</li><li>deux</li></ul>", "un\ndeux"},
		"preformatted":      {"<pre>a\n  b</pre>", "a\n  b"},
		"script":            {"<p>a<script>alert('b')</script>c<style>p{}</style></p>", "ac"},
		"emoji picture":     {`<p>ok <img alt=":blob:" src="x"></p>`, "ok :blob:"},
		"unclosed":          {"<p>un<b>deux<a href='x'>trois", "undeuxtrois"},
		"stray ends":        {"</p></a></span></blockquote></pre>fin", "fin"},
		"broken tag":        {"<p>un <", "un <"},
		"zero width stays":  {"<p>s\u200ba\u00a0b</p>", "s\u200ba\u00a0b"},
		"empty":             {"", ""},
		"nothing":           {"<p></p><p> </p>", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := plain(tt.in); got != tt.want {
				t.Errorf("plain(%q)\n got %q\nwant %q", tt.in, got, tt.want)
			}
		})
	}
}

// Time must grow with the length and nothing else: what an attacker sends is
// as long as the transport allows.
func TestPlainIsLinear(t *testing.T) {
	zalgo := strings.Repeat("e\u0301\u0302\u0303\u0304", 1<<20/9)
	hostile := map[string]string{
		"zalgo":    "<p>" + zalgo + "</p>",
		"nested":   strings.Repeat("<div>", 1e5) + "x" + strings.Repeat("</div>", 1e5),
		"quotes":   strings.Repeat("<blockquote>", 1e5) + "x",
		"links":    strings.Repeat(`<a href="https://a.example/">x`, 3e4) + strings.Repeat("</a>", 3e4),
		"spans":    strings.Repeat(`<span class="invisible">x`, 4e4),
		"inlines":  strings.Repeat(`<p class="quote-inline">RE: x`, 3e4) + strings.Repeat("</p>", 3e4),
		"closings": strings.Repeat("</p></a>", 1e5),
		"open tag": "<a " + strings.Repeat("x='", 3e5),
		"comments": strings.Repeat("<!--", 2e5),
		"scripts":  strings.Repeat("<script>", 1e5),
	}
	for name, markup := range hostile {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			got := plain(markup)
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("took %v for %d bytes", took, len(markup))
			}
			if name == "zalgo" && got != zalgo {
				t.Errorf("zalgo was changed: %d bytes became %d", len(zalgo), len(got))
			}
		})
	}
}

func FuzzPlain(f *testing.F) {
	for _, seed := range []string{"<p>a</p>", `<a href="https://x"><span class="invisible">b</span></a>`, "<blockquote><pre> x",
		`<p class="quote-inline">RE: http://a</p>b`, "</p></a></span>", "<script>x</script", "\xff<p>\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, markup string) {
		got := plain(markup)
		if len(got) > 6*len(markup)+16 {
			t.Errorf("%d bytes became %d", len(markup), len(got))
		}
		if got != plain(markup) {
			t.Error("two readings differ")
		}
	})
}
