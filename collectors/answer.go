package collectors

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
)

// Answer is a whole answer of a platform, for sources that decode it themselves
// and keep its bytes.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do sends r through a source's client and reads the answer whole. Errors are
// classified and hold no URL.
func Do(client *http.Client, r *http.Request) (Answer, error) {
	resp, err := client.Do(r)
	if err != nil {
		return Answer{}, Classified(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return Answer{}, Classified(err)
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// Elements yields the elements of a JSON array as the platform wrote them, so
// that one that cannot be decoded does not cost the others. An array that is
// cut short or malformed yields what precedes, then an error of [ClassRetry].
func Elements(array []byte) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		dec := json.NewDecoder(bytes.NewReader(array))
		broken := &Error{Class: ClassRetry, Err: errors.New("the answer is not the JSON array that was due")}
		if t, err := dec.Token(); err != nil || t != json.Delim('[') {
			yield(nil, broken)
			return
		}
		for dec.More() {
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil {
				yield(nil, broken)
				return
			}
			if !yield(raw, nil) {
				return
			}
		}
		if _, err := dec.Token(); err != nil {
			yield(nil, broken)
		}
	}
}
