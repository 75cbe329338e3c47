package cli

import (
	"bytes"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
)

func TestCheckPublicURL(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"https://iam.example.com", "https://iam.example.com/", "http://127.0.0.1:8080", "http://[::1]:8080"} {
		if err := checkPublicURL(text); err != nil {
			t.Errorf("%s: got %v", text, err)
		}
	}
	for _, text := range []string{
		"iam.example.com", "//iam.example.com", "ftp://iam.example.com", "https://", "https://:443", "https://iam.example.com/iam", "https://iam.example.com/?", "https://iam.example.com?x=y",
		"https://iam.example.com#", "https://user@iam.example.com", "https://iam.example.com\n.evil.example", "javascript:alert(1)",
	} {
		if checkPublicURL(text) == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestServeOptions_links(t *testing.T) {
	t.Parallel()
	address := net.TCPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:8080"))
	for want, o := range map[string]serveOptions{
		"http://127.0.0.1:8080":   {},
		"https://127.0.0.1:8080":  {certFile: "cert.pem"},
		"https://iam.example.com": {publicURL: "https://iam.example.com/", certFile: "cert.pem"},
	} {
		if got := o.links(address); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// Links are printed on a terminal only: neither into a file, nor into a pipe that may be a log.
func TestTerminal(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	defer pipe.Close()
	for name, env := range map[string]Env{"a buffer": {Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}}, "a file and a pipe": {Stdout: file, Stderr: pipe}} {
		if terminal(env) != nil {
			t.Errorf("%s is a terminal", name)
		}
	}
	tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no terminal can be opened here: %v", err)
	}
	defer tty.Close()
	if terminal(Env{Stdout: tty, Stderr: file}) == nil || terminal(Env{Stdout: file, Stderr: tty}) == nil {
		t.Error("a terminal was not recognized")
	}
}
