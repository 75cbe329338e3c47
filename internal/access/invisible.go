package access

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TrimBlanks returns the text without leading and trailing white space and
// invisible characters. It keeps control characters: people do not type them, so
// a text that has one was read wrongly.
func TrimBlanks(text string) string {
	return strings.TrimFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsControl(r) && invisible(r)
	})
}

// Invisible names the first character of a text that people do not see or mistake
// for another, such as "U+200B (zero width space)"; "" if there is none. Spaces,
// tabs and line breaks count as visible. So do joiners between letters whose
// shape they change.
func Invisible(text string) string {
	before := rune(0)
	for i, r := range text {
		if invisible(r) && !joins(before, r, text[i+utf8.RuneLen(r):]) {
			return CharacterName(r)
		}
		before = r
	}
	return ""
}

// CharacterName describes a character as "U+200B (zero width space)", without the
// name if it is not a common one.
func CharacterName(r rune) string {
	if name, ok := invisibleNames[r]; ok {
		return fmt.Sprintf("U+%04X (%s)", r, name)
	}
	return fmt.Sprintf("U+%04X", r)
}

var invisibleNames = map[rune]string{
	'\x00': "NUL", '\r': "carriage return", '\x1b': "escape", '\x7f': "delete", '\u00A0': "no-break space", '\u00AD': "soft hyphen",
	'\u200B': "zero width space", '\u200C': "zero width non-joiner", '\u200D': "zero width joiner",
	'\u200E': "left-to-right mark", '\u200F': "right-to-left mark", '\u2028': "line separator", '\u2029': "paragraph separator",
	'\u202A': "left-to-right embedding", '\u202B': "right-to-left embedding", '\u202C': "pop directional formatting",
	'\u202D': "left-to-right override", '\u202E': "right-to-left override", '\u202F': "narrow no-break space", '\u2060': "word joiner",
	'\u2066': "left-to-right isolate", '\u2067': "right-to-left isolate", '\u2068': "first strong isolate", '\u2069': "pop directional isolate",
	'\uFEFF': "byte order mark", '\uFFFD': "replacement character",
}

// invisible reports whether a character shows nothing, or is a space other than
// the usual one. The ideographic space is allowed, since names contain it.
func invisible(r rune) bool {
	switch {
	case r >= ' ' && r < '\x7f', r == '\n', r == '\t', r == '\u3000':
		return false
	case unicode.IsControl(r), r == '\u2800':
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Z, unicode.Other_Default_Ignorable_Code_Point)
}

// joins reports whether a character is a joiner between two letters of a script
// that uses joiners.
func joins(before, r rune, after string) bool {
	if r != '\u200C' && r != '\u200D' {
		return false
	}
	next, _ := utf8.DecodeRuneInString(after)
	return joined(before) && joined(next)
}

func joined(r rune) bool {
	return unicode.In(
		r, unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer,
	)
}
