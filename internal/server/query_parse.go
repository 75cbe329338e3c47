package server

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// queryParser reads a query from left to right. Spaces separate terms, which
// all must hold:
//
//	field:value  field:"two words"  field:20  field:true    equality
//	field:null  field:missing  field:exists                 presence
//	field:(a,"b c")  field:in(a,b)                          any of
//	field:~re  field:~(two words)  field:(~two words)       pattern (RE2)
//	field:>5  field:<="2026-01-31"                          comparison
//	field:(>=5 AND <=9)                                     range
//
// A field is a path with dots.
type queryParser struct {
	parameterScanner
	steps int // of the patterns so far
}

// parseQuery reads the q parameter of a list. Its errors tell the position, in
// characters from 1, and what was expected there.
func parseQuery(q string) (query, error) {
	if len(q) > maxQueryBytes {
		return query{}, fmt.Errorf("a query has at most %d bytes, not %d", maxQueryBytes, len(q))
	}
	p := &queryParser{parameterScanner: parameterScanner{text: q}}
	for at, r := range q {
		if r == utf8.RuneError && !strings.HasPrefix(q[at:], string(utf8.RuneError)) {
			return query{}, p.errorAt(at, "the text is not valid UTF-8")
		}
	}
	var parsed query
	for p.skipSpaces(); p.pos < len(q); p.skipSpaces() {
		if len(parsed.terms) == maxQueryTerms {
			return query{}, p.errorAt(p.pos, "a query has at most %d terms", maxQueryTerms)
		}
		term, err := p.term()
		if err != nil {
			return query{}, err
		}
		parsed.terms = append(parsed.terms, term)
	}
	return parsed, nil
}

// term reads "field:condition" up to the space after it.
func (p *queryParser) term() (queryTerm, error) {
	path, err := p.field()
	if err != nil {
		return queryTerm{}, err
	}
	start := p.pos
	anyOf, err := p.condition()
	if err != nil {
		return queryTerm{}, err
	}
	if p.pos < len(p.text) && !p.at(scannerSpaces) {
		return queryTerm{}, p.errorAt(p.pos, "a space must follow %s", quoteShort(p.text[start:p.pos]))
	}
	return queryTerm{path: path, anyOf: anyOf}, nil
}

// field reads a path and its colon.
func (p *queryParser) field() ([]string, error) {
	start := p.pos
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	switch name := p.text[start:p.pos]; {
	case name == "AND" || name == "OR":
		return nil, p.errorAt(start, "a field must stand here, not %s: terms are separated by spaces and must all match", name)
	case name == "compoundLogicalQuery":
		return nil, p.errorAt(start, "%s is not supported: terms are separated by spaces and must all match", name)
	case !p.take(":"):
		return nil, p.errorAt(p.pos, `":" must follow %s`, quoteShort(name))
	}
	return path, nil
}

// condition reads what follows the colon of a term: alternatives of which one
// must hold.
func (p *queryParser) condition() ([]queryCondition, error) {
	if p.take("in(") {
		return p.values()
	}
	if p.take("(") {
		return p.group()
	}
	if p.pos == len(p.text) || p.at(scannerSpaces) {
		return nil, p.errorAt(p.pos, "a value must follow %s", p.wordBefore())
	}
	condition, err := p.single()
	return []queryCondition{condition}, err
}

// single reads a condition without parentheses.
func (p *queryParser) single() (queryCondition, error) {
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

// group reads what stands in parentheses, with the closing one: a pattern, a
// range or several values.
func (p *queryParser) group() ([]queryCondition, error) {
	p.skipSpaces()
	if !p.at("~<>") {
		return p.values()
	}
	read, closing := p.bounds, `"AND" or ")"`
	if p.text[p.pos] == '~' {
		read, closing = p.groupedPattern, `")"`
	}
	condition, err := read()
	if err != nil {
		return nil, err
	}
	if p.skipSpaces(); !p.take(")") {
		return nil, p.errorAt(p.pos, "%s must follow %s", closing, p.wordBefore())
	}
	return []queryCondition{condition}, nil
}

// values reads "a,b)".
func (p *queryParser) values() ([]queryCondition, error) {
	var anyOf []queryCondition
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
func (p *queryParser) listed() (queryCondition, error) {
	if p.at(`"`) {
		text, err := p.quoted()
		return conditionValue(equalsText(text)), err
	}
	if p.pos == len(p.text) || p.at("~<>,()") {
		return nil, p.errorAt(p.pos, "a value must follow %s", p.wordBefore())
	}
	return wordCondition(p.until(scannerSpaces + `,()"`)), nil
}

// wordCondition is the condition that an unquoted word stands for.
func wordCondition(word string) queryCondition {
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

// bounds reads ">=a AND <=b". One value must meet all of them: a list with
// an element below and another above the range does not match.
func (p *queryParser) bounds() (queryCondition, error) {
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
func (p *queryParser) comparison() (func(any) bool, error) {
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
		instant, ok := parseQueryTime(text)
		if !ok {
			return nil, p.errorAt(at, "%s is not a date or time", quoteShort(text))
		}
		return comparesTime(operator, instant), nil
	}
	number, ok := parseQueryNumber(p.until(scannerSpaces + ")"))
	if !ok {
		return nil, p.errorAt(at, "a number or a date in double quotes must follow %q", operator)
	}
	return comparesNumber(operator, number), nil
}

// operator reads a comparison operator; "" when none comes next.
func (p *queryParser) operator() string {
	for _, operator := range []string{">=", "<=", ">", "<"} {
		if p.take(operator) {
			return operator
		}
	}
	return ""
}
