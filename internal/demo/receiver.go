package demo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"vigie"
)

// Receiver is the far end of the demo's webhook: a small program of the kind
// that an association would point Vigie at. It checks signatures and drops
// what it has seen, as the Standard Webhooks ask.
type Receiver struct {
	secret []byte
	listen net.Listener
	http   *http.Server
	got    func(Alert)

	mu   sync.Mutex
	seen map[string]bool
}

// Alert is what the receiver reads of an alert.
type Alert struct {
	Severity vigie.Severity `json:"severity"`
	Label    vigie.Label    `json:"label"`
	Link     string         `json:"link"`
}

// OpenReceiver listens on a free port of loopback and calls got for each alert,
// one at a time.
func OpenReceiver(got func(Alert)) (*Receiver, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the demo's receiver on loopback: %w", err)
	}
	r := &Receiver{secret: []byte("the demo's webhook secret, 32 by"), listen: l, got: got, seen: make(map[string]bool)}
	r.http = &http.Server{Handler: http.HandlerFunc(r.receive), ReadHeaderTimeout: 5 * time.Second}
	go r.http.Serve(l) // ends with Close
	return r, nil
}

// URL is where the channel sends to.
func (r *Receiver) URL() string { return "http://" + r.listen.Addr().String() + "/vigie" }

// Secret is the shared secret in the form that the channel's secret_file holds.
func (r *Receiver) Secret() string { return "whsec_" + base64.StdEncoding.EncodeToString(r.secret) }

// Close ends the receiver.
func (r *Receiver) Close() error { return r.http.Close() }

func (r *Receiver) receive(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(io.LimitReader(req.Body, 1<<20))
	if err != nil || !r.signed(req.Header, body) {
		http.Error(w, "not signed by this Vigie", http.StatusUnauthorized)
		return
	}
	var message struct {
		Data struct {
			Alerts []Alert `json:"alerts"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &message); err != nil {
		http.Error(w, "not JSON", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if id := req.Header.Get("webhook-id"); r.seen[id] {
		return
	} else {
		r.seen[id] = true
	}
	for _, a := range message.Data.Alerts {
		r.got(a)
	}
}

// signed checks the signature over "id.timestamp.body" in constant time.
func (r *Receiver) signed(h http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, r.secret)
	fmt.Fprintf(mac, "%s.%s.%s", h.Get("webhook-id"), h.Get("webhook-timestamp"), body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return hmac.Equal([]byte(want), []byte(h.Get("webhook-signature")))
}
