package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/access-config/terraform-provider-iam/internal/server"
)

// mailTime limits the delivery of one e-mail. It is shorter than the time for which the
// server leaves an e-mail to this process.
const mailTime = 30 * time.Second

// smtpPasswordVariable has the password for --smtp-user if there is no file.
const smtpPasswordVariable = "IAM_SMTP_PASSWORD"

// smtpOptions are the flags of the mail server.
type smtpOptions struct {
	address      string
	from         string
	user         string
	passwordFile string
}

// mailer delivers e-mails to a mail server.
type mailer struct {
	host     string
	port     int
	implicit bool // TLS from the first byte, instead of STARTTLS if it is offered
	from     *netmail.Address
	user     string // empty without a login
	password string
	tls      *tls.Config
	now      func() time.Time
}

// check refuses flags that cannot be used.
func (o smtpOptions) check() error {
	if o.address == "" && (o.user != "" || o.passwordFile != "") {
		return errors.New("--smtp-user and --smtp-password-file need --smtp")
	}
	if o.user == "" && o.passwordFile != "" {
		return errors.New("--smtp-password-file needs --smtp-user")
	}
	if o.address != "" {
		if _, _, _, err := parseSMTP(o.address); err != nil {
			return err
		}
	}
	if _, err := netmail.ParseAddress(o.from); err != nil {
		return fmt.Errorf("--smtp-from %q is not an e-mail address", o.from)
	}
	return nil
}

// mail returns what sends an e-mail, or nil without --smtp. The flags must be checked.
func (o smtpOptions) mail(env Env) (send func(context.Context, server.Mail) error, err error) {
	if o.address == "" {
		return nil, nil
	}
	m := mailer{user: o.user, now: time.Now}
	m.host, m.port, m.implicit, _ = parseSMTP(o.address)
	m.from, _ = netmail.ParseAddress(o.from)
	m.tls = &tls.Config{ServerName: m.host, MinVersion: tls.VersionTLS12}
	if o.user != "" {
		if m.password, err = o.password(env); err != nil {
			return nil, err
		}
	}
	return m.send, nil
}

// password reads the password of the login.
func (o smtpOptions) password(env Env) (string, error) {
	password := env.Getenv(smtpPasswordVariable)
	if o.passwordFile != "" {
		text, err := os.ReadFile(o.passwordFile)
		if err != nil {
			return "", fmt.Errorf("reading --smtp-password-file: %w", err)
		}
		password = strings.TrimRight(string(text), "\r\n")
	}
	if password == "" {
		return "", fmt.Errorf("--smtp-user needs a password: set --smtp-password-file or %s", smtpPasswordVariable)
	}
	return password, nil
}

// parseSMTP reads HOST:PORT, smtp://HOST:PORT or smtps://HOST, which may have a port.
func parseSMTP(text string) (host string, port int, implicit bool, err error) {
	address, implicit := strings.CutPrefix(text, "smtps://")
	if !implicit {
		address = strings.TrimPrefix(address, "smtp://")
	} else if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort(strings.Trim(address, "[]"), "465")
	}
	host, number, err := net.SplitHostPort(address)
	if err == nil {
		port, err = strconv.Atoi(number)
	}
	if err != nil || port < 1 || port > 65535 || host == "" || strings.ContainsAny(host, "/@") {
		return "", 0, false, fmt.Errorf("--smtp must be an address such as mail.example.com:587 or smtps://mail.example.com, not %q", text)
	}
	return host, port, implicit, nil
}

// send delivers one e-mail, encrypted if the server supports it, and in any case if there
// is a login. The id lets mail programs recognize a duplicate. A done context ends the
// attempt only until the e-mail is on its way, or it would be sent twice.
func (m mailer) send(ctx context.Context, e server.Mail) error {
	message, err := m.message(e)
	if err != nil {
		return err
	}
	client, end, err := m.connect(ctx)
	defer end()
	switch {
	case err != nil && strings.Contains(err.Error(), "does not support STARTTLS"):
		return fmt.Errorf("%w: %s offers no encryption, and the login of --smtp-user is never sent without: use a port with STARTTLS, or smtps://", server.ErrNoMailServer, m.host)
	case err != nil:
		return fmt.Errorf("%w: %w", server.ErrNoMailServer, err)
	}
	// An error after the server accepted the e-mail is none.
	if err := client.Send(message); err != nil && !message.IsDelivered() {
		return fmt.Errorf("the mail server refuses an e-mail: %w", err)
	}
	_ = client.Close()
	return nil
}

// connect connects to the server and logs in. Call end in any case: after a failed greeting
// or login, the library leaves the connection open.
func (m mailer) connect(ctx context.Context) (client *mail.Client, end func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	end = func() {}
	unhurried := func() bool { return true }
	dial := func(ctxDial context.Context, network, address string) (conn net.Conn, err error) {
		if m.implicit {
			conn, err = (&tls.Dialer{Config: m.tls}).DialContext(ctxDial, network, address)
		} else {
			conn, err = (&net.Dialer{}).DialContext(ctxDial, network, address)
		}
		if err != nil {
			return nil, err
		}
		end = func() { _ = conn.Close() }
		unhurried = context.AfterFunc(ctx, end)
		return conn, nil
	}
	options := []mail.Option{
		mail.WithPort(m.port), mail.WithTimeout(mailTime), mail.WithTLSConfig(m.tls), mail.WithDialContextFunc(dial), mail.WithTLSPolicy(mail.TLSOpportunistic),
	}
	if m.user != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.user), mail.WithPassword(m.password))
		if !m.implicit {
			options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
		}
	}
	if client, err = mail.NewClient(m.host, options...); err == nil {
		err = client.DialWithContext(ctx)
	}
	unhurried() // from here on, the library sets deadlines
	return client, end, err
}

// message returns the e-mail with its headers.
func (m mailer) message(e server.Mail) (*mail.Msg, error) {
	message := mail.NewMsg(mail.WithNoDefaultUserAgent())
	message.FromMailAddress(m.from)
	if err := message.To(e.To); err != nil {
		return nil, fmt.Errorf("addressing an e-mail: %w", err)
	}
	message.Subject(e.Subject)
	message.SetDateWithValue(m.now())
	message.SetMessageIDWithValue(e.ID + m.from.Address[strings.LastIndex(m.from.Address, "@"):])
	message.SetGenHeader("Auto-Submitted", "auto-generated") // no replies of absent people
	message.SetBodyString(mail.TypeTextPlain, e.Text)
	return message, nil
}
