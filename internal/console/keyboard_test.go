package console_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/console/consoletest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// stop is where the focus is.
type stop struct {
	Name    string // of the field, or else the text
	Value   string
	Visible bool // a person sees that it has the focus
	Forward bool // it comes after the stop before, in the order of the page
}

// focused describes the element with the focus. The outline of a radio button is that of its
// label.
const focused = `(() => {
	const at = document.activeElement, seen = getComputedStyle(at).opacity === "0" ? at.closest("label") : at;
	const style = getComputedStyle(seen), box = seen.getBoundingClientRect();
	const forward = !window.before?.isConnected || Boolean(window.before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING);
	window.before = at;
	return {
		name: at.name || at.id || at.textContent.trim(), value: at.value ?? "", forward,
		visible: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
	};
})()`

// keyboard is a person who has no mouse.
type keyboard struct{ *consoletest.Tab }

// presses hits a key, and makes sure that the focus can be seen.
func (k keyboard) presses(t *testing.T, key string) stop {
	t.Helper()
	k.Run(t, chromedp.KeyEvent(key))
	k.Settled(t)
	at := consoletest.Ask[stop](t, k.Tab, focused)
	if !at.Visible {
		t.Errorf("the focus on %s cannot be seen", at.Name)
	}
	return at
}

// tabsTo presses Tab until a stop has the name, and makes sure that the stops are in the order
// of the page.
func (k keyboard) tabsTo(t *testing.T, name string) {
	t.Helper()
	var passed []string
	for range 60 {
		at := k.presses(t, kb.Tab)
		passed = append(passed, at.Name)
		if !at.Forward {
			t.Errorf("after %s, the focus goes back", strings.Join(passed, ", "))
		}
		if at.Name == name {
			return
		}
	}
	t.Fatalf("Tab never comes to %s, but to %s", name, strings.Join(passed, ", "))
}

// skips follows the link to the content of a new page.
func (k keyboard) skips(t *testing.T) {
	t.Helper()
	if at := k.presses(t, kb.Tab); at.Name != "Skip to content" {
		t.Errorf("the first stop is %s", at.Name)
	}
	k.Run(t, chromedp.KeyEvent(kb.Enter), chromedp.Poll(`document.activeElement.id === "main"`, nil))
}

// A group is created with the keyboard alone: each stop can be seen, they come in the order of the
// page, and the preview leaves the focus where it is.
func TestBrowser_keyboard(t *testing.T) {
	t.Parallel()
	k := keyboard{consoletest.Open(t)}
	s := newPages(t, servertest.New(t, servertest.Options{NoFaults: true}), console.Options{Blocks: configuration{}})
	if err := s.Client.UpdateSetting(t.Context(), api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`["DE","US"]`)}); err != nil {
		t.Fatal(err)
	}
	signIn(t, k.Tab, s)
	k.Run(t, chromedp.Navigate(s.url+"/console/acme/groups"))
	k.skips(t)
	if at := k.presses(t, kb.Tab); at.Name != "New group" {
		t.Errorf("the first stop of the content is %s", at.Name)
	}
	k.Loads(t, chromedp.KeyEvent(kb.Enter))
	k.skips(t)
	k.tabsTo(t, "name")
	k.Run(t, chromedp.KeyEvent("Returns"))
	k.tabsTo(t, "id")
	k.Run(t, chromedp.KeyEvent("returns-desk")) // while the preview of the name arrives
	k.tabsTo(t, "template")
	if at := k.presses(t, kb.ArrowDown); at.Name != "template" || at.Value != "viewer" {
		t.Errorf("the arrow down comes to %+v", at)
	}
	k.tabsTo(t, "restriction")
	if at := k.presses(t, " "); at.Name != "restriction" || at.Value != "DE" {
		t.Errorf("the space bar comes to %+v", at)
	}
	k.tabsTo(t, "level.returns")
	for _, want := range []string{"none", "read", "manage"} {
		if at := k.presses(t, kb.ArrowRight); at.Name != "level.returns" || at.Value != want {
			t.Errorf("the arrow to %s comes to %+v", want, at)
		}
	}
	k.tabsTo(t, "Preview")
	if at := k.presses(t, kb.Enter); at.Name != "Preview" {
		t.Errorf("after the preview, the focus is on %s", at.Name)
	}
	k.tabsTo(t, "Copy")
	k.presses(t, kb.Enter)
	k.Has(t, "Copied")
	block := consoletest.Ask[string](t, k.Tab, `document.getElementById("block").textContent`)
	for _, part := range []string{`"Returns"`, `"returns-desk"`, `"DE"`, `role_template`, `returns`, `"manage"`} {
		if !strings.Contains(block, part) {
			t.Errorf("no %s in %s", part, block)
		}
	}
	k.Run(t, chromedp.Evaluate(`navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"))`, nil))
	k.presses(t, kb.Enter)
	k.Has(t, "Selected")
	if selected := consoletest.Ask[string](t, k.Tab, `getSelection().toString()`); strings.TrimSpace(selected) != strings.TrimSpace(block) {
		t.Errorf("selected is %s", selected)
	}
	quiet(t, k.Tab)
}

// What a group lacks is added with the keyboard: the button vanishes, and the focus stays in the
// form. A filter applies with each arrow, and keeps the focus.
func TestBrowser_keyboardAdds(t *testing.T) {
	t.Parallel()
	p, s := desk(t, console.Options{})
	k := keyboard{p}
	opens(t, p, s, "groups/desk/access?level.returns=manage")
	k.Run(t, chromedp.Focus("button[name=need]", chromedp.ByQuery))
	k.presses(t, kb.Enter)
	if got := consoletest.Ask[string](t, p, `new FormData(document.querySelector("main form")).get("level.products")`); got != "read" {
		t.Errorf("products is %q", got)
	}
	if consoletest.Ask[bool](t, p, `document.activeElement === document.body || document.querySelector("button[name=need]") !== null`) {
		t.Error("the need is not met, or the focus is lost")
	}
	opens(t, p, s, "users")
	k.Run(t, chromedp.Focus("form.filters select", chromedp.ByQuery))
	filter := consoletest.Ask[stop](t, p, focused).Name
	for range 2 {
		k.Loads(t, chromedp.KeyEvent(kb.ArrowDown))
		if at := consoletest.Ask[stop](t, p, focused); at.Name != filter || at.Value == "" {
			t.Errorf("after the arrow, the focus is on %+v", at)
		}
	}
	quiet(t, p)
}
