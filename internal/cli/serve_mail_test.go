package cli

import (
	"bytes"
	"context"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// announced sends what serve prints once it is ready.
type announced chan string

func (a announced) Write(p []byte) (int, error) {
	if _, url, ok := strings.Cut(string(p), "ready: "); ok {
		a <- strings.TrimSpace(url)
	}
	return len(p), nil
}

var mailedLink = regexp.MustCompile(`http://127\.0\.0\.1:\d+/console/acme/invitation/\S+`)

// Each kind of e-mail arrives at a mail server, and the link in an invitation, opened by a
// browser, makes its user active. The log has no link.
func TestServe_mail(t *testing.T) {
	t.Parallel()
	s := newMailServer(t, false, func(s *mailServer) { s.TLSConfig = nil })
	ctx, cancel := context.WithCancel(t.Context())
	var log bytes.Buffer
	ready, ended := make(announced, 1), make(chan int, 1)
	go func() {
		env := Env{Stdout: ready, Stderr: &log, Getenv: func(string) string { return "" }}
		ended <- Run(ctx, env, []string{
			"serve", "--tenant", "acme", "--client", "ci:secret", "--listen", "127.0.0.1:0", "--database", "sqlite:" + filepath.Join(t.TempDir(), "iam.db"),
			"--smtp", s.address, "--smtp-from", "IAM <iam@acme.example>", "--drain-delay", "0s",
		})
	}()
	url := <-ready
	c, err := client.New(client.Options{BaseURL: url, Tenant: "acme", ClientID: "ci", ClientSecret: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	arrives := func(to, subject string) string {
		t.Helper()
		m := <-s.mails
		body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		if err != nil || m.Header.Get("X-To") != to || m.Header.Get("Subject") != subject {
			t.Fatalf("got %v %s (%v)", m.Header, body, err)
		}
		return string(body)
	}
	user, err := c.CreateUser(t.Context(), api.UserCreate{
		FirstName: "Anna", LastName: "Arm", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"oe-editor"},
	})
	if err != nil {
		t.Fatal(err)
	}
	first := mailedLink.FindString(arrives("anna@acme.example", "Invitation to acme"))
	if _, err := c.InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: "ben@acme.example", Role: access.RoleMember}); err != nil {
		t.Fatal(err)
	}
	if link := mailedLink.FindString(arrives("ben@acme.example", "Invitation to acme")); link == "" || link == first {
		t.Errorf("the member's link is %q", link)
	}
	invitations, err := c.Invitations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.ResendInvitation(t.Context(), invitations[0].ID); err != nil {
		t.Fatal(err)
	}
	second := mailedLink.FindString(arrives("anna@acme.example", "Invitation to acme"))
	if _, err := c.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{OrganizationID: "7", Sync: true}); err != nil {
		t.Fatal(err)
	}
	if text := arrives("anna@acme.example", "Your access to Make"); !strings.Contains(text, "You are now a member") {
		t.Errorf("got %s", text)
	}
	jar, _ := cookiejar.New(nil) // fails never
	browser := &http.Client{Jar: jar}
	for _, step := range []struct {
		method, address string
		status          int
	}{{"GET", first, 410}, {"GET", second, 200}, {"POST", url + "/console/acme/invitation", 200}, {"GET", second, 410}} {
		r, err := http.NewRequestWithContext(t.Context(), step.method, step.address, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != step.status {
			t.Errorf("%s %s: got %d, want %d", step.method, step.address, response.StatusCode, step.status)
		}
	}
	if u, err := c.User(t.Context(), user); err != nil || u.Status != api.UserActive {
		t.Errorf("got %+v, %v", u, err)
	}
	cancel()
	if code := <-ended; code != 0 {
		t.Errorf("serve ended with %d", code)
	}
	for _, link := range []string{first, second} {
		if secret := link[strings.LastIndex(link, "/")+1:]; strings.Contains(log.String(), secret) {
			t.Errorf("the log has a secret: %s", &log)
		}
	}
}
