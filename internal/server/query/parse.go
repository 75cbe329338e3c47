package query

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// parser reads a query from left to right. Spaces separate terms, which must all
// match:
//
//	field:value  field:"two words"  field:20  field:true    equality
//	field:null  field:missing  field:exists                 presence
//	field:(a,"b c")  field:in(a,b)                          any of
//	field:~re  field:~(two words)  field:(~two words)       pattern (RE2)
//	field:>5  field:<="2026-01-31"                          comparison
//	field:(>=5 AND <=9)                                     range
//
// A field is a path with dots.
type parser struct {
	scanner
	steps int // of the patterns so far
}

// Parse reads the q parameter of a list. Its errors give the position, in characters
// from 1, and what is expected there.
func Parse(q string) (Query, error) {
	if len(q) > MaxBytes {
		return Query{}, fmt.Errorf("a query has at most %d bytes, not %d", MaxBytes, len(q))
	}
	p := &parser{scanner: scanner{text: q}}
	for at, r := range q {
		if r == utf8.RuneError && !strings.HasPrefix(q[at:], string(utf8.RuneError)) {
			return Query{}, p.errorAt(at, "the text is not valid UTF-8")
		}
	}
	var parsed Query
	for p.skipSpaces(); p.pos < len(q); p.skipSpaces() {
		if len(parsed.terms) == maxTerms {
			return Query{}, p.errorAt(p.pos, "a query has at most %d terms", maxTerms)
		}
		term, err := p.readTerm()
		if err != nil {
			return Query{}, err
		}
		parsed.terms = append(parsed.terms, term)
	}
	return parsed, nil
}

// term reads "field:condition" up to the space after it.
func (p *parser) readTerm() (term, error) {
	path, err := p.field()
	if err != nil {
		return term{}, err
	}
	start := p.pos
	anyOf, err := p.readCondition()
	if err != nil {
		return term{}, err
	}
	if p.pos < len(p.text) && !p.at(scannerSpaces) {
		return term{}, p.errorAt(p.pos, "a space must follow %s", quoteShort(p.text[start:p.pos]))
	}
	return term{path: path, anyOf: anyOf}, nil
}

// field reads a path and its colon.
func (p *parser) field() ([]string, error) {
	start := p.pos
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	switch name := p.text[start:p.pos]; {
	case name == "AND" || name == "OR":
		return nil, p.errorAt(start, "a field is expected here, not %s: terms are separated by spaces and must all match", name)
	case name == "compoundLogicalQuery":
		return nil, p.errorAt(start, "%s is not supported: terms are separated by spaces and must all match", name)
	case !p.take(":"):
		return nil, p.errorAt(p.pos, `":" must follow %s`, quoteShort(name))
	}
	return path, nil
}

// condition reads the part after the colon of a term: alternatives of which one must
// match.
func (p *parser) readCondition() ([]condition, error) {
	if p.take("in(") {
		return p.values()
	}
	if p.take("(") {
		return p.group()
	}
	if p.pos == len(p.text) || p.at(scannerSpaces) {
		return nil, p.errorAt(p.pos, "a value must follow %s", p.wordBefore())
	}
	one, err := p.single()
	return []condition{one}, err
}

// single reads a condition without parentheses.
func (p *parser) single() (condition, error) {
	switch p.text[p.pos] {
	case '~':
		return p.pattern(false)
	case '<', '>':
		test, err := p.comparison()
		return conditionValue(test), err
	case '"':
		text, err := p.quoted()
		return conditionValue(equalsText(text)), err
	default:
		return wordCondition(p.until(scannerSpaces)), nil
	}
}

// group reads a pattern, a range or several values in parentheses, up to and including
// the closing one.
func (p *parser) group() ([]condition, error) {
	p.skipSpaces()
	if !p.at("~<>") {
		return p.values()
	}
	read, closing := p.bounds, `"AND" or ")"`
	if p.text[p.pos] == '~' {
		read, closing = p.groupedPattern, `")"`
	}
	one, err := read()
	if err != nil {
		return nil, err
	}
	if p.skipSpaces(); !p.take(")") {
		return nil, p.errorAt(p.pos, "%s must follow %s", closing, p.wordBefore())
	}
	return []condition{one}, nil
}

// values reads "a,b)".
func (p *parser) values() ([]condition, error) {
	var anyOf []condition
	for {
		p.skipSpaces()
		condition, err := p.listed()
		if err != nil {
			return nil, err
		}
		anyOf = append(anyOf, condition)
		switch p.skipSpaces(); {
		case p.take(")"):
			return anyOf, nil
		case !p.take(","):
			return nil, p.errorAt(p.pos, `"," or ")" must follow %s; a value with spaces or parentheses needs quotes`, p.wordBefore())
		}
	}
}

// listed reads one of several values.
func (p *parser) listed() (condition, error) {
	if p.at(`"`) {
		text, err := p.quoted()
		return conditionValue(equalsText(text)), err
	}
	if p.pos == len(p.text) || p.at("~<>,()") {
		return nil, p.errorAt(p.pos, "a value must follow %s", p.wordBefore())
	}
	return wordCondition(p.until(scannerSpaces + `,()"`)), nil
}

// wordCondition returns the condition for an unquoted word.
func wordCondition(word string) condition {
	switch word {
	case "exists":
		return conditionExists
	case "missing":
		return conditionMissing
	case "null":
		return conditionNull
	default:
		return conditionValue(equalsWord(word))
	}
}

// bounds reads ">=a AND <=b". One value must meet all bounds: a list with an element
// below the range and another above it does not match.
func (p *parser) bounds() (condition, error) {
	var tests []func(any) bool
	for len(tests) == 0 || p.take("AND") {
		p.skipSpaces()
		test, err := p.comparison()
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
		p.skipSpaces()
	}
	return conditionValue(func(v any) bool {
		for _, test := range tests {
			if !test(v) {
				return false
			}
		}
		return true
	}), nil
}

// comparison reads an operator and the number or quoted date after it.
func (p *parser) comparison() (func(any) bool, error) {
	operator := p.operator()
	if operator == "" {
		return nil, p.errorAt(p.pos, "one of >, >=, <, <= must follow %s", p.wordBefore())
	}
	p.skipSpaces()
	at := p.pos
	if p.at(`"`) {
		text, err := p.quoted()
		if err != nil {
			return nil, err
		}
		instant, ok := parseTime(text)
		if !ok {
			return nil, p.errorAt(at, "%s is not a date or time", quoteShort(text))
		}
		return comparesTime(operator, instant), nil
	}
	number, ok := parseNumber(p.until(scannerSpaces + ")"))
	if !ok {
		return nil, p.errorAt(at, "a number or a date in double quotes must follow %q", operator)
	}
	return comparesNumber(operator, number), nil
}

// operator reads a comparison operator; "" if there is none.
func (p *parser) operator() string {
	for _, operator := range []string{">=", "<=", ">", "<"} {
		if p.take(operator) {
			return operator
		}
	}
	return ""
}
