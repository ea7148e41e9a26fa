package x

import (
	"context"
	"net/http"

	"github.com/dghubble/oauth1"

	"vigie"
	"vigie/collectors"
)

// authorised returns a client over base that carries the credentials of c:
// an OAuth 1.0a signature, or a bearer token.
func authorised(c Config, d collectors.Deps, base http.RoundTripper) (*http.Client, error) {
	read := func(field, file string) (string, error) {
		secret, err := d.Secret(file)
		if err != nil {
			return "", &vigie.FieldError{Field: field, Problem: err.Error()}
		}
		return string(secret), nil
	}
	if c.BearerFile != "" {
		token, err := read("bearer_file", c.BearerFile)
		return &http.Client{Transport: bearer{token: vigie.Secret(token), base: base}}, err
	}
	var keys [4]string
	for i, f := range [...]struct{ field, file string }{
		{"consumer_key_file", c.ConsumerKeyFile}, {"consumer_secret_file", c.ConsumerSecretFile},
		{"access_token_file", c.AccessTokenFile}, {"access_secret_file", c.AccessSecretFile},
	} {
		var err error
		if keys[i], err = read(f.field, f.file); err != nil {
			return nil, err
		}
	}
	// The library takes its HTTP client from a context, and nothing else of it.
	ctx := context.WithValue(context.Background(), oauth1.HTTPClient, &http.Client{Transport: base})
	return oauth1.NewClient(ctx, oauth1.NewConfig(keys[0], keys[1]), oauth1.NewToken(keys[2], keys[3])), nil
}

// bearer adds an app's token to each request.
type bearer struct {
	token vigie.Secret
	base  http.RoundTripper
}

// RoundTrip sends the request with the token.
func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b.token))
	return b.base.RoundTrip(r)
}
