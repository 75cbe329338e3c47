package cli

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime/quotedprintable"
	"net"
	"net/smtp"
	"time"
)

// mailTime limits the delivery of one e-mail.
const mailTime = 30 * time.Second

// mailer delivers e-mails to a mail server, without a login.
type mailer struct {
	address string // of the server, with its port
	from    string
	now     func() time.Time
}

// send delivers one e-mail, encrypted if the server supports it. The id lets mail
// programs recognize a duplicate.
func (m mailer) send(ctx context.Context, to, id, subject, text string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	host, _, err := net.SplitHostPort(m.address)
	if err != nil {
		return fmt.Errorf("the address of the mail server: %w", err)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.address)
	if err != nil {
		return fmt.Errorf("reaching the mail server: %w", err)
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // ends every wait
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return errors.Join(fmt.Errorf("greeting the mail server: %w", err), conn.Close())
	}
	defer c.Close()
	if encrypts, _ := c.Extension("STARTTLS"); encrypts {
		if err := c.StartTLS(&tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}); err != nil {
			return fmt.Errorf("encrypting to the mail server: %w", err)
		}
	}
	if err := c.Mail(m.from); err != nil {
		return fmt.Errorf("the mail server refuses mail from %s: %w", m.from, err)
	}
	if err := c.Rcpt(to); err != nil {
		return fmt.Errorf("the mail server refuses mail to %s: %w", to, err)
	}
	w, err := c.Data()
	if err == nil {
		_, err = w.Write(m.message(to, id, subject, text))
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		return fmt.Errorf("the mail server refuses an e-mail: %w", err)
	}
	_ = c.Quit() // the e-mail is already delivered
	return nil
}

// message returns the e-mail with its headers.
func (m mailer) message(to, id, subject, text string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: <%s>\nTo: <%s>\nSubject: %s\nDate: %s\nMessage-ID: <%s@iam.invalid>\n", m.from, to, subject, m.now().Format(time.RFC1123Z), id)
	b.WriteString("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n")
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a bytes.Buffer never fails
	_ = w.Close()
	return b.Bytes()
}
