package evidence

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"vigie"
)

// foreign is text that somebody else wrote: a JSON string, or an object with
// its bytes in base64 if it is not UTF-8, so that no byte is lost.
type foreign string

// MarshalJSON writes it.
func (f foreign) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(f)) {
		return json.Marshal(string(f))
	}
	return json.Marshal(struct {
		Base64 []byte `json:"base64"`
	}{[]byte(f)})
}

// content is a comment as it is sealed: all but the raw bytes.
type content struct {
	V          int              `json:"v"`
	Org        vigie.OrgID      `json:"org"`
	Comment    string           `json:"comment"`
	Version    int              `json:"version"`
	Source     string           `json:"source"`
	Account    vigie.AccountID  `json:"account"`
	Kind       vigie.Kind       `json:"kind"`
	Author     author           `json:"author"`
	Text       foreign          `json:"text"`
	Lang       string           `json:"lang"`
	URL        foreign          `json:"url"`
	Visibility vigie.Visibility `json:"visibility"`
	InReplyTo  foreign          `json:"in_reply_to"`
	Thread     foreign          `json:"thread"`
	Created    string           `json:"created_at"`
	Edited     string           `json:"edited_at"`
	Seen       string           `json:"seen_at"`
	RawType    string           `json:"raw_type"`
}

type author struct {
	ID      foreign `json:"id"`
	Handle  foreign `json:"handle"`
	Name    foreign `json:"name"`
	URL     foreign `json:"url"`
	Created string  `json:"created_at"`
}

func contentOf(c *vigie.Comment) content {
	return content{
		V: format, Org: c.Org, Comment: readable(c.ID), Version: c.Version, Source: c.Source, Account: c.Account, Kind: c.Kind,
		Author: author{ID: foreign(c.Author.ID), Handle: foreign(c.Author.Handle), Name: foreign(c.Author.Name),
			URL: foreign(c.Author.URL), Created: stamp(c.Author.Created)},
		Text: foreign(c.Text), Lang: c.Lang, URL: foreign(c.URL), Visibility: c.Visibility,
		InReplyTo: foreign(c.InReplyTo), Thread: foreign(c.Thread),
		Created: stamp(c.Created), Edited: stamp(c.Edited), Seen: stamp(c.Seen), RawType: c.RawType,
	}
}

// judgement is a verdict as it is sealed.
type judgement struct {
	V        int                `json:"v"`
	Lang     string             `json:"lang"`
	Severity vigie.Severity     `json:"severity"`
	Score    float64            `json:"score"`
	Labels   []vigie.LabelScore `json:"labels"`
	Hits     []vigie.Hit        `json:"hits"`
	Ruleset  string             `json:"ruleset"`
	Judged   string             `json:"judged_at"`
}

func judgementOf(v vigie.Verdict) judgement {
	return judgement{V: format, Lang: v.Lang, Severity: v.Severity, Score: v.Score, Labels: v.Labels, Hits: v.Hits,
		Ruleset: v.Ruleset, Judged: stamp(v.Judged)}
}

// stamp is a time to the microsecond in UTC, "" if it is unknown.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)
}
