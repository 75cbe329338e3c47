package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/cli"
	"github.com/access-config/terraform-provider-iam/internal/console/consoletest"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// clicks are a person with the console in a browser, and a folder to copy blocks into.
type clicks struct {
	*consoletest.Tab
	backend *servertest.Backend
	folder  *providertest.Workspace
	at      string // the address of the tenant's pages
	copied  int
}

// opened opens the link that the command console prints, and signs in.
func opened(t *testing.T) *clicks {
	t.Helper()
	b := servertest.New(t, servertest.Options{NoFaults: true})
	c := &clicks{Tab: consoletest.Open(t), backend: b, folder: copyWorkspace(t, b, "")}
	ctx, stop := context.WithCancel(context.Background())
	link, ended := make(printedLink, 1), make(chan int, 1)
	var log bytes.Buffer
	env := credentials(b.URL)
	go func() {
		ended <- cli.Run(ctx, cli.Env{Stdout: link, Stderr: &log, Getenv: func(name string) string { return env[name] }}, []string{"console"})
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != 0 {
			t.Errorf("console ended with %d: %s", code, &log)
		}
	})
	c.Run(t, chromedp.Navigate(<-link))
	c.Goto(t, "form button")
	c.Has(t, "Operator")
	c.at, _, _ = strings.Cut(consoletest.Ask[string](t, c.Tab, "location.href"), "/users")
	return c
}

// printedLink receives the link that the command prints.
type printedLink chan string

// Write implements io.Writer.
func (l printedLink) Write(p []byte) (int, error) {
	if _, link, ok := strings.Cut(string(p), "minutes:\n"); ok {
		l <- strings.TrimSpace(link)
	}
	return len(p), nil
}

// copies presses Preview and Copy, and puts what is copied into the folder.
func (c *clicks) copies(t *testing.T) {
	t.Helper()
	preview := consoletest.Ask[string](t, c.Tab, `[...document.querySelectorAll("main button[type=submit]")].map(b => b.textContent).join()`)
	if preview != "Preview" {
		t.Errorf("a console that saves nothing has the buttons %s", preview)
	}
	c.Run(t, chromedp.Click("main button[type=submit]", chromedp.ByQuery))
	c.Settled(t)
	text := c.Copied(t)
	if shown := consoletest.Ask[string](t, c.Tab, `document.getElementById("block").textContent`); text != shown || text == "" {
		t.Fatalf("copied is %q, and shown is %q", text, shown)
	}
	for _, problem := range c.Complaints() {
		t.Error(problem)
	}
	c.copied++
	c.folder.Write(fmt.Sprintf("copied-%d.tf", c.copied), text)
}

// applied applies the folder: the next plan is empty.
func (c *clicks) applied(t *testing.T) {
	t.Helper()
	c.folder.Apply()
	c.folder.NoChanges()
}

// holds makes sure that a user's token has scopes, and lacks others.
func (c *clicks) holds(t *testing.T, id, has, lacks string) {
	t.Helper()
	scopes := strings.Fields(c.backend.UserToken(t, id).Scope)
	for _, scope := range strings.Fields(has) {
		if !slices.Contains(scopes, scope) {
			t.Errorf("the token lacks %s: %v", scope, scopes)
		}
	}
	for _, scope := range strings.Fields(lacks) {
		if slices.Contains(scopes, scope) {
			t.Errorf("the token has %s: %v", scope, scopes)
		}
	}
}

// choose selects an option, and waits until the page shows its preview.
func (c *clicks) choose(t *testing.T, name, value string) {
	t.Helper()
	field := fmt.Sprintf(`document.querySelector("select[name=%s]")`, name)
	c.Run(t, chromedp.Evaluate(fmt.Sprintf(`%s.value = %q; %s.dispatchEvent(new Event("change", {bubbles: true}))`, field, value, field), nil))
	c.Settled(t)
}

// press clicks the label of a radio button or checkbox, and waits for its preview.
func (c *clicks) press(t *testing.T, name, value string) {
	t.Helper()
	c.Run(t, chromedp.Click(fmt.Sprintf(`label:has(> input[name=%q][value=%q])`, name, value), chromedp.ByQuery))
	c.Settled(t)
}

// ready gives the tenant two restrictions.
func (c *clicks) ready(t *testing.T) {
	t.Helper()
	if err := c.backend.Client.UpdateSetting(t.Context(), api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`["DE","US"]`)}); err != nil {
		t.Fatal(err)
	}
}

// A person clicks a user and a group together, copies their blocks, applies them, adds the
// user to the group, and applies that: the API shows what was clicked, and nothing is left to
// change.
func TestAccConsole_new(t *testing.T) {
	t.Parallel()
	c := opened(t)
	c.ready(t)
	c.Goto(t, `a[href$="/users/new"]`)
	c.Run(t,
		chromedp.SendKeys(`input[name=email]`, "zoe@acme.example", chromedp.ByQuery),
		chromedp.SendKeys(`input[name=first_name]`, "Zoë", chromedp.ByQuery),
		chromedp.SendKeys(`input[name=last_name]`, `O'Neil "${x}"`, chromedp.ByQuery),
	)
	c.copies(t)

	c.Goto(t, `nav a[href$="/groups"]`)
	c.Goto(t, `a[href$="/groups/new"]`)
	c.Run(t, chromedp.SendKeys(`input[name=name]`, "Returns Desk", chromedp.ByQuery), chromedp.SendKeys(`input[name=id]`, "returns-desk", chromedp.ByQuery))
	c.choose(t, "template", "viewer")
	c.press(t, "level.returns", "manage")
	c.press(t, "level.sepa", "none")
	c.press(t, "restriction", "DE")
	c.copies(t)
	c.applied(t)

	u, err := c.backend.Client.UserByEmail(t.Context(), "zoe@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	if u.FirstName != "Zoë" || u.LastName != `O'Neil "${x}"` || len(u.GroupIDs) != 0 {
		t.Errorf("the user is %+v", u)
	}
	c.Run(t, chromedp.Navigate(c.at+"/users/"+u.ID+"/groups"))
	c.press(t, "group", "returns-desk")
	c.Has(t, "Gain access (1 user)", "through Returns Desk (returns-desk)")
	c.copies(t)
	c.Run(t, chromedp.Navigate(c.at+"/users/new"),
		chromedp.SendKeys(`input[name=email]`, "max@acme.example", chromedp.ByQuery),
		chromedp.SendKeys(`input[name=first_name]`, "Max", chromedp.ByQuery),
		chromedp.SendKeys(`input[name=last_name]`, "Desk", chromedp.ByQuery),
	)
	c.press(t, "group", "returns-desk")
	c.copies(t)
	c.applied(t)

	g, err := c.backend.Client.Group(t.Context(), "returns-desk")
	if err != nil {
		t.Fatal(err)
	}
	if g.Name["en"] != "Returns Desk" || !slices.Equal(g.Restrictions, []string{"DE"}) {
		t.Errorf("the group is %+v", g)
	}
	for _, email := range []string{"zoe@acme.example", "max@acme.example"} {
		u, err := c.backend.Client.UserByEmail(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		c.holds(t, u.ID, "returns.returns_read returns.returns_manage order.order_read--DE", "order.order_read order.order_manage--DE sepaexport.job_view")
	}
}

// An existing group: the copied block has its import, and the plan changes only what was
// clicked.
func TestAccConsole_change(t *testing.T) {
	t.Parallel()
	c := opened(t)
	c.ready(t)
	ok := must(t)
	base, _ := access.TemplateByID("viewer")
	levels := access.Expand(base.Access, map[string]access.Level{"customers": access.Manage})
	ok(c.backend.Client.CreateGroup(t.Context(), api.GroupCreate{
		ID: "desk", Name: api.Text{"en": "Desk", "de": "Schalter"}, Description: api.Text{"en": "Open from 9"}, UserType: access.Employee,
		AccessControls: access.RoleControlIDs("viewer", levels), Restrictions: []string{"US"},
	}))
	id, err := c.backend.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Ben", LastName: "Desk", ContactEmail: "ben@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"desk"}})
	ok(id, err)
	c.holds(t, id, "order.order_read--US customer.customer_manage--US sepaexport.job_view", "order.order_manage--US")

	c.Goto(t, `nav a[href$="/groups"]`)
	c.Goto(t, `main a[href$="/groups/desk"]`)
	c.Goto(t, `nav.tabs a[href$="/access"]`)
	c.press(t, "level.orders", "manage")
	c.press(t, "level.customers", "")
	c.press(t, "restriction", "DE")
	c.Has(t, "Ben Desk")
	c.copies(t)

	plan := c.folder.Plan()
	if len(plan.ResourceChanges) != 1 {
		t.Fatalf("the plan is %+v", plan)
	}
	change := plan.ResourceChanges[0].Change
	if change.Importing["id"] != "desk" || !slices.Equal(change.Actions, []string{"update"}) {
		t.Errorf("the plan imports %v and does %v", change.Importing, change.Actions)
	}
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(change.After)) {
		if !reflect.DeepEqual(change.Before[name], change.After[name]) {
			changed = append(changed, name)
		}
	}
	if want := []string{"access", "effective_access", "restrictions"}; !slices.Equal(changed, want) {
		t.Errorf("the plan changes %v, want %v: %v", changed, want, change)
	}
	c.applied(t)
	c.holds(t, id, "order.order_read--DE#US order.order_manage--DE#US sepaexport.job_view", "customer.customer_manage--DE#US customer.customer_read--DE#US")
	g, err := c.backend.Client.Group(t.Context(), "desk")
	ok(nil, err)
	if g.Name["de"] != "Schalter" || g.Description["en"] != "Open from 9" || !slices.Equal(g.Restrictions, []string{"DE", "US"}) {
		t.Errorf("the group is %+v", g)
	}
}
