package access

import (
	"testing"
	"unicode/utf8"
)

func TestInvisible(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"Zoë Müller-Łukasz, R&D “Labs”\tO'Brien\nD’Arcy ~", ""},
		{"山田　太郎", ""}, // an ideographic space
		{"علی\u200cرضا", ""},
		{"क\u094d\u200dष", ""},
		{"e\u0301", ""},
		{"An\u200cna", "U+200C (zero width non-joiner)"},
		{"علی\u200c", "U+200C (zero width non-joiner)"},
		{"An\u200bna", "U+200B (zero width space)"},
		{"An\x00na", "U+0000 (NUL)"},
		{"An\u00a0na\u200b", "U+00A0 (no-break space)"},
		{"An\u202ena", "U+202E (right-to-left override)"},
		{"\uFEFFAnna", "U+FEFF (byte order mark)"},
		{"An\x7fna", "U+007F (delete)"},
		{"An\x1bna", "U+001B (escape)"},
		{"An\rna", "U+000D (carriage return)"},
		{"An\u0085na", "U+0085"},
		{"An\u2009na", "U+2009"},
		{"An\u3164na", "U+3164"},
		{"An\u2800na", "U+2800"},
		{"An\U000E0041na", "U+E0041"},
	} {
		if got := Invisible(c.text); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestTrimBlanks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "",
		" \t\u00a0\u200b\uFEFF\n":      "",
		"\u200e Anna Maria \u00a0\r\n": "Anna Maria",
		"An\u200bna\u200b":             "An\u200bna",
		"\x00Anna\x00 ":                "\x00Anna\x00",
	} {
		if got := TrimBlanks(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// FuzzInvisible: trimming never makes a visible text invisible, trimming twice is
// the same as once, and no text makes Invisible panic.
func FuzzInvisible(f *testing.F) {
	for _, text := range []string{"", "\u200b", "\xff", "ا\u200c\xff", "a\u200d"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		trimmed := TrimBlanks(text)
		if TrimBlanks(trimmed) != trimmed {
			t.Errorf("%q is trimmed twice", text)
		}
		if utf8.ValidString(text) && Invisible(text) == "" && Invisible(trimmed) != "" {
			t.Errorf("%q: trimming introduced an invisible character", text)
		}
	})
}
