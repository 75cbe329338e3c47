package console_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/console/consoletest"
)

// scan opens a link as the scanner of a mail server does.
func (s site) scan(t *testing.T, link string) {
	t.Helper()
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		if got := s.stranger().ask(t, method, link, nil); got.status != http.StatusOK {
			t.Errorf("%s: got %+v", method, got)
		}
	}
}

// A link to sign in with works once, and a scanner that was faster changes nothing. It has left
// the address of the page. A second tab, and one that comes too late, say why it does not work.
func TestBrowser_signInLink(t *testing.T) {
	t.Parallel()
	p := consoletest.Open(t)
	s, advance := newLinked(t)
	opens(t, p, s, "sign-in")
	p.Run(t, chromedp.SendKeys(`form[action$="/send"] input[name=email]`, ownerEmail, chromedp.ByQuery))
	p.Goto(t, `form[action$="/send"] button`)
	p.Has(t, "Look into your mailbox")
	link := s.url + <-s.links
	s.scan(t, link)
	other := p.Another(t)
	for _, tab := range []*consoletest.Tab{p, other} {
		tab.Run(t, chromedp.Navigate(link))
		tab.Has(t, "You sign in as "+ownerEmail)
		if at := consoletest.Ask[string](t, tab, `location.href + document.referrer`); strings.Contains(at, link[strings.LastIndex(link, "/")+1:]) {
			t.Errorf("the secret is still in %s", at)
		}
	}
	p.Goto(t, "form button")
	p.Has(t, "Tenant Owner")
	other.Goto(t, "form button")
	other.Has(t, "This link does not work")
	other.Run(t, chromedp.Navigate(link))
	other.Has(t, "This link was used already. If it was not you, tell your administrator. Ask for another one.")
	opens(t, other, s, "me")
	other.Has(t, ownerEmail)

	late := s.mailed(t)
	other.Run(t, chromedp.Navigate(late))
	advance(16 * time.Minute)
	other.Goto(t, "form button")
	other.Has(t, "This link has expired: it can be used for 15 minutes. Ask for another one.")
	quiet(t, p, other)
}

// A person accepts an invitation, asks for a link, signs in with it, and has no rights yet: the
// navigation has nothing but "Your access", and every other page says that it may not be seen.
func TestBrowser_invitation(t *testing.T) {
	t.Parallel()
	p := consoletest.Open(t)
	s, _ := newLinked(t)
	id, link := s.invite(t)
	s.scan(t, link)
	p.Run(t, chromedp.Navigate(link))
	p.Has(t, "You are invited to join acme", "anna@acme.example")
	if got := s.status(t, id); got != api.UserProvisioned {
		t.Errorf("the user is %s before", got)
	}
	p.Goto(t, "form button")
	p.Has(t, "Welcome to acme")
	if got := s.status(t, id); got != api.UserActive {
		t.Errorf("the user is %s", got)
	}
	p.Goto(t, "form button")
	p.Has(t, "Look into your mailbox")
	p.Run(t, chromedp.Navigate(link))
	p.Has(t, "This invitation is accepted already")
	p.Run(t, chromedp.Navigate(s.url+<-s.links))
	p.Goto(t, "form button")
	p.Has(t, "Your access", "You have no access yet. Ask an administrator to add you to a group.")
	if at := consoletest.Ask[string](t, p, `location.pathname`); at != "/console/acme/me" {
		t.Errorf("the first page is %s", at)
	}
	if sections := consoletest.Ask[string](t, p, `[...document.querySelectorAll(".nav > a:not(.brand)")].map(a => a.textContent).join()`); sections != "Your access" {
		t.Errorf("the navigation has %s", sections)
	}
	for _, path := range []string{
		"users", "users/" + id, "users/" + id + "/access", "users/new?email=a@acme.example&first_name=A&last_name=B", "users/import", "groups", "groups/new", "groups/oe-viewer", "groups/oe-viewer/access",
		"invitations", "matrix", "who-can?entity=orders&level=read", "templates", "access-controls", "restrictions", "sites", "vendors", "team", "make", "review", "findings", "audit",
	} {
		opens(t, p, s, path)
		if heading := consoletest.Ask[string](t, p, `document.querySelector("h1").textContent`); heading != "You may not see this" {
			t.Errorf("%s: the page is %s: %s", path, heading, consoletest.Ask[string](t, p, `document.querySelector("main").innerText.slice(0, 500)`))
		}
	}
	quiet(t, p)
}

// A plan that is dropped on the page is reviewed.
func TestBrowser_plan(t *testing.T) {
	t.Parallel()
	p, s := desk(t, console.Options{})
	file := filepath.Join(t.TempDir(), "plan.json")
	text := strings.NewReplacer(`"g"`, `"desk"`).Replace(plan)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Ben", LastName: "Desk", ContactEmail: "ben@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"desk"}}); err != nil {
		t.Fatal(err)
	}
	opens(t, p, s, "review")
	drag := &input.DragData{Items: []*input.DragDataItem{}, Files: []string{file}, DragOperationsMask: 1}
	p.Loads(t,
		input.DispatchDragEvent(input.DragEnter, 600, 400, drag), input.DispatchDragEvent(input.DragOver, 600, 400, drag), input.DispatchDragEvent(input.Drop, 600, 400, drag),
	)
	p.Has(t, "plan.json, against acme as it is now", "Another plan", "Ben Desk", "orders")
	quiet(t, p)
}
