package cli

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/access-config/terraform-provider-iam/internal/server"
)

// mailServer is a mail server in a test. It refuses e-mails to nobody@.
type mailServer struct {
	*smtp.Server

	address string
	mails   chan *netmail.Message // as they arrive, with From and To of the envelope in X-From and X-To
	roots   *x509.CertPool        // that verify its certificate

	mu     sync.Mutex
	logins []string // NAME:PASSWORD
	lost   int      // number of e-mails to accept without an answer
}

// newMailServer starts a mail server for the duration of the test, with TLS from the first
// byte if implicit.
func newMailServer(t *testing.T, implicit bool, change func(s *mailServer)) *mailServer {
	t.Helper()
	certified := httptest.NewTLSServer(nil)
	defer certified.Close()
	s := &mailServer{mails: make(chan *netmail.Message, 100), roots: x509.NewCertPool()}
	s.roots.AddCert(certified.Certificate())
	s.Server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &mailSession{server: s, conn: c}, nil }))
	s.Domain, s.TLSConfig = "mail.test", &tls.Config{Certificates: certified.TLS.Certificates}
	if change != nil {
		change(s)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	if implicit {
		listener = tls.NewListener(listener, s.TLSConfig)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(listener) }()
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), <-done); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("the mail server ended with %v", err)
		}
	})
	return s
}

// mailSession is one connection to it.
type mailSession struct {
	server   *mailServer
	conn     *smtp.Conn
	from, to string
}

func (s *mailSession) Reset()                   {}
func (s *mailSession) Logout() error            { return nil }
func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, password string) error {
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		s.server.logins = append(s.server.logins, name+":"+password)
		if password != "secret" {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "nobody@") {
		return &smtp.SMTPError{Code: 550, Message: "no such mailbox"}
	}
	s.to = to
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	message, err := netmail.ReadMessage(r)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(message.Body)
	if err != nil {
		return err
	}
	message.Body = bytes.NewReader(body)
	message.Header["X-From"], message.Header["X-To"] = []string{s.from}, []string{s.to}
	s.server.mails <- message
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.lost > 0 {
		s.server.lost--
		_ = s.conn.Conn().Close()
	}
	return nil
}

// newMailer returns a mailer that trusts the mail server.
func newMailer(t *testing.T, s *mailServer, o smtpOptions) mailer {
	t.Helper()
	m := mailer{
		user: o.user, password: "secret", from: &netmail.Address{Name: "IAM", Address: "iam@acme.example"},
		tls: &tls.Config{ServerName: "127.0.0.1", RootCAs: s.roots, MinVersion: tls.VersionTLS12},
		now: func() time.Time { return time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC) },
	}
	var err error
	if m.host, m.port, m.implicit, err = parseSMTP(o.address); err != nil {
		t.Fatal(err)
	}
	return m
}

var letter = server.Mail{To: "anna@acme.example", ID: "id-1", Subject: "Your access to Zoë's", Text: "Hello Zoë,\n\n.\nwelcome.\n"}

// An e-mail arrives as it is written, by every way to a mail server.
func TestMailer(t *testing.T) {
	t.Parallel()
	withoutTLS := func(s *mailServer) { s.TLSConfig = nil }
	for name, c := range map[string]struct {
		implicit bool
		scheme   string
		user     string
		change   func(s *mailServer)
	}{
		"plain":                      {change: withoutTLS},
		"STARTTLS":                   {scheme: "smtp://"},
		"STARTTLS, with a login":     {user: "iam"},
		"implicit TLS":               {implicit: true, scheme: "smtps://"},
		"implicit TLS, with a login": {implicit: true, scheme: "smtps://", user: "iam"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newMailServer(t, c.implicit, c.change)
			m := newMailer(t, s, smtpOptions{address: c.scheme + s.address, user: c.user})
			if err := m.send(t.Context(), letter); err != nil {
				t.Fatal(err)
			}
			got := <-s.mails
			for header, want := range map[string]string{
				"X-From": "iam@acme.example", "X-To": letter.To, "From": `"IAM" <iam@acme.example>`, "To": "<anna@acme.example>", "Subject": "=?UTF-8?q?Your_access_to_Zo=C3=AB's?=",
				"Date": "Sat, 31 Jan 2026 12:00:00 +0000", "Message-Id": "<id-1@acme.example>", "Auto-Submitted": "auto-generated", "User-Agent": "",
			} {
				if got := got.Header.Get(header); got != want {
					t.Errorf("%s is %q, want %q", header, got, want)
				}
			}
			if body, _ := io.ReadAll(got.Body); string(body) != "Hello Zo=C3=AB,\r\n\r\n.\r\nwelcome.\r\n" {
				t.Errorf("the text is %q", body)
			}
			if want := map[bool]int{true: 1}[c.user != ""]; len(s.logins) != want {
				t.Errorf("logins: %q", s.logins)
			}
		})
	}
}

// A login is never sent without TLS, not even to a server that asks for it.
func TestMailer_loginWithoutTLS(t *testing.T) {
	t.Parallel()
	s := newMailServer(t, false, func(s *mailServer) { s.TLSConfig, s.AllowInsecureAuth = nil, true })
	err := newMailer(t, s, smtpOptions{address: s.address, user: "iam"}).send(t.Context(), letter)
	if !errors.Is(err, server.ErrNoMailServer) || !strings.Contains(err.Error(), "offers no encryption, and the login of --smtp-user is never sent without") {
		t.Errorf("got %v", err)
	}
	if len(s.logins) > 0 || len(s.mails) > 0 {
		t.Errorf("logins %q, %d e-mails", s.logins, len(s.mails))
	}
}

// What cannot be sent is an error that says why; what was accepted is none.
func TestMailer_failures(t *testing.T) {
	t.Parallel()
	s := newMailServer(t, false, nil)
	m := newMailer(t, s, smtpOptions{address: s.address})
	for to, text := range map[string]string{"nobody@acme.example": "no such mailbox", "a@b\r\nDATA": "addressing an e-mail"} {
		e := letter
		e.To = to
		if err := m.send(t.Context(), e); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("to %q: got %v", to, err)
		}
	}
	wrong := m
	wrong.user, wrong.password = "iam", "wrong"
	if err := wrong.send(t.Context(), letter); err == nil || !strings.Contains(err.Error(), "535") {
		t.Errorf("a wrong password: got %v", err)
	}
	stranger := m
	stranger.tls = &tls.Config{ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}
	if err := stranger.send(t.Context(), letter); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown certificate: got %v", err)
	}
	if len(s.mails) > 0 {
		t.Errorf("%d e-mails arrived", len(s.mails))
	}
	s.mu.Lock()
	s.lost = 1
	s.mu.Unlock()
	if err := m.send(t.Context(), letter); err == nil {
		t.Error("no error without an answer")
	}
}

// The answer to the e-mail counts, not what comes after it.
func TestMailer_acceptedThenLost(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close() // right after it accepted the e-mail
		says := func(text string) { _, _ = io.WriteString(conn, text+"\r\n") }
		says("220 ready")
		lines := make([]byte, 4096)
		for data := false; ; {
			n, err := conn.Read(lines)
			switch text := string(lines[:n]); {
			case err != nil:
				return
			case data && strings.HasSuffix(text, "\r\n.\r\n"):
				says("250 accepted")
				return
			case data:
			case strings.HasPrefix(text, "DATA"):
				data = true
				says("354 go on")
			default:
				says("250 fine")
			}
		}
	}()
	m := newMailer(t, &mailServer{}, smtpOptions{address: listener.Addr().String()})
	if err := m.send(t.Context(), letter); err != nil {
		t.Error(err)
	}
}

// A server that does not speak keeps nobody waiting after the context is done.
func TestMailer_silentServer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		cancel()
		_, _ = io.Copy(io.Discard, conn)
	}()
	m := newMailer(t, &mailServer{}, smtpOptions{address: listener.Addr().String()})
	if err := m.send(ctx, letter); !errors.Is(err, server.ErrNoMailServer) {
		t.Errorf("got %v", err)
	}
}

func TestParseSMTP(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		host     string
		port     int
		implicit bool
	}{
		"mail.example.com:25":         {"mail.example.com", 25, false},
		"smtp://mail.example.com:587": {"mail.example.com", 587, false},
		"smtps://mail.example.com":    {"mail.example.com", 465, true},
		"smtps://mail.example.com:99": {"mail.example.com", 99, true},
		"[::1]:25":                    {"::1", 25, false},
		"smtps://[::1]":               {"::1", 465, true},
	} {
		host, port, implicit, err := parseSMTP(text)
		if err != nil || host != want.host || port != want.port || implicit != want.implicit {
			t.Errorf("%s: got %s, %d, %t, %v", text, host, port, implicit, err)
		}
	}
	for _, text := range []string{"", "mail.example.com", "smtp://mail.example.com", ":25", "mail.example.com:smtp", "mail.example.com:0", "mail.example.com:65536", "smtps://", "smtps://a/b", "http://mail.example.com:25", "user@mail.example.com:25"} {
		if _, _, _, err := parseSMTP(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

// The password comes from a file or the environment, and the file wins.
func TestSMTPOptions_password(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("from the file\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	given := Env{Getenv: func(name string) string { return map[string]string{"IAM_SMTP_PASSWORD": "from the environment"}[name] }}
	none := Env{Getenv: func(string) string { return "" }}
	for name, c := range map[string]struct {
		env        Env
		file, want string
	}{
		"environment": {given, "", "from the environment"},
		"file":        {none, file, "from the file"},
		"both":        {given, file, "from the file"},
	} {
		if got, err := (smtpOptions{passwordFile: c.file}).password(c.env); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	if _, err := (smtpOptions{}).password(none); err == nil || !strings.Contains(err.Error(), "--smtp-password-file or IAM_SMTP_PASSWORD") {
		t.Errorf("none: got %v", err)
	}
	if _, err := (smtpOptions{passwordFile: file + "-missing"}).password(given); err == nil || !strings.Contains(err.Error(), "--smtp-password-file") {
		t.Errorf("a missing file: got %v", err)
	}
}
