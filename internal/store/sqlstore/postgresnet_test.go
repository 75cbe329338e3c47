package sqlstore

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// A hanging server does not end any read or write.
func TestPatient(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer far.Close()
	p := &timeoutConn{Conn: near, limit: time.Millisecond}
	defer p.Close()
	for range 2 {
		if _, err := p.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read: got %v", err)
		}
		if _, err := p.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("write: got %v", err)
		}
	}
	// A deadline takes precedence.
	p.limit = time.Hour
	if err := p.SetDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read after its deadline: got %v", err)
	}
	if _, err := p.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("write after its deadline: got %v", err)
	}
	if err := p.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = far.Write([]byte("x")) }()
	if n, err := p.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("read: got %d, %v", n, err)
	}
}

// Several hosts are a primary and its standbys, which do not accept writes.
func TestParsePostgres_severalHosts(t *testing.T) {
	t.Parallel()
	for dsn, chosen := range map[string]bool{
		"postgres://u@one.example,two.example/d":                                 true,
		"postgres://u@one.example:1,one.example:2/d":                             true,
		"postgres://u@one.example/d":                                             false,
		"postgres://u@one.example/d?sslmode=prefer":                              false,
		"postgres://u@one.example,two.example/d?target_session_attrs=any":        false,
		"postgres://u@one.example,two.example/d?target_session_attrs=read-write": true,
	} {
		config, err := parsePostgres(dsn)
		if err != nil {
			t.Fatal(err)
		}
		if got := config.ValidateConnect != nil; got != chosen {
			t.Errorf("%s: got %t", dsn, got)
		}
	}
}
