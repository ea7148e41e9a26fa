package x

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"vigie"
	"vigie/collectors"
)

// v2API speaks API v2 and pays for it.
type v2API struct {
	c      Config
	client *http.Client
	purse  *purse
	words  *spelling
}

// spelling remembers whether X says tweet or post in names of parameters and fields.
type spelling struct {
	mu   sync.Mutex
	word string
}

func (s *spelling) get() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.word
}

// set takes over what a cursor says; anything but "post" is the default.
func (s *spelling) set(word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if word == "post" {
		s.word = word
	}
}

func (s *spelling) swap() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.word == "" {
		s.word = "post"
	} else {
		s.word = ""
	}
}

// fields adds the parameter that names the fields. No expansions: an author
// costs ten times a mention.
func (s *spelling) fields(v url.Values) {
	word := cmp.Or(s.get(), "tweet")
	v.Set(word+".fields", strings.Join([]string{"author_id", "conversation_id", "created_at", "edit_history_" + word + "_ids", "entities",
		"in_reply_to_user_id", "lang", "note_" + word, "referenced_" + word + "s"}, ","))
}

// document is an answer of API v2.
type document struct {
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Type  string `json:"type"`
		Value string `json:"value"`
	} `json:"errors"`
	Meta struct {
		NewestID string `json:"newest_id"`
		Next     string `json:"next_token"`
	} `json:"meta"`
}

// missing says whether the i-th error means that X does not find the thing.
func (d *document) missing(i int) bool {
	return strings.HasSuffix(d.Errors[i].Type, "/resource-not-found")
}

// get asks for path and pays: at most max reserved, then price for each
// resource that came.
func (a *v2API) get(ctx context.Context, path string, v url.Values, price int64, max int, paid func(document) []string) (document, error) {
	reserved := price * int64(max)
	if err := a.purse.reserve(ctx, reserved); err != nil {
		return document{}, err
	}
	d, err := a.fetch(ctx, path, v)
	var resources []string
	if err == nil {
		resources = paid(d)
	}
	// A request that failed brought nothing that X bills; what a cut connection
	// hid is billed once a day and counted when it is read again.
	if settled := a.purse.settle(ctx, reserved, price, resources...); err == nil {
		err = settled
	}
	return d, err
}

func (a *v2API) fetch(ctx context.Context, path string, v url.Values) (document, error) {
	address := a.c.server() + path
	if len(v) > 0 {
		address += "?" + v.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return document{}, &collectors.Error{Class: collectors.ClassBug, Err: errors.New("malformed address")}
	}
	answer, err := collectors.Do(a.client, r)
	if err != nil {
		return document{}, err
	}
	var d document
	if json.Unmarshal(answer.Body, &d) != nil {
		return document{}, &collectors.Error{Class: collectors.ClassRetry, Status: answer.Status, Err: errors.New("the answer is not the JSON document that was due")}
	}
	return d, nil
}

// posts asks for a list of posts, decodes it and pays for what came.
func (a *v2API) posts(ctx context.Context, path string, v url.Values, price int64, max int) (d document, b batch, err error) {
	var failed error
	d, err = a.get(ctx, path, v, price, max, func(d document) []string {
		b, failed = decodeAll(d.Data, decodePost)
		return b.resources()
	})
	return d, b, cmp.Or(err, failed)
}

func (a *v2API) whoAmI(ctx context.Context) (vigie.Account, error) {
	path := "/2/users/me"
	if a.c.BearerFile != "" {
		path = "/2/users/" + a.c.UserID
	}
	var user struct{ ID, Username string }
	d, err := a.get(ctx, path, nil, userPrice, 1, func(d document) []string { return []string{"user"} })
	if err != nil {
		return vigie.Account{}, err
	}
	if len(d.Data) == 0 {
		return vigie.Account{}, noUser(d)
	}
	if unmarshal(d.Data, &user) != nil {
		return vigie.Account{}, &collectors.Error{Class: collectors.ClassRetry, Err: errors.New("the answer names no account")}
	}
	return accountOf(user.ID, user.Username)
}

// noUser reads an answer of status 200 without data: X says in it that an
// account is gone or closed to us. No such error means an empty list.
func noUser(d document) error {
	for i := range d.Errors {
		if d.missing(i) {
			return &collectors.Error{Class: collectors.ClassGone, Err: errors.New("the account is not found on X"), Hint: "check user_id; the account may be deleted or suspended"}
		}
	}
	if len(d.Errors) > 0 {
		return &collectors.Error{Class: collectors.ClassAuth, Err: errors.New("the account is not shown by X"), Hint: "check that the keys belong to the account"}
	}
	return nil
}

// mentions reads a page, and where X refuses a parameter by name tries what
// else means the same: the other spelling, until_id for a token, no since_id.
func (a *v2API) mentions(ctx context.Context, me vigie.Account, q query) (batch, error) {
	v := url.Values{"max_results": {strconv.Itoa(a.c.pageSize())}}
	setIf(v, "since_id", q.since)
	setIf(v, "pagination_token", q.token)
	for swapped := false; ; {
		a.words.fields(v)
		d, b, err := a.posts(ctx, "/2/users/"+url.PathEscape(me.Remote)+"/mentions", v, a.c.mentionPrice(), a.c.pageSize())
		if err == nil {
			return mentionsOf(d, b, q.since)
		}
		var r *refusal
		if !errors.As(err, &r) || !a.adapt(v, r.parameter, q, &swapped) {
			return batch{}, err
		}
	}
}

func setIf(v url.Values, key, value string) {
	if value != "" {
		v.Set(key, value)
	}
}

// adapt changes a request whose parameter was refused; false if it cannot.
func (a *v2API) adapt(v url.Values, parameter string, q query, swapped *bool) bool {
	switch {
	case !v.Has(parameter):
		return false
	case strings.HasSuffix(parameter, ".fields") && !*swapped:
		v.Del(parameter)
		a.words.swap()
		*swapped = true
	case parameter == "pagination_token" && q.oldest != "":
		v.Del(parameter)
		v.Set("until_id", q.oldest)
	case parameter == "since_id":
		v.Del(parameter) // too old for X: read down to it instead
	default:
		return false
	}
	return true
}

func mentionsOf(d document, b batch, since string) (batch, error) {
	if len(d.Data) == 0 {
		if err := noUser(d); err != nil {
			return batch{}, err
		}
	}
	b.next = d.Meta.Next
	if isID(d.Meta.NewestID) {
		b.ids = append(b.ids, d.Meta.NewestID)
	}
	reached := func(id string) bool { return since != "" && collectors.ByLength(id, since) <= 0 }
	if slices.ContainsFunc(b.ids, reached) { // only where since_id was refused
		b.next = ""
		b.ids = slices.DeleteFunc(b.ids, reached)
		b.items = slices.DeleteFunc(b.items, func(it item) bool { return reached(it.tweet.IDStr) })
	}
	return b, nil
}

// lookup reads posts again. Those that are gone stand in `errors`.
func (a *v2API) lookup(ctx context.Context, ids []string) (found, error) {
	v := url.Values{"ids": {strings.Join(ids, ",")}}
	for swapped := false; ; {
		a.words.fields(v)
		d, b, err := a.posts(ctx, "/2/tweets", v, a.c.postPrice(), len(ids))
		if err == nil {
			return foundOf(d, b), nil
		}
		var r *refusal
		if !errors.As(err, &r) || !a.adapt(v, r.parameter, query{}, &swapped) {
			return found{}, err
		}
	}
}

func foundOf(d document, b batch) found {
	f := found{items: b.items}
	for i, e := range d.Errors {
		if d.missing(i) {
			f.gone = append(f.gone, e.Value)
		}
	}
	return f
}
