package plumbing

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentence starts a text with a capital, unless it starts with a name, and ends it
// with one full stop.
func Sentence(text string) string {
	if text == "" {
		return text
	}
	text = doubled.ReplaceAllString(capital(text), "$1.$2")
	if !strings.ContainsRune(".!?", rune(text[len(text)-1])) {
		text += "."
	}
	return text
}

// doubled are two full stops: one of a text, and one of what quotes it. Three are
// an ellipsis.
var doubled = regexp.MustCompile(`([^.])\.\.(\s|$)`)

// capital raises the first letter of a text that starts with a word. A name keeps
// its case: what is quoted, an address, an id, a type, a tag.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	word = strings.TrimRight(word, ",.:;!?")
	if !plainWord(word) {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// plainWord reports whether a word is none of a name's: letters, of which only the
// first may be a capital, perhaps with hyphens or apostrophes between them.
func plainWord(word string) bool {
	for i, c := range word {
		switch {
		case i > 0 && (c == '-' || c == '\'' || c == '\u2019'):
		case !unicode.IsLetter(c), i > 0 && unicode.IsUpper(c):
			return false
		}
	}
	return word != ""
}
