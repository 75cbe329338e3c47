package plumbing

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentence capitalizes the first word of a text, unless it is a name, and ends the
// text with one full stop.
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

// doubled matches two full stops: one of a text and one of the sentence that quotes
// it. Three full stops are an ellipsis.
var doubled = regexp.MustCompile(`([^.])\.\.(\s|$)`)

// capital capitalizes the first letter of a text that starts with a plain word. Names
// keep their case: quoted text, addresses, ids, types and tags.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	word = strings.TrimRight(word, ",.:;!?")
	if !plainWord(word) {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// plainWord reports whether a word is not part of a name: it consists of letters, of
// which only the first may be a capital, and of hyphens or apostrophes between them.
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
