package xtest

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

type authKind int

const (
	anyAuth     authKind = iota // app Bearer or user context
	userContext                 // OAuth 1.0a only
)

// maxSkew is how far a signature's timestamp may be from the server's clock.
const maxSkew = 5 * time.Minute

func (s *Server) authorised(w http.ResponseWriter, r *http.Request, need authKind) bool {
	header := r.Header.Get("Authorization")
	if token, ok := strings.CutPrefix(header, "Bearer "); ok {
		switch {
		case token != s.keys.Bearer:
			unauthorised(w)
			return false
		case need == userContext:
			problem(w, http.StatusForbidden, problemType("unsupported-authentication"), "Unsupported Authentication",
				map[string]any{"detail": "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint."})
			return false
		}
		return true
	}
	if err := s.verify(r, header); err != nil {
		unauthorised(w)
		return false
	}
	return true
}

// verify checks an OAuth 1.0a signature as RFC 5849 says: every parameter
// present, time and nonce fresh, and the HMAC-SHA1 over method, address and
// all parameters right.
func (s *Server) verify(r *http.Request, header string) error {
	params, err := oauthParams(header)
	if err != nil {
		return err
	}
	for _, k := range []string{"oauth_consumer_key", "oauth_nonce", "oauth_signature", "oauth_timestamp", "oauth_token"} {
		if params[k] == "" {
			return fmt.Errorf("%s is missing", k)
		}
	}
	if params["oauth_consumer_key"] != s.keys.ConsumerKey || params["oauth_token"] != s.keys.AccessToken {
		return fmt.Errorf("unknown key")
	}
	if params["oauth_signature_method"] != "HMAC-SHA1" || params["oauth_version"] != "1.0" {
		return fmt.Errorf("unknown method or version")
	}
	if err := s.fresh(params); err != nil {
		return err
	}
	want := s.sign(r, params)
	if !hmac.Equal([]byte(want), []byte(params["oauth_signature"])) {
		return fmt.Errorf("wrong signature")
	}
	s.nonces[params["oauth_nonce"]] = true
	return nil
}

// fresh uses the machine's clock, as the signing library does.
func (s *Server) fresh(params map[string]string) error {
	unix, err := strconv.ParseInt(params["oauth_timestamp"], 10, 64)
	if err != nil {
		return err
	}
	if skew := time.Since(time.Unix(unix, 0)).Abs(); skew > maxSkew {
		return fmt.Errorf("timestamp is %v off", skew)
	}
	if s.nonces[params["oauth_nonce"]] {
		return fmt.Errorf("nonce used twice")
	}
	return nil
}

func oauthParams(header string) (map[string]string, error) {
	rest, ok := strings.CutPrefix(header, "OAuth ")
	if !ok {
		return nil, fmt.Errorf("no OAuth header")
	}
	params := map[string]string{}
	for pair := range strings.SplitSeq(rest, ",") {
		k, v, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok {
			return nil, fmt.Errorf("malformed header")
		}
		value, err := url.PathUnescape(strings.Trim(v, `"`))
		if err != nil {
			return nil, err
		}
		params[k] = value
	}
	return params, nil
}

func (s *Server) sign(r *http.Request, oauth map[string]string) string {
	var pairs []string
	for k, v := range oauth {
		if k != "oauth_signature" && k != "realm" {
			pairs = append(pairs, escape(k)+"="+escape(v))
		}
	}
	for k, values := range r.URL.Query() {
		for _, v := range values {
			pairs = append(pairs, escape(k)+"="+escape(v))
		}
	}
	slices.Sort(pairs)
	base := r.Method + "&" + escape("http://"+cmp.Or(r.Host, r.URL.Host)+r.URL.Path) + "&" + escape(strings.Join(pairs, "&"))
	mac := hmac.New(sha1.New, []byte(escape(s.keys.ConsumerSecret)+"&"+escape(s.keys.AccessSecret)))
	mac.Write([]byte(base))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// escape is the percent encoding of RFC 3986: url.QueryEscape but for the space.
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

func unauthorised(w http.ResponseWriter) {
	problem(w, http.StatusUnauthorized, "about:blank", "Unauthorized", map[string]any{"detail": "Unauthorized"})
}
