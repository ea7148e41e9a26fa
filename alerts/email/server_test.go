package email_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"vigie/alerts/alertstest"
)

const password = "pa55-b71e"

// certificate is trusted by this process: TestMain puts it into the file that
// SSL_CERT_FILE names, as an operator with a private authority would.
var certificate tls.Certificate

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "vigie-email")
	if err != nil {
		log.Fatal(err)
	}
	certificate = selfSigned()
	file := filepath.Join(dir, "ca.pem")
	encoded := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	if err := errors.Join(os.WriteFile(file, encoded, 0o600), os.Setenv("SSL_CERT_FILE", file)); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func selfSigned() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		log.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// server is a strict SMTP server: STARTTLS before anything, AUTH before mail.
type server struct {
	t    *testing.T
	addr string
	end  chan struct{}

	mu       sync.Mutex
	fault    alertstest.Fault
	refused  map[string]int // recipient -> code
	taken    []alertstest.Taken
	sessions []string // who received what: recipients in order
	helos    []string
}

type setup struct {
	implicitTLS bool
	noTLS       bool
}

func serve(t *testing.T, how setup) *server {
	s := &server{t: t, end: make(chan struct{}), fault: alertstest.Accepts, refused: map[string]int{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s.addr = "localhost:" + port
	srv := smtp.NewServer(s)
	srv.Domain = "mx.example.org"
	srv.ErrorLog = log.New(io.Discard, "", 0)
	srv.ReadTimeout, srv.WriteTimeout = 10*time.Second, 10*time.Second
	srv.AllowInsecureAuth = how.noTLS
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	l = gate{l, s}
	switch {
	case how.implicitTLS:
		l = tls.NewListener(l, config)
	case !how.noTLS:
		srv.TLSConfig = config
	}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { close(s.end); srv.Close() })
	return s
}

// gate hangs up on every connection while the server is down.
type gate struct {
	net.Listener
	s *server
}

func (g gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil || g.s.playing() != alertstest.Down {
			return c, err
		}
		c.Close()
	}
}

func (s *server) playing() alertstest.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

func (s *server) play(f alertstest.Fault) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
	return f != alertstest.Gone && f != alertstest.Limited
}

func (s *server) received() []alertstest.Taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.helos = append(s.helos, c.Hostname())
	return &session{s: s, conn: c}, nil
}

type session struct {
	s      *server
	conn   *smtp.Conn
	authed bool
	to     []string
}

func (*session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		if user != "vigie" || pass != password || x.s.playing() == alertstest.BadCredentials {
			return refusal(535)
		}
		x.authed = true
		return nil
	}), nil
}

func refusal(code int) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 7, 1}, Message: alertstest.Canary}
}

func (x *session) Reset()        { x.to = nil }
func (x *session) Logout() error { return nil }

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	if !x.authed {
		return refusal(530)
	}
	if strings.HasPrefix(from, "nobody@") {
		return refusal(553)
	}
	return nil
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	switch {
	case x.s.fault == alertstest.Busy:
		return refusal(451)
	case x.s.fault == alertstest.Refuses:
		return refusal(550)
	case x.s.refused[to] != 0:
		return refusal(x.s.refused[to])
	}
	x.to = append(x.to, to)
	return nil
}

func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	x.s.mu.Lock()
	x.s.taken = append(x.s.taken, alertstest.Taken{Key: header(raw, "Message-Id"), Bytes: decoded(x.s.t, raw)})
	x.s.sessions = append(x.s.sessions, fmt.Sprint(x.to))
	fault := x.s.fault
	x.s.mu.Unlock()
	switch fault {
	case alertstest.CutAfter:
		x.conn.Conn().Close()
	case alertstest.Silent:
		<-x.s.end
	}
	return nil
}
