package x

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie"
	"vigie/collectors"
)

const archivedTweet = `{
    "tweet" : {
      "edit_info" : { "initial" : { "editTweetIds" : [ "1900000000000000001" ], "editableUntil" : "2026-11-22T11:00:00.000Z" } },
      "retweeted" : false,
      "entities" : { "user_mentions" : [ { "name" : "A", "indices" : [ "0", "5" ], "id_str" : "7", "id" : "7" } ],
        "urls" : [ { "url" : "https://t.co/a", "expanded_url" : "https://a.example", "indices" : [ "6", "20" ] } ] },
      "display_text_range" : [ "0", "20" ],
      "favorite_count" : "3",
      "id_str" : "1900000000000000001",
      "in_reply_to_status_id_str" : "6",
      "in_reply_to_user_id" : "7",
      "id" : "1900000000000000001",
      "in_reply_to_status_id" : "6",
      "created_at" : "Sun Nov 22 10:00:00 +0000 2026",
      "full_text" : "@asso https://t.co/a &amp; merci",
      "lang" : "fr"
    }
  }`

func readAll(t *testing.T, in string) (all collectors.Page, failed error) {
	t.Helper()
	for p, err := range ReadArchive(strings.NewReader(in)) {
		failed = err
		all.Comments = append(all.Comments, p.Comments...)
		all.Bad = append(all.Bad, p.Bad...)
	}
	return all, failed
}

func TestReadArchive(t *testing.T) {
	want := vigie.Comment{ID: "x:x.com/1900000000000000001", Kind: vigie.KindReply, Text: "@asso https://a.example & merci", Lang: "fr",
		URL: "https://x.com/i/web/status/1900000000000000001", Visibility: vigie.VisibilityPublic, InReplyTo: "x:x.com/6",
		Created: at("2026-11-22T10:00:00Z"), RawType: "application/json"}
	cases := []struct {
		name, in  string
		good, bad int
		fails     bool
	}{
		{"account archive", "window.YTD.tweets.part0 = [\n  " + archivedTweet + " ]", 1, 0, false},
		{"byte order mark", "\ufeffwindow.YTD.tweet.part0 = [" + archivedTweet + "]", 1, 0, false},
		{"array", "[" + archivedTweet + "," + archivedTweet + "]", 2, 0, false},
		{"lines", strings.ReplaceAll(archivedTweet, "\n", " ") + "\n\n" + `{"MARKER":1}` + "\nMARKER\n", 1, 2, false},
		{"one bad among good", "[" + archivedTweet + `,{"tweet":[]},7,` + archivedTweet + "]", 2, 2, false},
		{"empty", "", 0, 0, false},
		{"empty array", "window.YTD.tweets.part0 = [ ]", 0, 0, false},
		{"breaks off", "[" + archivedTweet + `,{"tweet":`, 1, 0, true},
		{"something else", strings.Repeat("MARKER", 100), 0, 0, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			all, err := readAll(t, c.in)
			if len(all.Comments) != c.good || len(all.Bad) != c.bad || (err != nil) != c.fails {
				t.Fatalf("%d good, %d bad, %v", len(all.Comments), len(all.Bad), err)
			}
			if err != nil && strings.Contains(err.Error(), "MARKER") {
				t.Errorf("content in the error: %v", err)
			}
			for _, got := range all.Comments {
				if !strings.Contains(c.in, string(got.Raw)) {
					t.Errorf("raw bytes were rewritten: %s", got.Raw)
				}
				got.Raw = nil
				if d := cmp.Diff(want, got); d != "" {
					t.Error(d)
				}
			}
		})
	}
}

func TestReadArchiveOfStatuses(t *testing.T) {
	var in strings.Builder
	for i := range 1203 {
		fmt.Fprintf(&in, `{"id":%d,"id_str":"%[1]d","text":"court…","truncated":true,"extended_tweet":{"full_text":"le texte entier %[1]d"},"created_at":"Sun Nov 22 10:00:00 +0000 2026","user":{"id":42,"id_str":"42","screen_name":"someone","name":"Some One"},"place":{"bounding_box":"odd"}}`+"\n", 1900000000000000001+i)
	}
	all, err := readAll(t, in.String())
	if err != nil || len(all.Comments) != 1203 || len(all.Bad) != 0 {
		t.Fatalf("%d good, %d bad, %v", len(all.Comments), len(all.Bad), err)
	}
	want := vigie.Author{ID: "x:x.com/42", Handle: "@someone", Name: "Some One", URL: "https://x.com/i/user/42"}
	if c := all.Comments[1202]; c.Text != "le texte entier 1900000000000001203" || c.Author != want {
		t.Errorf("got %+v", c)
	}
}

func FuzzReadArchive(f *testing.F) {
	f.Add("window.YTD.tweets.part0 = [" + archivedTweet + "]")
	f.Add("{\"id\":1}\n{\"tweet\":null}\n")
	f.Add("[[[[")
	f.Fuzz(func(t *testing.T, in string) {
		for p, err := range ReadArchive(strings.NewReader(in)) {
			if err != nil && len(p.Comments)+len(p.Bad) > 0 {
				t.Error("a page came with an error")
			}
			for _, c := range p.Comments {
				if c.Text == "" || !isID(c.ID.Remote()) {
					t.Errorf("incomplete comment %+v", c)
				}
			}
		}
	})
}
