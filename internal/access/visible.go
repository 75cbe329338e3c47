package access

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns the text in one line in which every character can be seen:
// control characters, line breaks, what overrides the direction of writing and
// letters without a width are shown as \u{…}. No two texts look the same because
// of them: a text that holds such a mark itself has its backslash shown, too.
func Visible(text string) string {
	if strings.IndexFunc(text, special) < 0 {
		return text // as nearly all are
	}
	text = strings.ReplaceAll(text, `\u{`, `\u{5c}u{`)
	var b strings.Builder
	for i, r := range text {
		if Hidden(r) || r == utf8.RuneError || i == 0 && unicode.IsMark(r) { // a mark would join what stands before the text
			fmt.Fprintf(&b, `\u{%x}`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// special reports whether a text with the character needs a closer look.
func special(r rune) bool { return r == '\\' || r == utf8.RuneError || unicode.IsMark(r) || Hidden(r) }

// Excerpt is a text that somebody else chose, for people to read: Visible, and
// cut to so many characters, with a note of how long it was.
func Excerpt(text string, limit int) string {
	count := 0
	for at := range text {
		if count == limit {
			return fmt.Sprintf("%s… (cut, %d bytes)", Visible(text[:at]), len(text))
		}
		count++
	}
	return Visible(text)
}

// brailleBlank counts as a symbol and looks like a space.
const brailleBlank = '\u2800'

// Hidden reports whether the character shows nothing, or changes how others
// show. The space does not count.
func Hidden(r rune) bool {
	if ' ' <= r && r <= '~' {
		return false
	}
	return !unicode.IsPrint(r) || r == brailleBlank ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
