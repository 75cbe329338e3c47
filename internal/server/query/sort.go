package query

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Ordering is a parsed sort parameter: the fields to sort by, the most
// important first. The empty Ordering finds all documents equal.
type Ordering []sortField

// sortField is one field of an Ordering.
type sortField struct {
	path       []string
	descending bool
}

// maxSortFields bounds the work of one comparison.
const maxSortFields = 64

// ParseSort reads the sort parameter of a list: "field", "field:asc" or
// "field:desc", several separated by commas. The published text speaks of
// colons as separators, which "field:asc" leaves no room for.
func ParseSort(s string) (Ordering, error) {
	return (&scanner{text: s}).readOrdering()
}

// ParseLenientSort is ParseSort for services that take every direction but
// "desc" for ascending.
func ParseLenientSort(s string) (Ordering, error) {
	return (&scanner{text: s, lenient: true}).readOrdering()
}

func (p *scanner) readOrdering() (Ordering, error) {
	var parsed Ordering
	if p.skipSpaces(); p.pos == len(p.text) {
		return parsed, nil
	}
	for len(parsed) == 0 || p.take(",") {
		if len(parsed) == maxSortFields {
			return nil, p.errorAt(p.pos, "documents are sorted by at most %d fields", maxSortFields)
		}
		field, err := p.sortField()
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, field)
	}
	if p.pos < len(p.text) {
		return nil, p.errorAt(p.pos, "a comma must follow %s", p.wordBefore())
	}
	return parsed, nil
}

// sortField reads a field and its direction, up to the comma after it.
func (p *scanner) sortField() (sortField, error) {
	p.skipSpaces()
	path, err := p.path()
	if err != nil {
		return sortField{}, err
	}
	field := sortField{path: path}
	if p.take(":") {
		at, before := p.pos, p.wordBefore()
		switch direction := p.until(scannerSpaces + ","); strings.ToLower(direction) {
		case "asc":
		case "desc":
			field.descending = true
		default:
			if !p.lenient {
				return sortField{}, p.errorAt(at, `"asc" or "desc" must follow %s; fields are separated by commas`, before)
			}
		}
	}
	p.skipSpaces()
	return field, nil
}

// Compare orders two documents: negative when a comes first, positive when b
// does. Documents without a field, or with null, come last in both directions.
func (o Ordering) Compare(a, b map[string]any) int {
	for _, field := range o {
		if c := field.compare(a, b); c != 0 {
			return c
		}
	}
	return 0
}

// Members returns the names of the members of a document that the order reads.
func (o Ordering) Members() []string {
	names := make([]string, len(o))
	for i, field := range o {
		names[i] = field.path[0]
	}
	return names
}

// compare orders two documents by one field.
func (f sortField) compare(a, b map[string]any) int {
	left := sortKey(appendValues(nil, a, f.path))
	right := sortKey(appendValues(nil, b, f.path))
	switch {
	case left == nil && right == nil:
		return 0
	case left == nil:
		return 1
	case right == nil:
		return -1
	case f.descending:
		return compareKeys(right, left)
	default:
		return compareKeys(left, right)
	}
}

// sortKey returns what a value sorts by, nil when by nothing: of a list the
// first element that has a key, of a localized field the text of its first
// language in byte order, so that the outcome is the same each time.
func sortKey(v any) any {
	switch v := v.(type) {
	case bool, float64, string:
		return v
	case []any:
		for _, element := range v {
			if key := sortKey(element); key != nil {
				return key
			}
		}
	case map[string]any:
		if !isLocalized(v) {
			return nil
		}
		for _, language := range slices.Sorted(maps.Keys(v)) {
			if v[language] != nil {
				return v[language]
			}
		}
	}
	return nil
}

// compareKeys orders two keys: numbers by size, texts by their bytes, keys of
// different kinds by kind.
func compareKeys(a, b any) int {
	switch a := a.(type) {
	case float64:
		if b, ok := b.(float64); ok {
			return cmp.Compare(a, b)
		}
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b)
		}
	}
	return cmp.Compare(keyRank(a), keyRank(b))
}

// keyRank orders the kinds of keys, and the two booleans.
func keyRank(key any) int {
	switch key := key.(type) {
	case bool:
		if key {
			return 1
		}
		return 0
	case float64:
		return 2
	default:
		return 3
	}
}

// scannerSpaces are the characters that a scanner takes for spaces.
const scannerSpaces = " \t\r\n"

// scanner reads the text of a q or sort parameter from left to right.
type scanner struct {
	text    string
	pos     int  // byte offset of what comes next
	lenient bool // takes directions that are none
}

// path reads the name of a field: parts separated by dots.
func (p *scanner) path() ([]string, error) {
	start := p.pos
	path := strings.Split(p.until(scannerSpaces+`:"()<>=~,`), ".")
	for _, part := range path {
		if part == "" {
			return nil, p.errorAt(start, "a field name is expected here")
		}
		start += len(part) + len(".")
	}
	return path, nil
}

// quoted reads a text in double quotes. A backslash before a quote or another
// backslash stands for that character, any other backslash for itself.
func (p *scanner) quoted() (string, error) {
	start := p.pos
	var text strings.Builder
	for p.pos++; p.pos < len(p.text); p.pos++ {
		if p.take(`"`) {
			return text.String(), nil
		}
		if p.at(`\`) && p.pos+1 < len(p.text) && strings.IndexByte(`"\`, p.text[p.pos+1]) >= 0 {
			p.pos++
		}
		text.WriteByte(p.text[p.pos])
	}
	return "", p.errorAt(p.pos, "a quote must close the text %s", quoteShort(p.text[start:]))
}

// take moves past the token if it comes next.
func (p *scanner) take(token string) bool {
	if !strings.HasPrefix(p.text[p.pos:], token) {
		return false
	}
	p.pos += len(token)
	return true
}

// at tells whether one of the characters comes next.
func (p *scanner) at(characters string) bool {
	return p.pos < len(p.text) && strings.IndexByte(characters, p.text[p.pos]) >= 0
}

// until moves to the first of the characters, or to the end, and returns what
// it passed.
func (p *scanner) until(characters string) string {
	start := p.pos
	for p.pos < len(p.text) && !p.at(characters) {
		p.pos++
	}
	return p.text[start:p.pos]
}

// skipSpaces moves past spaces.
func (p *scanner) skipSpaces() {
	for p.at(scannerSpaces) {
		p.pos++
	}
}

// wordBefore quotes the word that was passed last.
func (p *scanner) wordBefore() string {
	before := strings.TrimRight(p.text[:p.pos], scannerSpaces)
	return quoteShort(before[strings.LastIndexAny(before, scannerSpaces)+1:])
}

// errorAt makes an error about the character at a byte offset. The position in
// its text counts characters from 1, as a person would.
func (p *scanner) errorAt(offset int, format string, args ...any) error {
	position := utf8.RuneCountInString(p.text[:offset]) + 1
	return fmt.Errorf("position %d: %w", position, fmt.Errorf(format, args...))
}

// quoteShort quotes a text for an error, and cuts a long one.
func quoteShort(text string) string {
	const limit = 40
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit]) + "…"
	}
	return fmt.Sprintf("%q", text)
}
