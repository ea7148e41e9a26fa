package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/mattn/go-mastodon"

	"vigie"
	"vigie/collectors"
)

// talk is a conversation whose last status is decoded apart.
type talk struct {
	ID   mastodon.ID     `json:"id"`
	Last json.RawMessage `json:"last_status"`
}

// conversations reads one page of private conversations, which servers page by
// the id of the last status, and all messages of those that have moved.
func (p *pass) conversations(ctx context.Context, pg mastodon.Pagination, talked map[string]string) (*batch, error) {
	items, header, err := p.api.list(ctx, nil, func(ctx context.Context, lib *mastodon.Client) error {
		_, err := lib.GetConversations(ctx, &pg)
		return err
	})
	if err != nil {
		return nil, err
	}
	b := &batch{size: len(items), newer: newer(header)}
	moved := make(map[string]string)
	for _, item := range items {
		if err := p.conversation(ctx, b, item, talked, moved); err != nil {
			return nil, err
		}
	}
	for id, last := range moved {
		talked[id] = last
	}
	return b, nil
}

func (p *pass) conversation(ctx context.Context, b *batch, item json.RawMessage, talked, moved map[string]string) error {
	var t talk
	if json.Unmarshal(item, &t) != nil {
		b.reject(item, errUnreadable)
		return nil
	}
	if empty(t.Last) { // every message was deleted
		return nil
	}
	st, err := readStatus(t.Last)
	if err != nil {
		b.at(positionOf(t.Last), time.Time{}, p.now())
		b.reject(t.Last, err)
		return nil
	}
	b.at(string(st.ID), st.CreatedAt, p.now())
	p.collect(b, t.Last, vigie.KindMessage)
	if talked[string(t.ID)] == string(st.ID) {
		return nil
	}
	moved[string(t.ID)] = string(st.ID)
	return p.earlier(ctx, b, st.ID)
}

// earlier reads the other messages of a conversation.
func (p *pass) earlier(ctx context.Context, b *batch, last mastodon.ID) error {
	c, err := p.api.context(ctx, last)
	if collectors.StatusOf(err) == http.StatusNotFound {
		return nil // deleted in between
	}
	if err != nil {
		return err
	}
	for _, item := range append(c.Ancestors, c.Descendants...) {
		if st, err := readStatus(item); err == nil && st.Visibility == mastodon.VisibilityDirectMessage {
			p.collect(b, item, vigie.KindMessage)
		}
	}
	return nil
}

// around is a status's context, item by item.
type around struct {
	Ancestors   []json.RawMessage `json:"ancestors"`
	Descendants []json.RawMessage `json:"descendants"`

	header http.Header
}

// context reads the thread around a status.
func (c *client) context(ctx context.Context, id mastodon.ID) (*around, error) {
	a, err := c.ask(ctx, nil, func(ctx context.Context, lib *mastodon.Client) error {
		_, err := lib.GetStatusContext(ctx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	out, err := pick[around](a)
	if err == nil {
		out.header = a.header
	}
	return out, err
}
