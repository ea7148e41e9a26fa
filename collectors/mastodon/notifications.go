package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/mattn/go-mastodon"

	"vigie"
)

// The sizes of pages: the most that the API gives for notifications; few
// conversations, each of which costs a request of its own.
const (
	noteLimit = 80
	talkLimit = 10
)

// calm is how old an item must be for a first walk to take it that none before
// it is still to come.
const calm = 10 * time.Minute

// wanted are the parameters for notifications that go-mastodon cannot say
// without its iterator. Servers ignore types that they do not know;
// include_filtered shows what the account's policy keeps away from the person:
// mentions by strangers, the hateful ones above all.
var wanted = url.Values{
	"types[]":          {"mention", "quote", "quoted_update"},
	"include_filtered": {"true"},
}

// note is a notification whose status is decoded apart.
type note struct {
	mastodon.Notification
	Status json.RawMessage `json:"status"`
}

// errNote is why a notification is set aside.
var errNote = errors.New("it does not have the shape of a notification")

// notifications reads one page of the account's notifications.
func (p *pass) notifications(ctx context.Context, pg mastodon.Pagination) (*batch, error) {
	items, header, err := p.api.list(ctx, wanted, func(ctx context.Context, lib *mastodon.Client) error {
		_, err := lib.GetNotifications(ctx, &pg)
		return err
	})
	if err != nil {
		return nil, err
	}
	b := &batch{size: len(items), newer: newer(header)}
	for _, item := range items {
		p.notification(b, item)
	}
	return b, nil
}

func (p *pass) notification(b *batch, item json.RawMessage) {
	var n note
	if err := json.Unmarshal(item, &n); err != nil {
		b.at(positionOf(item), time.Time{}, p.now())
		p.salvage(b, item)
		return
	}
	b.at(string(n.ID), n.CreatedAt, p.now())
	if empty(n.Status) { // its status is gone
		return
	}
	p.collect(b, n.Status, vigie.KindMention)
}

// salvage saves the status of a notification that is broken elsewhere.
func (p *pass) salvage(b *batch, item json.RawMessage) {
	status := only(item, "status")["status"]
	if empty(status) {
		b.reject(item, errNote)
		return
	}
	p.collect(b, status, vigie.KindMention)
}

// collect adds a status to the batch: as a comment, as one set aside, or not
// at all if it is the account's own or of a kind not asked for.
func (p *pass) collect(b *batch, item json.RawMessage, kind vigie.Kind) {
	st, err := readStatus(item)
	if err != nil {
		b.reject(item, err)
		return
	}
	if p.view.own(st) || !p.messages && st.Visibility == mastodon.VisibilityDirectMessage {
		return
	}
	b.comments = append(b.comments, p.view.comment(st, kind))
}

// reject sets an item aside, with its bytes.
func (b *batch) reject(item json.RawMessage, why error) {
	b.bad = append(b.bad, vigie.Undecodable{Raw: item, Reason: why.Error()})
}

// at notes an item's position in the list and what its time tells.
func (b *batch) at(position string, created, now time.Time) {
	if position == "" {
		return
	}
	b.ids = append(b.ids, position)
	if created.IsZero() {
		return
	}
	if b.oldest.IsZero() || created.Before(b.oldest) {
		b.oldest = created
	}
	if created.Before(now.Add(-calm)) {
		b.calm = highest(b.calm, position)
	}
}

// positionOf returns the id of an item of which nothing else can be read.
func positionOf(item json.RawMessage) string {
	var id mastodon.ID
	if raw := only(item, "id")["id"]; len(raw) == 0 || json.Unmarshal(raw, &id) != nil {
		return ""
	}
	return string(id)
}

func empty(v json.RawMessage) bool { return len(v) == 0 || string(v) == "null" }

var prevLink = regexp.MustCompile(`[?&]min_id=([0-9A-Za-z]+)[^>]*>; *rel="?prev`)

// newer returns the id after which the server says that newer items are.
func newer(h http.Header) string {
	if m := prevLink.FindStringSubmatch(h.Get("Link")); m != nil {
		return m[1]
	}
	return ""
}
