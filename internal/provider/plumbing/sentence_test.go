package plumbing

import (
	"testing"
	"unicode/utf8"
)

func TestSentence(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                               "",
		"there is no such user":          "There is no such user.",
		"éclair is missing":              "Éclair is missing.",
		"örs@acme.example is no user":    "örs@acme.example is no user.",
		"nobody@acme.example is no user": "nobody@acme.example is no user.",
		"iam_user has no id":             "iam_user has no id.",
		"restrictedTo has no value":      "restrictedTo has no value.",
		"orders-de2 is no group":         "orders-de2 is no group.",
		"oe.viewer is gone":              "oe.viewer is gone.",
		`"x" is no code`:                 `"x" is no code.`,
		"e-mail address in use":          "E-mail address in use.",
		"line 3: the cell is empty":      "Line 3: the cell is empty.",
		"wait!":                          "Wait!",
		"did you mean orders?":           "Did you mean orders?",
		"it was refused..":               "It was refused.",
		"it was refused.. Apply again":   "It was refused. Apply again.",
		"it goes on... and on":           "It goes on... and on.",
		"it was refused.\n\nTry again":   "It was refused.\n\nTry again.",
		"ready":                          "Ready.",
	} {
		if got := Sentence(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// Sentence keeps any valid text valid.
func FuzzSentence(f *testing.F) {
	for _, text := range []string{"ß is", "ǆ", "a..", "...", "\u0345", "İ"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if once := Sentence(text); utf8.ValidString(text) && !utf8.ValidString(once) {
			t.Errorf("%q became %q", text, once)
		}
	})
}
