package cli

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// mailServer takes e-mails, one per connection, until the test ends. It refuses
// those to nobody@.
func mailServer(t *testing.T) (address string, mails chan string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	mails = make(chan string, 10)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			takeMail(conn, mails)
		}
	}()
	return listener.Addr().String(), mails
}

func takeMail(conn net.Conn, mails chan<- string) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	var mail strings.Builder
	inside := false
	fmt.Fprint(conn, "220 ready\r\n")
	for lines.Scan() {
		line := lines.Text()
		switch {
		case inside && line == ".":
			inside = false
			mails <- mail.String()
			fmt.Fprint(conn, "250 taken\r\n")
		case inside:
			mail.WriteString(line + "\n")
		case strings.HasPrefix(line, "RCPT TO:<nobody@"):
			fmt.Fprint(conn, "550 no such mailbox\r\n")
		case line == "DATA":
			inside = true
			fmt.Fprint(conn, "354 go on\r\n")
		case line == "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			fmt.Fprint(conn, "250 fine\r\n")
		}
	}
}

func TestMailer(t *testing.T) {
	t.Parallel()
	address, mails := mailServer(t)
	m := mailer{address: address, from: "iam@acme.example", now: func() time.Time { return time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC) }}
	if err := m.send(t.Context(), "anna@acme.example", "id-1", "Your access", "Hello Zoë,\n\n.\nwelcome.\n"); err != nil {
		t.Fatal(err)
	}
	const want = "From: <iam@acme.example>\nTo: <anna@acme.example>\nSubject: Your access\nDate: Sat, 31 Jan 2026 12:00:00 +0000\nMessage-ID: <id-1@iam.invalid>\n" +
		"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nHello Zo=C3=AB,\n\n..\nwelcome.\n"
	if got := <-mails; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for to, text := range map[string]string{"nobody@acme.example": "refuses mail to nobody@acme.example", "a@b\r\nDATA": "refuses mail to"} {
		if err := m.send(t.Context(), to, "id", "S", "T"); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("to %q: got %v", to, err)
		}
	}
	m.address = "nowhere"
	if err := m.send(t.Context(), "anna@acme.example", "id", "S", "T"); err == nil || !strings.Contains(err.Error(), "the address of the mail server") {
		t.Errorf("no address: got %v", err)
	}
}
