package query

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
)

// Limits of patterns. The time to match a pattern is proportional to its compiled steps,
// and "x{1000}" has a thousand steps in seven characters. The patterns of a query
// therefore share a budget.
const (
	maxPatternBytes = 256
	maxPatternSteps = 1000
)

// groupedPattern reads "~pattern" up to the parenthesis that closes its group.
func (p *parser) groupedPattern() (condition, error) {
	return p.pattern(true)
}

// pattern reads "~pattern", quoted or not. It matches anywhere in a text and ignores
// case, unless it starts with (?-i).
func (p *parser) pattern(grouped bool) (condition, error) {
	p.pos++
	at, before := p.pos, p.wordBefore()
	var source string
	var err error
	if p.at(`"`) {
		source, err = p.quoted()
	} else {
		p.skipPattern(grouped)
		source = p.text[at:p.pos]
	}
	if err != nil {
		return nil, err
	}
	if source == "" || source == "()" {
		return nil, p.errorAt(at, "a pattern must follow %s", before)
	}
	pattern, steps, err := compilePattern(source)
	if err != nil {
		return nil, p.errorAt(at, "the pattern %s is not valid: %w", quoteShort(source), err)
	}
	if p.steps += steps; p.steps > maxPatternSteps {
		return nil, p.errorAt(at, "the patterns of the query are too complex")
	}
	return conditionValue(matchesPattern(pattern)), nil
}

// skipPattern moves to the end of an unquoted pattern: to the parenthesis that closes
// its group, or to a space. Neither counts inside parentheses of the pattern, inside
// [brackets] or after a backslash.
func (p *parser) skipPattern(grouped bool) {
	for depth := 0; p.pos < len(p.text); p.pos++ {
		switch {
		case p.at(`\`):
			p.pos++
		case p.at("["):
			p.skipClass()
		case p.at("("):
			depth++
		case p.at(")") && depth > 0:
			depth--
		case p.at(")") && grouped, p.at(scannerSpaces) && depth == 0 && !grouped:
			return
		}
	}
	p.pos = len(p.text)
}

// skipClass moves from the opening to the closing bracket of a character class,
// in which "]" may come first.
func (p *parser) skipClass() {
	p.pos++
	p.take("^")
	p.take("]")
	for ; p.pos < len(p.text) && !p.at("]"); p.pos++ {
		if p.at(`\`) {
			p.pos++
		}
	}
}

// matchesPattern tests texts against a pattern.
func matchesPattern(pattern *regexp.Regexp) func(any) bool {
	return func(v any) bool {
		text, isText := v.(string)
		return isText && pattern.MatchString(text)
	}
}

// compilePattern compiles a pattern and counts its steps.
func compilePattern(source string) (*regexp.Regexp, int, error) {
	if len(source) > maxPatternBytes {
		return nil, 0, fmt.Errorf("it has more than %d bytes", maxPatternBytes)
	}
	tree, err := syntax.Parse(source, syntax.Perl|syntax.FoldCase)
	var invalid *syntax.Error
	if errors.As(err, &invalid) {
		return nil, 0, errors.New(string(invalid.Code)) // without the pattern: the caller quotes it
	}
	if err != nil {
		return nil, 0, err
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, 0, err
	}
	pattern, err := regexp.Compile("(?i)" + source)
	return pattern, len(program.Inst), err
}
