package console_test

import (
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/console/consoletest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// opens shows a page of the tenant.
func opens(t *testing.T, p *consoletest.Tab, s site, path string) {
	t.Helper()
	p.Run(t, chromedp.Navigate(s.url+"/console/acme/"+path))
}

// lacks makes sure that the page does not have a text.
func lacks(t *testing.T, p *consoletest.Tab, text string) {
	t.Helper()
	if shown := consoletest.Ask[string](t, p, `document.body.innerText`); strings.Contains(shown, text) {
		t.Errorf("%q is in %s", text, shown)
	}
}

// quiet makes sure that the browser had nothing to complain about.
func quiet(t *testing.T, tabs ...*consoletest.Tab) {
	t.Helper()
	for _, p := range tabs {
		for _, problem := range p.Complaints() {
			t.Error(problem)
		}
	}
}

// desk is a site in a browser, with a group that grants the manager's levels of orders.
func desk(t *testing.T, o console.Options) (*consoletest.Tab, site) {
	t.Helper()
	p := consoletest.Open(t)
	o.Blocks = configuration{}
	s := newPages(t, servertest.New(t, servertest.Options{NoFaults: true}), o)
	s.createDesk(t)
	p.Run(t, consoletest.View(1280, 900, false))
	signIn(t, p, s)
	return p, s
}

func (s site) createDesk(t *testing.T) {
	t.Helper()
	_, err := s.Client.CreateGroup(t.Context(), api.GroupCreate{
		ID: "desk", Name: api.Text{"en": "Desk"}, UserType: access.Employee, AccessControls: access.ControlIDs(access.FromMap(map[string]access.Level{"orders": access.Manage})),
	})
	if err == nil {
		err = s.Client.UpdateSetting(t.Context(), api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`["DE","US"]`)})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// level returns what the API says that the group grants of orders.
func (s site) level(t *testing.T) access.Level {
	t.Helper()
	for _, g := range s.state(t).Groups {
		if g.ID == "desk" {
			return s.state(t).Rights.Access(g).Of("orders")
		}
	}
	t.Fatal("there is no desk")
	return access.None
}

// named returns how many groups have the name.
func (s site) named(t *testing.T, name string) (n int) {
	t.Helper()
	all, err := s.Client.Groups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range all {
		if g.Name["en"] == name {
			n++
		}
	}
	return n
}

// orders clicks a level of orders.
func orders(level string) chromedp.Action {
	return chromedp.Click(`label:has(> input[name="level.orders"][value="`+level+`"])`, chromedp.ByQuery)
}

const button = "main button[type=submit]" // the first one: the preview

// A browser without scripts signs in, previews a change of a group, and checks a table.
func TestBrowser_noScripts(t *testing.T) {
	t.Parallel()
	p := consoletest.Open(t)
	p.Run(t, emulation.SetScriptExecutionDisabled(true))
	s := newPages(t, servertest.New(t, servertest.Options{NoFaults: true}), console.Options{Blocks: configuration{}})
	s.createDesk(t)
	signIn(t, p, s)
	opens(t, p, s, "groups/desk/access")
	p.Run(t, orders("read"))
	lacks(t, p, "As configuration")
	p.Goto(t, button)
	block := consoletest.Ask[string](t, p, `document.getElementById("block").innerText`)
	if !strings.Contains(block, "import {") || !strings.Contains(block, `"read"`) || strings.Contains(block, `"manage"`) {
		t.Errorf("the block is %s", block)
	}
	if consoletest.Ask[bool](t, p, `document.querySelector("button[data-copy]").checkVisibility()`) {
		t.Error("a button is shown that does nothing")
	}
	opens(t, p, s, "users/import")
	p.Run(t, chromedp.SendKeys("textarea", "email,first_name,last_name\nzoe@acme.example,Zoe,Smith\nnobody,Max,Smith\n", chromedp.ByQuery))
	p.Goto(t, button)
	p.Has(t, "The table has an error")
	if got := consoletest.Ask[string](t, p, `document.querySelector("main tbody tr").innerText`); !strings.HasPrefix(got, "3\t") || !strings.Contains(got, "nobody") {
		t.Errorf("the error is %q", got)
	}
	quiet(t, p)
}

// pressedTwice presses a button of a form twice, and returns whether the form would be sent.
const pressedTwice = `(() => {
	const sent = [], button = document.querySelector("form[action$='/sign-out'] button");
	addEventListener("submit", (event) => { sent.push(!event.defaultPrevented); event.preventDefault(); });
	for (const time of [1, 2]) button.click(time);
	return sent.join();
})()`

// Two tabs share a session. Each says what it saved itself, the way back shows no old sentence,
// and nothing is saved twice.
func TestBrowser_tabs(t *testing.T) {
	t.Parallel()
	p, s := desk(t, console.Options{Write: true})
	other := p.Another(t)
	opens(t, other, s, "groups/desk/access")
	opens(t, p, s, "groups/desk/access")
	p.Run(t, orders("read"))
	p.Settled(t)
	p.Goto(t, `button[formmethod=post]`)
	p.Has(t, "The group is saved.")
	if got := s.level(t); got != access.Read {
		t.Errorf("orders is %s", got)
	}
	opens(t, other, s, "users")
	lacks(t, other, "saved")
	opens(t, other, s, "groups/desk/access")
	lacks(t, other, "saved")
	p.Run(t, chromedp.Evaluate(`dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}))`, nil)) // as if the browser had kept the page
	lacks(t, p, "saved")
	p.Goto(t, `nav a[href$="/users"]`)
	p.Loads(t, chromedp.NavigateBack()) // to the page that said so
	lacks(t, p, "saved")
	p.Loads(t, chromedp.NavigateBack())
	lacks(t, p, "saved")

	if sent := consoletest.Ask[string](t, p, pressedTwice); sent != "true,false" {
		t.Errorf("a form that is pressed twice is sent: %s", sent)
	}
	opens(t, p, s, "groups/new")
	p.Run(t, chromedp.SendKeys("input[name=name]", "Twice", chromedp.ByQuery), orders("read"))
	p.Settled(t)
	at := consoletest.Ask[[]float64](t, p, `(() => { const b = document.querySelector("button[formmethod=post]").getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()`)
	p.Loads(t, chromedp.MouseClickXY(at[0], at[1]), chromedp.MouseClickXY(at[0], at[1]))
	p.Has(t, "The group is created.")
	if n := s.named(t, "Twice"); n != 1 {
		t.Errorf("two clicks created %d groups", n)
	}
	p.Loads(t, chromedp.NavigateBack())
	lacks(t, p, "created")
	p.Goto(t, `button[formmethod=post]`)
	p.Has(t, "This form has created the group before")
	p.Loads(t, chromedp.NavigateBack())
	p.Run(t, chromedp.SendKeys("input[name=name]", kb.End+" Again", chromedp.ByQuery))
	p.Goto(t, `button[formmethod=post]`)
	p.Has(t, "The group is created.")
	if n, again := s.named(t, "Twice"), s.named(t, "Twice Again"); n != 1 || again != 1 {
		t.Errorf("there are %d and %d groups", n, again)
	}
	quiet(t, p, other)
}

// What is saved is what the form has, not what an earlier preview left in its address.
func TestNewGroup_address(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{Write: true})
	s.createDesk(t)
	s.post(t, "/console/acme/groups/new?name=Old&restriction=US&need=orders:manage&level.returns=read", url.Values{"name": {"New"}, "id": {"new"}, "restriction": {"DE"}, "level.labels": {"read"}})
	g, err := s.Client.Group(t.Context(), "new")
	if err != nil {
		t.Fatal(err)
	}
	want := access.FromMap(map[string]access.Level{"labels": access.Read})
	if g.Name["en"] != "New" || strings.Join(g.Restrictions, " ") != "DE" || len(g.AccessControls) != len(access.ControlIDs(want)) {
		t.Errorf("got %+v", g)
	}
	s.post(t, "/console/acme/users/new?group=desk", url.Values{"email": {"a@acme.example"}, "first_name": {"A"}, "last_name": {"B"}})
	if u, err := s.Client.UserByEmail(t.Context(), "a@acme.example"); err != nil || len(u.GroupIDs) != 0 {
		t.Errorf("got %+v, %v", u, err)
	}
	again := s.post(t, "/console/acme/users/new", url.Values{"email": {"a@acme.example"}, "first_name": {"A"}, "last_name": {"B"}})
	if again.status != 200 || !strings.Contains(again.page, "The user exists already, and nothing was changed now.") {
		t.Errorf("got %+v", again)
	}
}

// A session ends while a form is open: the page says so, and shows what was entered again
// after signing in.
func TestBrowser_sessionEnds(t *testing.T) {
	t.Parallel()
	var passed atomic.Int64
	start := time.Now()
	p, s := desk(t, console.Options{Write: true, Now: func() time.Time { return start.Add(time.Duration(passed.Load())) }})
	again := func() {
		p.Run(t, chromedp.SendKeys(`input[name=client_id]`, servertest.ClientID), chromedp.SendKeys(`input[name=client_secret]`, servertest.ClientSecret))
		p.Goto(t, `form[action$="/sign-in"] button`)
		p.Has(t, "Lose access") // by the change
		if !consoletest.Ask[bool](t, p, `document.querySelector("input[name='level.orders'][value=none]").checked`) {
			t.Error("what was entered is lost")
		}
	}
	opens(t, p, s, "groups/desk/access")
	if _, err := s.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Ben", LastName: "Desk", ContactEmail: "ben@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"desk"}}); err != nil {
		t.Fatal(err)
	}
	passed.Add(int64(2 * time.Hour))
	p.Run(t, orders("none"))
	p.Has(t, "Your session has ended.")
	again()
	passed.Add(int64(2 * time.Hour))
	p.Goto(t, `button[formmethod=post]`)
	p.Has(t, "Your session has ended, and nothing was saved. Sign in to see what you entered again.")
	if got := s.level(t); got != access.Manage {
		t.Errorf("orders is %s", got)
	}
	again()
	p.Goto(t, `button[formmethod=post]`)
	p.Has(t, "The group is saved.")
	if got := s.level(t); got != access.None {
		t.Errorf("orders is %s", got)
	}
	quiet(t, p)
}

// Signing in returns to pages of the tenant only.
func TestSignIn_return(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/console/acme/groups?name=x": "/console/acme/groups?name=x", "//evil.example/console/acme/": "", "https://evil.example/console/acme/": "", "/console/other/users": "",
		"/console/acme/../../iam": "", `/\evil.example`: "", "javascript:alert(1)": "", "/console/acme": "", "%": "",
	} {
		s := newPages(t, servertest.New(t, servertest.Options{NoFaults: true}), console.Options{})
		form := key(servertest.ClientID, servertest.ClientSecret)
		form.Set("to", to)
		if want == "" {
			want = "/console/acme/users"
		}
		if got := s.post(t, "/console/acme/sign-in", form); got.status != 200 || got.address != s.url+want {
			t.Errorf("%s: got %d at %s", to, got.status, got.address)
		}
		form.Set("client_secret", "wrong")
		if got := s.post(t, "/console/acme/sign-in", form); got.status != 422 || to != "%" && !strings.Contains(got.page, `name="to"`) {
			t.Errorf("%s: got %+v", to, got)
		}
	}
	s := newPages(t, servertest.New(t, servertest.Options{NoFaults: true}), console.Options{})
	s.shows(t, "GET", s.url+"/console/acme/users?lastName=x%22%3E", 401, `name="to" value="/console/acme/users?lastName=x%22%3E"`)
	if got := s.ask(t, "GET", s.url+"/console/acme/users.csv", nil); got.status != 401 || strings.Contains(got.page, `name="to"`) {
		t.Errorf("a file: got %+v", got)
	}
}

// The page of a group that someone deletes meanwhile says so, in a preview as well.
func TestBrowser_deleted(t *testing.T) {
	t.Parallel()
	p, s := desk(t, console.Options{Write: true})
	opens(t, p, s, "groups/desk/access")
	if err := s.Client.DeleteGroup(t.Context(), "desk", false); err != nil {
		t.Fatal(err)
	}
	p.Run(t, orders("read"))
	p.Has(t, "This does not exist", "It was deleted, or the address is wrong.")
	s.createDesk(t)
	opens(t, p, s, "groups/desk/access")
	if err := s.Client.DeleteGroup(t.Context(), "desk", false); err != nil {
		t.Fatal(err)
	}
	p.Goto(t, `button[formmethod=post]`)
	p.Has(t, "This does not exist")
	quiet(t, p)
}
