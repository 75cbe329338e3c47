package access_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Invisible characters are shown.
func TestVisible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Zoë Müller": "Zoë Müller", "日本": "日本", "a\nb": `a\u{a}b`, `a\u{a}b`: `a\u{5c}u{a}b`, `a\ub`: `a\ub`, "a\u202eb": `a\u{202e}b`, "\u0301a\u0301": `\u{301}a` + "\u0301",
		"\u2800": `\u{2800}`, "x\ufe0f": `x\u{fe0f}`, "\u3164": `\u{3164}`, "\U000e0041": `\u{e0041}`, "\xff": `\u{fffd}`, "": "", " ": " ", "\u00a0": `\u{a0}`,
		"\x1b[2J": `\u{1b}[2J`, "a\rb\x00\u009b": `a\u{d}b\u{0}\u{9b}`,
	} {
		if got := access.Visible(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "abc": "abc", "äöü": "äöü", "abcd": "abc… (cut, 4 bytes)", "äöüß": "äöü… (cut, 8 bytes)", "a\nb\x1b": `a\u{a}b… (cut, 4 bytes)`, "\xff\xff\xff": strings.Repeat(`\u{fffd}`, 3),
	} {
		if got := access.Excerpt(text, 3); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
