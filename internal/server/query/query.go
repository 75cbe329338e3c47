// Package query parses the parameters q, sort and fields of lists, and applies them to
// documents. It knows nothing of the API's types.
package query

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Limits of a query, so that no request costs more than a moment.
const (
	MaxBytes = 4096
	maxTerms = 64
)

// Query is a parsed q parameter. A document matches when every term holds; a
// query without terms matches every document.
//
// What the published grammar leaves open is decided like this:
//   - Equality is case-sensitive. A pattern (~) finds its text anywhere, in
//     upper or lower case: the published examples spell one search as both
//     "Supplier" and "supplier".
//   - Quotes make a text of anything: "true", "null" and "20" in quotes are
//     words. Unquoted, true and false are booleans only, 20 is the number or
//     the text "20" (identifiers may be digits).
//   - A quoted date equals the same instant however it is written.
//   - missing: no such field. exists: a value other than null. null: the
//     opposite of exists.
//   - In a list, one element must meet all bounds of a range.
type Query struct {
	terms []term
}

// term is "field:condition"; of several alternatives one must hold.
type term struct {
	path  []string
	anyOf []condition
}

// condition judges the values found at the path of a term. There are
// several when the path passes through a list. A value that is a list itself
// comes whole, because "exists" asks about the field and not its elements.
type condition func(found []any) bool

// Matches tells whether a document, as encoding/json decodes it, meets every
// term of the query.
func (q Query) Matches(doc map[string]any) bool {
	for _, term := range q.terms {
		found := appendValues(nil, doc, term.path)
		holds := func(condition condition) bool { return condition(found) }
		if !slices.ContainsFunc(term.anyOf, holds) {
			return false
		}
	}
	return true
}

// Members returns the names of the members of a document that the query reads.
func (q Query) Members() []string {
	names := make([]string, len(q.terms))
	for i, term := range q.terms {
		names[i] = term.path[0]
	}
	return names
}

// appendValues appends what v holds at the path. Lists on the way are passed
// through; a list at the end is one value.
func appendValues(found []any, v any, path []string) []any {
	if len(path) == 0 {
		return append(found, v)
	}
	switch v := v.(type) {
	case map[string]any:
		if child, ok := member(v, path[0]); ok {
			return appendValues(found, child, path[1:])
		}
	case []any:
		for _, element := range v {
			found = appendValues(found, element, path)
		}
	}
	return found
}

// member returns a member of an object. The case of a language tag does not count.
func member(object map[string]any, name string) (v any, ok bool) {
	if v, ok = object[name]; ok || !LanguageTag.MatchString(name) || !isLocalized(object) {
		return v, ok
	}
	for tag, text := range object {
		if strings.EqualFold(tag, name) {
			return text, true
		}
	}
	return nil, false
}

// Has reports whether a document has a value other than null at a path with
// dots.
func Has(doc map[string]any, path string) bool {
	return conditionExists(appendValues(nil, doc, strings.Split(path, ".")))
}

// conditionExists holds when the field has a value other than null.
func conditionExists(found []any) bool {
	return slices.ContainsFunc(found, func(v any) bool { return v != nil })
}

// conditionMissing holds when there is no such field.
func conditionMissing(found []any) bool {
	return len(found) == 0
}

// conditionNull holds when the field is null or there is no such field.
func conditionNull(found []any) bool {
	return !conditionExists(found)
}

// conditionValue makes a condition of a test on single values: it holds when
// any value, element of a list or text of a localized field passes.
func conditionValue(test func(any) bool) condition {
	return func(found []any) bool {
		return slices.ContainsFunc(found, func(v any) bool { return anyElement(v, test) })
	}
}

// anyElement tells whether the test passes for v, for an element when v is a
// list, or for the text of any language when v is a localized field.
func anyElement(v any, test func(any) bool) bool {
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, func(element any) bool { return anyElement(element, test) })
	case map[string]any:
		if !isLocalized(v) {
			return false
		}
		for _, text := range v {
			if test(text) {
				return true
			}
		}
		return false
	default:
		return test(v)
	}
}

// LanguageTag is the form of the language tags of BCP 47. The empty tag stands
// for a text that was stored without language.
var LanguageTag = regexp.MustCompile(`^([A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*)?$`)

// isLocalized tells whether an object is a map from language tag to text. The
// keys count as well: an object that merely holds texts is not one value in
// several languages.
func isLocalized(object map[string]any) bool {
	for key, v := range object {
		if _, isText := v.(string); !isText && v != nil {
			return false
		}
		if !LanguageTag.MatchString(key) {
			return false
		}
	}
	return true
}

// equalsText tests for a text; when the wanted text is a date or time, for
// another spelling of the same instant too.
func equalsText(want string) func(any) bool {
	instant, isTime := parseTime(want)
	return func(v any) bool {
		text, isText := v.(string)
		if !isText {
			return false
		}
		if text == want || !isTime {
			return text == want
		}
		got, ok := parseTime(text)
		return ok && got.Equal(instant)
	}
}

// equalsWord tests for an unquoted word, which may be meant as a boolean, a
// number or a text.
func equalsWord(word string) func(any) bool {
	if word == "true" || word == "false" {
		return func(v any) bool { return v == (word == "true") }
	}
	number, isNumber := parseNumber(word)
	return func(v any) bool {
		return v == word || isNumber && v == number
	}
}

// comparesNumber tests numbers against a bound.
func comparesNumber(operator string, bound float64) func(any) bool {
	return func(v any) bool {
		number, isNumber := v.(float64)
		return isNumber && satisfies(cmp.Compare(number, bound), operator)
	}
}

// comparesTime tests texts that are dates or times against a bound.
func comparesTime(operator string, bound time.Time) func(any) bool {
	return func(v any) bool {
		text, isText := v.(string)
		if !isText {
			return false
		}
		instant, ok := parseTime(text)
		return ok && satisfies(instant.Compare(bound), operator)
	}
}

// satisfies tells whether the outcome of a comparison is what an operator asks.
func satisfies(outcome int, operator string) bool {
	switch operator {
	case ">":
		return outcome > 0
	case ">=":
		return outcome >= 0
	case "<":
		return outcome < 0
	default:
		return outcome <= 0
	}
}

// parseNumber reads a number as JSON spells it. strconv alone would also
// take "inf", "nan" and hexadecimal, which are words here.
func parseNumber(word string) (float64, bool) {
	var number *float64
	err := json.Unmarshal([]byte(word), &number)
	if err != nil || number == nil {
		return 0, false
	}
	return *number, true
}

// queryTimeLayouts are the spellings of a date or time that documents and
// queries use; those without zone are UTC.
var queryTimeLayouts = []string{
	time.RFC3339,
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05",
	time.DateOnly,
}

// parseTime reads a date or time in any of the known spellings.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range queryTimeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// OnDate reports whether a date or time is the wanted one, or on the wanted
// day, however the two are written.
func OnDate(text, wanted string) bool {
	if equalsText(wanted)(text) {
		return true
	}
	day, err := time.Parse(time.DateOnly, wanted)
	at, ok := parseTime(text)
	return err == nil && ok && at.UTC().Truncate(24*time.Hour).Equal(day)
}
