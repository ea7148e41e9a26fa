package mastodon

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/mattn/go-mastodon"

	"vigie"
	"vigie/collectors"
)

// client talks to one server through go-mastodon, on the source's own HTTP
// client, and keeps the bytes of each answer.
type client struct {
	http   *http.Client
	server *url.URL
	token  vigie.Secret // "" for the public view
}

func newClient(base *http.Client, server *url.URL, token vigie.Secret) *client {
	own := *base
	own.Transport = &courier{base: cmp.Or[http.RoundTripper](base.Transport, http.DefaultTransport), token: token}
	return &client{http: &own, server: server, token: token}
}

// host is the server's name as it stands in ids.
func (c *client) host() string { return c.server.Host }

// courier adds what go-mastodon cannot say, keeps what it throws away, and
// sends no empty Authorization.
type courier struct {
	base  http.RoundTripper
	token vigie.Secret
}

// errand travels in the context of a request: parameters to add, headers to bring back.
type errand struct {
	add    url.Values
	header http.Header
}

type errandKey struct{}

// RoundTrip sends a copy of the request with the errand's parameters.
func (c *courier) RoundTrip(r *http.Request) (*http.Response, error) {
	e, _ := r.Context().Value(errandKey{}).(*errand)
	r = r.Clone(r.Context())
	r.Header.Del("Authorization")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+string(c.token))
	}
	if e != nil && len(e.add) > 0 {
		q := r.URL.Query()
		for k, v := range e.add {
			q[k] = v
		}
		r.URL.RawQuery = q.Encode()
	}
	resp, err := c.base.RoundTrip(r)
	if err == nil && e != nil {
		e.header = resp.Header
	}
	return resp, err
}

// raw is an answer as the server sent it.
type raw struct {
	body   []byte
	header http.Header
}

// ask runs one call of go-mastodon and returns the bytes that it decoded. That
// the library cannot decode them is no error here: the caller goes through
// them item by item.
func (c *client) ask(ctx context.Context, add url.Values, call func(context.Context, *mastodon.Client) error) (raw, error) {
	var tee bytes.Buffer
	e := &errand{add: add}
	lib := &mastodon.Client{Client: *c.http, Config: &mastodon.Config{Server: c.server.String()}, UserAgent: "vigie", JSONWriter: &tee}
	err := call(context.WithValue(ctx, errandKey{}, e), lib)
	if err == nil {
		return raw{tee.Bytes(), e.header}, nil
	}
	var own *collectors.Error
	if errors.As(err, &own) || ctx.Err() != nil {
		return raw{}, collectors.Classified(err)
	}
	if e.header == nil { // no answer at all
		return raw{}, collectors.Classified(err)
	}
	var refused *mastodon.APIError
	if errors.As(err, &refused) || !json.Valid(tee.Bytes()) {
		return raw{}, errAnswer
	}
	return raw{tee.Bytes(), e.header}, nil
}

// errAnswer says that the server answered something else than was due. The
// library's own words are not repeated: they may quote a comment.
var errAnswer = &collectors.Error{Class: collectors.ClassRetry, Err: errors.New("the answer is not the JSON that was due")}

// get asks for what go-mastodon has no call for.
func (c *client) get(ctx context.Context, path string, q url.Values) (raw, error) {
	u := c.server.JoinPath(path)
	u.RawQuery = q.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return raw{}, &collectors.Error{Class: collectors.ClassBug, Err: errors.New("the request cannot be built")}
	}
	r.Header.Set("User-Agent", "vigie")
	a, err := collectors.Do(c.http, r)
	if err != nil {
		return raw{}, err
	}
	if !json.Valid(a.Body) {
		return raw{}, errAnswer
	}
	return raw{a.Body, a.Header}, nil
}

// list is ask for a call that answers an array: its items, and the headers
// beside them.
func (c *client) list(ctx context.Context, add url.Values, call func(context.Context, *mastodon.Client) error) ([]json.RawMessage, http.Header, error) {
	a, err := c.ask(ctx, add, call)
	if err != nil {
		return nil, nil, err
	}
	items, err := a.elements()
	return items, a.header, err
}

// elements splits an array into its items.
func (a raw) elements() ([]json.RawMessage, error) {
	var out []json.RawMessage
	for item, err := range collectors.Elements(a.body) {
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, nil
}

// pick decodes an object that the library could or could not decode.
func pick[T any](a raw) (*T, error) {
	var v T
	if err := json.Unmarshal(a.body, &v); err != nil {
		return nil, errAnswer
	}
	return &v, nil
}
