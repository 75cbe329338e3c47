package access

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns the text on one line with every character visible: control
// characters, line breaks, characters that override the writing direction and
// characters without a width are written as \u{…}. Distinct texts stay distinct:
// if a text itself contains \u{, its backslash is escaped as well.
func Visible(text string) string {
	if strings.IndexFunc(text, special) < 0 {
		return text // the usual case
	}
	text = strings.ReplaceAll(text, `\u{`, `\u{5c}u{`)
	var b strings.Builder
	for i, r := range text {
		if Hidden(r) || r == utf8.RuneError || i == 0 && unicode.IsMark(r) { // a mark would combine with the character before the text
			fmt.Fprintf(&b, `\u{%x}`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// special reports whether a text with the character may need escaping.
func special(r rune) bool { return r == '\\' || r == utf8.RuneError || unicode.IsMark(r) || Hidden(r) }

// Excerpt returns a text from someone else, for display: Visible, and cut to
// limit characters, with a note of its full length in bytes.
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

// brailleBlank is a symbol to Unicode, but looks like a space.
const brailleBlank = '\u2800'

// Hidden reports whether the character shows nothing, or changes how other
// characters are displayed. The space is not hidden.
func Hidden(r rune) bool {
	if ' ' <= r && r <= '~' {
		return false
	}
	return !unicode.IsPrint(r) || r == brailleBlank ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
