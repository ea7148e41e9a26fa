package mastodon

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"vigie"
)

const least = `{"id":"113","created_at":"2026-11-20T12:00:00.000Z","content":"<p>bonjour</p>","visibility":"public",` +
	`"account":{"id":"7","username":"bob","acct":"bob"}`

func TestReadStatus(t *testing.T) {
	tests := map[string]struct {
		in   string
		fail error
		say  func(*status) bool
	}{
		"least":               {least + `}`, nil, func(s *status) bool { return s.ID == "113" && s.EditedAt.IsZero() && s.ReplyTo == "" }},
		"ids as text":         {least + `,"in_reply_to_id":"116153804390400001"}`, nil, func(s *status) bool { return s.ReplyTo == "116153804390400001" }},
		"ids as long numbers": {least + `,"in_reply_to_id":116153804390400001}`, nil, func(s *status) bool { return s.ReplyTo == "116153804390400001" }},
		"odd card":            {least + `,"card":{"width":"wide"},"poll":7}`, nil, func(s *status) bool { return s.text() == "bonjour" }},
		"odd account":         {strings.Replace(least, `"acct"`, `"created_at":"","acct"`, 1) + `}`, nil, func(s *status) bool { return s.Account.Acct == "bob" }},
		"quote by id":         {least + `,"quote":{"state":"pending","quoted_status_id":"9"}}`, nil, func(s *status) bool { id, by := s.quotes(); return id == "9" && by == "" }},
		"quote":               {least + `,"quote":{"state":"accepted","quoted_status":{"id":"9","account":{"id":"8"}}}}`, nil, func(s *status) bool { id, by := s.quotes(); return id == "9" && by == "8" }},
		"quote of Akkoma":     {least + `,"quote":{"id":"9","account":{"id":"8"}}}`, nil, func(s *status) bool { id, by := s.quotes(); return id == "9" && by == "8" }},
		"quote of nothing":    {least + `,"quote":{"state":"deleted","quoted_status":null}}`, nil, func(s *status) bool { id, _ := s.quotes(); return id == "" }},
		"odd quote":           {least + `,"quote":"yes"}`, nil, func(s *status) bool { id, _ := s.quotes(); return id == "" }},
		"no time":             {strings.Replace(least, "2026-11-20T12:00:00.000Z", "", 1) + `}`, errNoTime, nil},
		"null time":           {strings.Replace(least, `"2026-11-20T12:00:00.000Z"`, "null", 1) + `}`, errNoTime, nil},
		"no id":               {strings.Replace(least, `"113"`, "null", 1) + `}`, errNoID, nil},
		"no author":           {`{"id":"1","created_at":"2026-11-20T12:00:00.000Z"}`, errNoAuthor, nil},
		"a list":              {`[]`, errNoID, nil},
		"odd content":         {strings.Replace(least, `"<p>bonjour</p>"`, "7", 1) + `}`, errUnreadable, nil},
		"odd edit":            {least + `,"edited_at":"yesterday"}`, nil, func(s *status) bool { return s.EditedAt.IsZero() }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := readStatus(json.RawMessage(tt.in))
			if err != tt.fail {
				t.Fatalf("got %v, want %v", err, tt.fail)
			}
			if err == nil && (!tt.say(got) || string(got.raw) != tt.in) {
				t.Errorf("got %+v", got.Status)
			}
		})
	}
}

func FuzzComment(f *testing.F) {
	for _, seed := range []string{least + `}`, least + `,"spoiler_text":"x","poll":{"options":[{"title":"a"}]},"media_attachments":[{"description":"b"}]}`,
		least + `,"quote":{"quoted_status":{"id":9}},"in_reply_to_id":5}`, `null`, `{}`, `[{}]`, `{"id":{}}`, least + `,"edited_at":""}`} {
		f.Add([]byte(seed))
	}
	v := viewer{host: "m.example", self: vigie.Account{Remote: "7"}, now: time.Unix(1, 0)}
	f.Fuzz(func(t *testing.T, item []byte) {
		st, err := readStatus(item)
		if err != nil {
			return
		}
		c := v.comment(st, vigie.KindMention)
		if c.ID.Remote() == "" || c.ID.Host() != "m.example" || c.Created.IsZero() || c.Kind == "" || string(c.Raw) != string(item) {
			t.Errorf("incomplete comment %+v", c)
		}
		if !st.EditedAt.IsZero() && c.Edited.IsZero() {
			t.Error("the edit is lost")
		}
	})
}

func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"of":"h/1","notifications":{"safe":"9"},"threads":[{"id":"1"}]}`, `{"of":7}`, "null", "[]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, stored string) {
		c, err := parseCursor(stored, "h/1")
		if err != nil {
			return
		}
		again, err := parseCursor(c.String(), "h/1")
		if err != nil || again.String() != c.String() {
			t.Errorf("%q: %v", stored, err)
		}
	})
}

func TestCursorOfAnotherAccountStartsAfresh(t *testing.T) {
	c, err := parseCursor(`{"of":"h/1","listed":5}`, "h/2")
	if err != nil || c.Listed != 0 || c.Of != "h/2" {
		t.Errorf("got %+v, %v", c, err)
	}
}
