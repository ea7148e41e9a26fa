package x

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"vigie"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestPostBecomesComment(t *testing.T) {
	base := vigie.Comment{ID: "x:x.com/1900000000000000001", Kind: vigie.KindMention, Text: "bonjour", Visibility: vigie.VisibilityPublic,
		URL: "https://x.com/i/web/status/1900000000000000001", Created: at("2026-11-22T10:00:00Z"), RawType: "application/json"}
	const head = `{"id":"1900000000000000001","created_at":"2026-11-22T10:00:00.000Z",`
	with := func(change func(*vigie.Comment)) vigie.Comment {
		c := base
		change(&c)
		return c
	}
	cases := []struct {
		name string
		raw  string
		want vigie.Comment
	}{
		{"plain", head + `"text":"bonjour"}`, base},
		{"author is an id", head + `"text":"bonjour","author_id":"42"}`, with(func(c *vigie.Comment) {
			c.Author = vigie.Author{ID: "x:x.com/42", URL: "https://x.com/i/user/42"}
		})},
		{"escapes", head + `"text":"a &amp;lt; b &lt;3 &eacute;"}`, with(func(c *vigie.Comment) { c.Text = "a &lt; b <3 &eacute;" })},
		{"links", head + `"text":"voir https://t.co/abc et https://t.co/ab","entities":{"urls":[{"url":"https://t.co/ab","expanded_url":"https://b.example/"},{"url":"https://t.co/abc","expanded_url":"https://a.example/?x=1&y=2"}]}}`,
			with(func(c *vigie.Comment) { c.Text = "voir https://a.example/?x=1&y=2 et https://b.example/" })},
		{"long text", head + `"text":"début…","note_tweet":{"text":"début et fin https://t.co/a","entities":{"urls":[{"url":"https://t.co/a","expanded_url":"https://a.example"}]}}}`,
			with(func(c *vigie.Comment) { c.Text = "début et fin https://a.example" })},
		{"long text, other spelling", head + `"text":"début…","note_post":{"text":"début et fin"}}`, with(func(c *vigie.Comment) { c.Text = "début et fin" })},
		{"reply", head + `"text":"bonjour","conversation_id":"5","referenced_tweets":[{"type":"quoted","id":"7"},{"type":"replied_to","id":"6"}]}`, with(func(c *vigie.Comment) {
			c.Kind, c.InReplyTo, c.Thread = vigie.KindReply, "x:x.com/6", "x:x.com/5"
		})},
		{"quote, other spelling", head + `"text":"bonjour","referenced_posts":[{"type":"quoted","id":"7"}]}`, with(func(c *vigie.Comment) {
			c.Kind, c.InReplyTo = vigie.KindQuote, "x:x.com/7"
		})},
		{"edit", head + `"text":"bonjour","edit_history_post_ids":["1899999999999999999","1900000000000000001"]}`, with(func(c *vigie.Comment) {
			c.ID, c.Edited = "x:x.com/1899999999999999999", c.Created
			c.Created = mintedAt("1899999999999999999")
		})},
		{"language", head + `"text":"bonjour","lang":"fr"}`, with(func(c *vigie.Comment) { c.Lang = "fr" })},
		{"no language", head + `"text":"bonjour","lang":"qme"}`, base},
		{"time out of the id", `{"id":"1900000000000000001","text":"bonjour"}`, with(func(c *vigie.Comment) { c.Created = mintedAt("1900000000000000001") })},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			it, err := decodePost([]byte(c.raw))
			if err != nil {
				t.Fatal(err)
			}
			got, err := it.comment()
			if err != nil {
				t.Fatal(err)
			}
			c.want.Raw = []byte(c.raw)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestUnreadablePosts(t *testing.T) {
	for _, raw := range []string{
		`{}`, `null`, `[]`, `"MARKER"`, `{"id":"MARKER","text":"MARKER"}`, `{"id":"-5","text":"MARKER"}`, `{"id":"007","text":"MARKER"}`,
		`{"id":"99999999999999999999","text":"MARKER"}`, `{"id":"1900000000000000001"}`, `{"id":"1900000000000000001","text":""}`,
		`{"id":"5","text":"MARKER, no time"}`, `{"id":"5","text":{"MARKER":1}}`,
	} {
		it, err := decodePost([]byte(raw))
		if err == nil {
			_, err = it.comment()
		}
		if err == nil || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("%s: error %v", raw, err)
		}
	}
}

func TestStatusAndPostMakeTheSameComment(t *testing.T) {
	v2, err := decodePost([]byte(`{"id":"1900000000000000001","text":"salut https://t.co/a","author_id":"42","created_at":"2026-11-22T10:00:00.000Z","lang":"fr",
		"entities":{"urls":[{"url":"https://t.co/a","expanded_url":"https://a.example"}]},"referenced_tweets":[{"type":"replied_to","id":"6"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	v1, err := decodeStatus([]byte(`{"id":1900000000000000001,"full_text":"salut https://t.co/a","user":{"id":42},"created_at":"Sun Nov 22 10:00:00 +0000 2026","lang":"fr",
		"entities":{"urls":[{"url":"https://t.co/a","expanded_url":"https://a.example"}]},"in_reply_to_status_id":6}`))
	if err != nil {
		t.Fatal(err)
	}
	a, errA := v2.comment()
	b, errB := v1.comment()
	a.Raw, b.Raw = nil, nil
	if d := cmp.Diff(a, b); d != "" || errA != nil || errB != nil {
		t.Errorf("%v %v %s", errA, errB, d)
	}
}

func FuzzDecodePost(f *testing.F) {
	f.Add([]byte(`{"id":"1900000000000000001","text":"a &amp; https://t.co/a","entities":{"urls":[{"url":"https://t.co/a","expanded_url":"https://a"}]}}`))
	f.Add([]byte(`{"id":"5","text":"x","created_at":"2026-11-22T10:00:00.000Z","edit_history_tweet_ids":["4","5"],"referenced_posts":[{"type":"quoted","id":"a"}]}`))
	f.Add([]byte(`{"id":1,"full_text":"x","extended_tweet":{"full_text":"\ud800"},"user":{"id":-1}}`))
	f.Add([]byte(`[null,{"note_post":{"text":null}}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, decode := range []func([]byte) (item, error){decodePost, decodeStatus, decodeArchived} {
			it, err := decode(raw)
			if err != nil {
				continue
			}
			c, err := it.comment()
			if err != nil {
				continue
			}
			if !isID(c.ID.Remote()) || c.ID.Platform() != "x" || c.Text == "" || string(c.Raw) != string(raw) || c.Created.IsZero() {
				t.Errorf("incomplete comment %+v of %q", c, raw)
			}
			if !utf8.ValidString(c.Text) && utf8.Valid(raw) {
				t.Errorf("the text became invalid: %q", c.Text)
			}
			if len(c.Text) > 2*len(raw)*3 {
				t.Errorf("%d bytes of text out of %d", len(c.Text), len(raw))
			}
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(`{"window":"{\"safe\":\"5\"}","month":"2026-11","spent":12}`)
	f.Add(`{"oldest":"5","words":"post"}`)
	f.Fuzz(func(t *testing.T, s string) {
		st, err := parseState(s)
		if err != nil {
			return
		}
		again, err := parseState(st.String())
		if err != nil || again != st {
			t.Errorf("%q: %+v became %+v, %v", s, st, again, err)
		}
	})
}
