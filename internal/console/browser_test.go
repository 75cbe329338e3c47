package console_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/console/consoletest"
	"github.com/access-config/terraform-provider-iam/internal/export"
	"github.com/access-config/terraform-provider-iam/internal/provider"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// signIn signs in with the API key of the test backend.
func signIn(t *testing.T, p *consoletest.Tab, s site) {
	t.Helper()
	p.Run(t,
		chromedp.Navigate(s.url+"/console/acme/"),
		chromedp.SendKeys(`input[name=client_id]`, servertest.ClientID),
		chromedp.SendKeys(`input[name=client_secret]`, servertest.ClientSecret),
		chromedp.Click(`form[action="/console/acme/sign-in"] button`),
		chromedp.WaitVisible(`main#main h1`),
	)
}

// addresses returns the address of every page, with a sample for each object.
func (s sample) addresses(t *testing.T) []string {
	t.Helper()
	ids := map[string]string{"users": s.user, "groups": s.group, "vendors": s.vendor, "templates": s.template}
	var all []string
	for _, pattern := range console.Patterns() {
		path, get := strings.CutPrefix(pattern, "GET ")
		if !get || strings.HasSuffix(path, ".csv") {
			continue
		}
		section, _, _ := strings.Cut(path, "/")
		if section == "terraform" {
			path = "terraform/iam_site/DE"
		}
		path = strings.ReplaceAll(path, "{id}", ids[section])
		if strings.Contains(path, "{") || strings.HasSuffix(path, "/") {
			t.Errorf("the page %s has no sample", pattern)
			continue
		}
		all = append(all, path)
	}
	return append(all,
		"users?sort=lastName&order=desc&department=IT", "users?lastName=nobody", "users/"+s.user+"/access?entity=orders&level=manage&record=FR",
		"groups/orders-de/access?template=viewer&level.orders=none&restriction=DE", "groups/new?name=Returns&template=viewer&level.returns=manage",
		"users/new?email=a@acme.example&first_name=A&last_name=B", "users/"+s.user+"/groups?preview=1&group=administrators", "groups/none", "team/invite?emails=a@acme.example+b@acme.example",
	)
}

// overflow is the number of pixels that a page is too wide.
const overflow = `document.documentElement.scrollWidth - document.documentElement.clientWidth`

// axe returns the violations that axe finds, one per line; it needs the script.
const axe = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 160) + " " + n.any.concat(n.all).map(x => x.message).join("; ")).slice(0, 4).join(" | ")).join("\n"))`

// axeScript returns axe, or nothing.
func axeScript(t *testing.T) string {
	t.Helper()
	path := os.Getenv("IAM_TEST_AXE")
	if path == "" {
		t.Log("SKIPPED: axe, because IAM_TEST_AXE does not name its axe.min.js: see .ci/axe")
		return ""
	}
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// views are how a page is looked at.
var views = []struct {
	name  string
	width int64
	dark  bool
}{{"wide-light", 1280, false}, {"narrow-dark", 360, true}}

// look opens a page wide and light, then narrow and dark: nothing is wider than the screen, axe
// finds nothing, and the browser has nothing to complain about.
func look(t *testing.T, p *consoletest.Tab, address, name, script string) {
	t.Helper()
	p.Run(t, chromedp.Navigate(address), chromedp.WaitReady("body"))
	if script != "" {
		p.Run(t, chromedp.Evaluate(script+";0", nil))
	}
	for _, v := range views {
		p.Run(t, consoletest.View(v.width, 900, v.dark))
		if wide := consoletest.Ask[int](t, p, overflow); wide > 0 {
			t.Errorf("%s, %s: %d pixels too wide", name, v.name, wide)
		}
		if script != "" {
			if violations := consoletest.Ask[string](t, p, axe); violations != "" {
				t.Errorf("%s, %s: axe finds\n%s", name, v.name, violations)
			}
		}
		shoot(t, p, name+"-"+v.name)
	}
	if os.Getenv("IAM_TEST_SHOTS") != "" {
		p.Run(t, consoletest.View(1280, 900, true))
		shoot(t, p, name+"-wide-dark")
	}
	for _, problem := range p.Complaints() {
		t.Errorf("%s: %s", name, problem)
	}
}

// shoot saves a picture of the page, if IAM_TEST_SHOTS names a folder.
func shoot(t *testing.T, p *consoletest.Tab, name string) {
	t.Helper()
	folder := os.Getenv("IAM_TEST_SHOTS")
	if folder == "" {
		return
	}
	var picture []byte
	p.Run(t, page.BringToFront(), chromedp.FullScreenshot(&picture, 100))
	safe := strings.Map(func(r rune) rune {
		if strings.ContainsRune("/?&=.+", r) {
			return '_'
		}
		return r
	}, name)
	if err := os.WriteFile(filepath.Join(folder, safe[:min(len(safe), 80)]+".png"), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Every page of a small company is usable: on a wide and on a narrow screen, light and dark.
func TestBrowser_pages(t *testing.T) {
	t.Parallel()
	for name, filled := range map[string]bool{"small": true, "empty": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab, script := consoletest.Open(t), ""
			if filled { // the pages of an empty tenant have less of the same
				script = axeScript(t)
			}
			s := newPages(t, servertest.New(t, servertest.Options{NoFaults: true}), console.Options{Blocks: configuration{}})
			var of sample
			if filled {
				of = fill(t, s.Client, func(text string) string { return text })
			} else {
				users, err := s.Client.Users(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				of = sample{user: users[0].ID, group: "oe-editor", vendor: "none", template: "viewer"}
			}
			look(t, tab, s.url+"/console/", name+"-start", script)
			look(t, tab, s.url+"/console/acme/sign-in", name+"-sign-in", script)
			signIn(t, tab, s)
			for _, path := range of.addresses(t) {
				look(t, tab, s.url+"/console/acme/"+path, name+"-"+strings.ReplaceAll(path, of.user, "USER"), script)
			}
		})
	}
}

// Names that try to be markup stay names on every page: no script of theirs runs, nothing is
// loaded, and no page becomes too wide.
func TestBrowser_hostileNames(t *testing.T) {
	t.Parallel()
	tab := consoletest.Open(t)
	s := newPages(t, servertest.New(t, servertest.Options{NoFaults: true}), console.Options{Blocks: configuration{}})
	i := 0
	of := fill(t, s.Client, func(string) string {
		i++
		return sayable(hostileNames[i%len(hostileNames)], i)
	})
	signIn(t, tab, s)
	for _, path := range of.addresses(t) {
		look(t, tab, s.url+"/console/acme/"+path, "hostile-"+strings.ReplaceAll(path, of.user, "USER"), "")
	}
}

// sayable returns a name that the API accepts: some names have characters that it refuses.
func sayable(name string, i int) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, name)
	return fmt.Sprintf("%.60s %d", name, i)
}

// configuration writes objects as the commands do.
type configuration struct{}

func (b configuration) Existing(ctx context.Context, c *client.Client, kind, id string) (console.Block, error) {
	return b.Changed(ctx, c, kind, id, nil)
}

func (configuration) Changed(ctx context.Context, c *client.Client, kind, id string, arguments map[string]any) (console.Block, error) {
	o, err := provider.Object(ctx, c, kind, id)
	if err != nil {
		return console.Block{}, err
	}
	maps.Copy(o.Arguments, arguments)
	maps.DeleteFunc(o.Arguments, func(_ string, value any) bool { return value == nil })
	resource, imports := export.One(o)
	return console.Block{Resource: resource, Import: imports}, nil
}

func (configuration) New(kind string, objects ...console.NewObject) (written []console.Block) {
	var all []export.Object
	for _, o := range objects {
		all = append(all, export.Object{Type: kind, Name: o.Name, Arguments: o.Arguments})
	}
	for _, text := range export.NewAll(all...) {
		written = append(written, console.Block{Resource: text})
	}
	return written
}
