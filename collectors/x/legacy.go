//lint:file-ignore SA1019 go-twitter is archived, not broken: its v1.1 types are the vocabulary here (docs/dependencies.md)

package x

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/dghubble/go-twitter/twitter"

	"vigie"
	"vigie/collectors"
)

// legacyAPI drives go-twitter. The library knows one server, no context, and
// takes refusals for empty answers; the capture under each call mends that.
type legacyAPI struct {
	server string
	client *http.Client // signs, and types every refusal
}

// legacyPage is the most that v1.1 returns at once.
const legacyPage = 200

// capture carries one call of go-twitter to the configured server, in the
// caller's context, and keeps the answer's bytes.
type capture struct {
	ctx    context.Context // of the one call that the capture is made for
	api    *legacyAPI
	list   bool // the library's own decoding is of no use
	body   []byte
	failed error
}

// errNoCall would mean that go-twitter answered without asking.
var errNoCall = errors.New("go-twitter made no request")

func (a *legacyAPI) call(ctx context.Context, list bool, do func(*twitter.Client)) ([]byte, error) {
	c := &capture{ctx: ctx, api: a, list: list, failed: errNoCall}
	do(twitter.NewClient(&http.Client{Transport: c}))
	return c.body, collectors.Classified(c.failed)
}

// RoundTrip sends the request to the configured server instead of the one that
// the library was built for.
func (c *capture) RoundTrip(r *http.Request) (*http.Response, error) {
	to, err := url.Parse(c.api.server + r.URL.Path)
	if err != nil {
		return nil, c.fail(err)
	}
	to.RawQuery = r.URL.RawQuery
	r = r.Clone(c.ctx)
	r.URL, r.Host = to, to.Host
	resp, err := c.api.client.Transport.RoundTrip(r)
	if err != nil {
		return nil, c.fail(err)
	}
	defer resp.Body.Close()
	c.body, c.failed = io.ReadAll(resp.Body)
	if c.failed != nil {
		return nil, c.failed
	}
	shown := c.body
	if c.list {
		// Lists are decoded from the kept bytes, item by item, where one bad item
		// costs itself only; the library would give up on the page.
		shown = []byte("[]")
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(shown)), int64(len(shown))
	return resp, nil
}

func (c *capture) fail(err error) error {
	c.failed = err
	return err
}

// mentions reads a page of the mentions timeline. The token of a page is the
// max_id of the next; only an empty page ends a walk, because v1.1 filters
// after it has counted.
func (a *legacyAPI) mentions(ctx context.Context, _ vigie.Account, q query) (batch, error) {
	params := &twitter.MentionTimelineParams{Count: legacyPage, TweetMode: "extended", SinceID: parseID(q.since), MaxID: parseID(q.token)}
	body, err := a.call(ctx, true, func(c *twitter.Client) {
		_, _, _ = c.Timelines.MentionTimeline(params) // decoded below
	})
	if err != nil {
		return batch{}, err
	}
	b, err := statuses(body)
	if err != nil {
		return batch{}, err
	}
	var oldest int64
	for _, id := range b.ids {
		if n := parseID(id); oldest == 0 || n < oldest {
			oldest = n
		}
	}
	if oldest > 1 {
		b.next = formatID(oldest - 1)
	}
	return b, nil
}

// statuses decodes an array of statuses. An empty answer was refused below.
func statuses(body []byte) (batch, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		return batch{}, &collectors.Error{Class: collectors.ClassRetry, Err: errors.New("the answer is not the JSON array that was due")}
	}
	return decodeAll(body, decodeStatus)
}

func (a *legacyAPI) whoAmI(ctx context.Context) (vigie.Account, error) {
	var user *twitter.User
	var failed error
	_, err := a.call(ctx, false, func(c *twitter.Client) {
		user, _, failed = c.Accounts.VerifyCredentials(nil)
	})
	if err != nil {
		return vigie.Account{}, err
	}
	if failed != nil || user == nil {
		return vigie.Account{}, &collectors.Error{Class: collectors.ClassRetry, Err: errors.New("the answer names no account")}
	}
	return accountOf(user.IDStr, user.ScreenName)
}

// lookup reads statuses again. v1.1 leaves out what it does not show, for
// whatever reason, so an answer without any status says nothing.
func (a *legacyAPI) lookup(ctx context.Context, ids []string) (found, error) {
	numbers := make([]int64, len(ids))
	for i, id := range ids {
		numbers[i] = parseID(id)
	}
	body, err := a.call(ctx, true, func(c *twitter.Client) {
		_, _, _ = c.Statuses.Lookup(numbers, &twitter.StatusLookupParams{TweetMode: "extended"}) // decoded below
	})
	if err != nil {
		return found{}, err
	}
	b, err := statuses(body)
	if err != nil {
		return found{}, err
	}
	f := found{items: b.items}
	if len(b.items) > 0 { // the control: the call works for others
		f.gone = absent(ids, b.ids)
	}
	return f, nil
}

func absent(asked, got []string) []string {
	have := make(map[string]bool, len(got))
	for _, id := range got {
		have[id] = true
	}
	var out []string
	for _, id := range asked {
		if !have[id] {
			out = append(out, id)
		}
	}
	return out
}

// parseID returns 0, which go-twitter leaves out, for what is no id.
func parseID(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
