// Package consoletest opens the pages of the console in a real browser, for tests. Without a
// browser, they are skipped.
package consoletest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to become what a test waits for.
const patience = 30 * time.Second

// Tab is a tab of a browser.
type Tab struct {
	ctx context.Context

	mu         sync.Mutex
	complaints []string
}

// running is the browser of the tests that run.
var running struct {
	sync.Mutex
	tests int
	ctx   context.Context
	end   func()
}

// Open opens a tab that nobody has signed in with. Each has cookies of its own: cookies do not
// know ports, so tests would share sessions.
func Open(t testing.TB) *Tab {
	t.Helper()
	path := findBrowser()
	if path == "" {
		t.Skip("SKIPPED: there is no browser: install Debian's package chromium")
	}
	running.Lock()
	defer running.Unlock()
	if running.tests == 0 {
		if err := start(path); err != nil {
			t.Fatal(err)
		}
	}
	running.tests++
	t.Cleanup(func() {
		running.Lock()
		defer running.Unlock()
		if running.tests--; running.tests == 0 {
			running.end()
		}
	})
	return newTab(running.ctx, t, chromedp.WithExistingBrowserContext(window(t)))
}

// window opens a window with cookies of its own: chromedp opens tabs only.
func window(t testing.TB) cdp.BrowserContextID {
	t.Helper()
	c := chromedp.FromContext(running.ctx)
	ctx := cdp.WithExecutor(running.ctx, c.Browser)
	own, err := target.CreateBrowserContext().Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := target.CreateTarget("about:blank").WithBrowserContextID(own).WithNewWindow(true).Do(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = target.DisposeBrowserContext(own).Do(ctx) }) // it ends with the browser in any case
	return own
}

// start starts the browser, which ends with the last test that has a tab.
func start(path string) error {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-features", "site-per-process,Translate,BlinkGenPropertyTrees,BackForwardCache")) // chromedp loses pages that the browser keeps
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	running.ctx, running.end = ctx, func() { cancel(); end() }
	if err := chromedp.Run(ctx); err != nil {
		running.end()
		return fmt.Errorf("starting %s: %w", path, err)
	}
	return nil
}

// Another opens another tab with the same cookies.
func (p *Tab) Another(t testing.TB) *Tab {
	t.Helper()
	return newTab(p.ctx, t)
}

func newTab(parent context.Context, t testing.TB, options ...chromedp.ContextOption) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	t.Cleanup(cancel)
	tab := &Tab{ctx: ctx}
	chromedp.ListenTarget(ctx, tab.listen)
	// The tab ends with the context of its first actions.
	if err := chromedp.Run(ctx, network.Enable(), cdplog.Enable(), emulation.SetFocusEmulationEnabled(true)); err != nil {
		t.Fatal(err)
	}
	return tab
}

func findBrowser() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// listen notes what the browser complains about.
func (p *Tab) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.note("exception: " + e.ExceptionDetails.Error())
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.LevelError && !strings.Contains(e.Entry.Text, "the server responded with a status of") {
			p.note(e.Entry.Text)
		}
	case *page.EventJavascriptDialogOpening:
		p.note("dialog: " + e.Message)
		go func() { _ = chromedp.Run(p.ctx, page.HandleJavaScriptDialog(true)) }()
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Scheme != "data" && u.Hostname() != "127.0.0.1" && e.Request.URL != "about:blank" {
			p.note("request to " + e.Request.URL)
		}
	}
}

func (p *Tab) note(problem string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.complaints = append(p.complaints, problem)
}

// Complaints returns what the browser complained about since the last call: errors of
// scripts, dialogs, and requests to other computers.
func (p *Tab) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.complaints
	p.complaints = nil
	return all
}

// Run runs actions in the tab. If one fails, the test ends, and shows where it was.
func (p *Tab) Run(t testing.TB, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatalf("%v, at %s", err, p.where())
	}
}

// where returns the address of the page and its text.
func (p *Tab) where() string {
	ctx, cancel := context.WithTimeout(p.ctx, 10*time.Second)
	defer cancel()
	var text string
	if err := chromedp.Run(ctx, chromedp.Evaluate(`location.href + "\n" + document.body.innerText`, &text)); err != nil {
		return "a page that cannot be read: " + err.Error()
	}
	return text
}

// Has waits until the page has the texts, in any element.
func (p *Tab) Has(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		p.Until(t, fmt.Sprintf(`document.readyState === "complete" && document.body.innerText.includes(%q)`, text))
	}
}

// Until waits until an expression of JavaScript is true, also on the next page.
func (p *Tab) Until(t testing.TB, expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		err := chromedp.Run(ctx, chromedp.Poll(expression, nil))
		if err == nil {
			return
		}
		// Another page took the place of the one that was looked at.
		if _, moved := errors.AsType[*cdproto.Error](err); !moved || ctx.Err() != nil {
			t.Fatalf("waiting for %s: %v, at %s", expression, err, p.where())
		}
	}
}

// Ask returns what an expression of JavaScript is in the page.
func Ask[T any](t testing.TB, p *Tab, expression string) (value T) {
	t.Helper()
	p.Run(t, chromedp.Evaluate(expression, &value, func(params *runtime.EvaluateParams) *runtime.EvaluateParams { return params.WithAwaitPromise(true) }))
	return value
}

// Goto presses the link or button that the selector finds, and waits for the next page.
func (p *Tab) Goto(t testing.TB, selector string) {
	t.Helper()
	p.Loads(t, chromedp.Click(selector, chromedp.ByQuery))
}

// Loads runs actions that load another page, and waits for it.
func (p *Tab) Loads(t testing.TB, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, actions...); err != nil {
		t.Fatalf("%v, at %s", err, p.where())
	}
}

// Settled waits until the preview is that of the form.
func (p *Tab) Settled(t testing.TB) {
	t.Helper()
	p.Until(t, `document.readyState === "complete" && !document.querySelector("[aria-busy]")`)
}

// Copied presses the only button that copies, and returns what a person can then paste.
func (p *Tab) Copied(t testing.TB) string {
	t.Helper()
	// Writing needs no permission: a person pressed the button.
	own := chromedp.FromContext(p.ctx).BrowserContextID
	p.Run(t, browser.SetPermission(&browser.PermissionDescriptor{Name: "clipboard-read"}, browser.PermissionSettingGranted).WithBrowserContextID(own),
		chromedp.Click(`button[data-copy]`, chromedp.ByQuery),
		chromedp.Poll(`document.querySelector("button[data-copy]").textContent === "Copied"`, nil))
	return Ask[string](t, p, `navigator.clipboard.readText()`)
}

// View sets the size of the tab and the colors that its person prefers.
func View(width, height int64, dark bool) chromedp.Action {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	return chromedp.Tasks{
		emulation.SetDeviceMetricsOverride(width, height, 1, false),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
	}
}
