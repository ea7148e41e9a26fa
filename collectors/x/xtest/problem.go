package xtest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
)

func problemType(name string) string { return "https://api.twitter.com/2/problems/" + name }

// problem answers as X does: application/problem+json with type, title, status.
func problem(w http.ResponseWriter, status int, typ, title string, more map[string]any) {
	body := map[string]any{"type": typ, "title": title, "status": status, "detail": title}
	maps.Copy(body, more)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	writeJSON(w, body)
}

// invalid is X's 400: it names the parameter.
func invalid(w http.ResponseWriter, parameter, value, message string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusBadRequest)
	writeJSON(w, map[string]any{
		"errors": []any{map[string]any{
			"parameters": map[string]any{parameter: []string{value}},
			"message":    message,
		}},
		"title":  "Invalid Request",
		"detail": "One or more parameters to your request was invalid.",
		"type":   problemType("invalid-request"),
	})
}

func writeJSON(w http.ResponseWriter, v any) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // the client has gone: nothing to do about it
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	writeJSON(w, v)
}

// Fault is trouble that the server makes: it answers with Status and Body
// instead of the truth.
type Fault struct {
	Path   string // only for requests whose path has this prefix, "" for all
	Skip   int    // let that many matching requests pass first
	Times  int    // then strike so many times; 0 means for ever
	Status int
	Header http.Header
	Body   string
	Cut    bool // announce more bytes than are sent, and close the connection
}

// Fail adds a fault.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Heal takes all faults away.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault returns the fault that strikes this request, nil if none does.
func (s *Server) takeFault(r *http.Request) *Fault {
	for i, f := range s.faults {
		if !strings.HasPrefix(r.URL.Path, f.Path) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times == 1 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		f.Times--
		return f
	}
	return nil
}

func (f *Fault) serve(w http.ResponseWriter, _ *http.Request) bool {
	for k, v := range f.Header {
		w.Header()[http.CanonicalHeaderKey(k)] = v
	}
	if f.Cut {
		w.Header().Set("Content-Length", "1000000")
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(f.Body)) // the client has gone: nothing to do about it
	if f.Cut {
		_ = http.NewResponseController(w).Flush() // what was sent must arrive before the cut
		panic(http.ErrAbortHandler)
	}
	return true
}

var problemHeader = http.Header{"Content-Type": {"application/problem+json"}}

// NotEnrolled is X's 403 for an app that is not in a project.
func NotEnrolled() Fault {
	return Fault{Status: http.StatusForbidden, Header: problemHeader, Body: `{"client_id":"1","detail":"When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens from a Twitter developer App that is attached to a Project.","registration_url":"https://developer.x.com/","title":"Client Forbidden","required_enrollment":"Appropriate Level of API Access","reason":"client-not-enrolled","type":"https://api.twitter.com/2/problems/client-forbidden"}`}
}

// UsageCapped is the 429 that lasts until the billing cycle ends.
func UsageCapped() Fault {
	return Fault{Status: http.StatusTooManyRequests, Header: problemHeader, Body: `{"account_id":1,"product_name":"pay-per-use","title":"UsageCapExceeded","period":"Monthly","scope":"Product","detail":"Usage cap exceeded: Monthly product cap","type":"https://api.twitter.com/2/problems/usage-capped"}`}
}

// Legacy453 is the 403 that v1.1 calls get without an enterprise contract.
func Legacy453() Fault {
	return Fault{Status: http.StatusForbidden, Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"errors":[{"message":"You currently have access to a subset of X API V2 endpoints and limited v1.1 endpoints (e.g. media post, oauth) only.","code":453}]}`}
}
