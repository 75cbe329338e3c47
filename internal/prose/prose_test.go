package prose

import (
	"flag"
	"regexp"
	"strings"
	"testing"
)

// only is where to look: go test ./internal/prose -args -only internal/client.
var only = flag.String("only", "", "check only the paths that begin with this")

// struck is a way of writing that is refused.
type struck struct {
	pattern *regexp.Regexp
	// unless matches what the pattern finds with the words around it where it is
	// good English after all.
	unless *regexp.Regexp
	// instead says what to write.
	instead string
}

func strike(pattern, unless, instead string) struck {
	s := struck{pattern: regexp.MustCompile(pattern), instead: instead}
	if unless != "" {
		s.unless = regexp.MustCompile(unless)
	}
	return s
}

const be = `\b(?:is|are|was|were|be|been|being)(?: not| never| only| also| already)?`

var strikes = []struck{
	strike(`(?:^|[.:;] )Who [a-z]+[^?]*?(?:[.,;]|$)`, ``, `"A user who": a sentence has a subject`),
	strike(`(?:^|[.:;] )What [a-z][^.?]*, (?:it|is|they|are|has|that)\b`, ``, `name the thing: a sentence has a subject`),
	strike(`\b[Mm]end(?:s|ed|ing)?\b`, ``, `"fix"`),
	strike(`, too\b`, `, too (?:many|much|long|large|few|small|late|early|old|short|big|deep)`, `"too" without a comma, or "also"`),
	strike(`\bends? with (?:exit )?(?:code|status|[0-9])`, ``, `"exits with 2"`),
	strike(`\basks? (?:no one|nobody)\b`, ``, `"makes no requests"`),
	strike(`\b(?:is|are|was|were) to be\b`, ``, `"must be", "needs"`),
	strike(`\b(?:is|are|was|were) (?:not )?there\b`, `there (?:a|an|any|no|is|are|anything|nothing|more|another|two)\b`, `"exists"`),
	strike(`\b(?:stands?|lies|lay) (?:in|there|beside|at|open|here|under|where|on|with)\b`, ``, `"is"`),
	strike(be+` told\b`, `told apart`, `"reported", "named"`),
	strike(be+` taken\b`, `already taken|taken (?:from|over|away|at|before|after|back|out|care)`, `"accepted", "in use", "removed"`),
	strike(`\b(?:as|of|for|by|with|no|one|any) such(?:[.,;:)]|$)`, ``, `name the thing`),
	strike(`\bthe [a-z]+ of (?:it|them)\b`, `the (?:rest|first|last|two|three|most|whole|one|best|second|sum|all|some|many|none|each|both|half) of`, `"its", "their"`),
	strike(`\bso that\b[^.]*\bso that\b`, ``, `two sentences`),
	strike(`\b(?:that|which|who|what|users|rows|groups) (?:goes|comes|go|come)(?:[.,;:]| and| or|$)`, ``, `"removed", "added"`),
	strike(be+` made\b`, `(?:request|call|change|decision|choice|attempt|write|backup|copy)[a-z]* (?:is|are|was|were|be|been|being)(?: [a-z]+)? made|made (?:of|up|by hand|to)\b`, `"created"`),
}

func TestProse(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, p := range passages(t, "../..") {
		if !strings.HasPrefix(p.file, *only) {
			continue
		}
		checked++
		for _, s := range strikes {
			for _, found := range p.find(s) {
				t.Errorf("%s:%d: %q: write %s", p.file, p.line, found, s.instead)
			}
		}
	}
	if checked == 0 {
		t.Errorf("no text is in %q", *only)
	}
}

// Each pattern finds what it is about, and leaves alone what only looks like it.
func TestProse_patterns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Who is locked has no access.":            true,
		"It ends. Who is locked has no access.":   true,
		"Who can read orders?":                    false,
		"A user who is locked has no access.":     false,
		"What it does not know, it leaves alone.": true,
		"Mend it in the dashboard.":               true,
		"the recommended way":                     false,
		"The group, too.":                         true,
		"It is long, too long.":                   false,
		"review ends with code 2":                 true,
		"It asks nobody.":                         true,
		"The group is to be removed.":             true,
		"The file is not there.":                  true,
		"Is there a file?":                        false,
		"It stands in the state.":                 true,
		"P stands for parallelism.":               false,
		"The loss is told.":                       true,
		"Only e-mails of these are taken.":        true,
		"The name is already taken.":              false,
		"There is no such.":                       true,
		"There is no such user.":                  false,
		"the name of it":                          true,
		"the rest of them":                        false,
		"It waits so that A, so that B.":          true,
		"rows that go and rows that stay":         true,
		"The user was made.":                      true,
		"No request is made.":                     false,
		"The text is made of lines.":              false,
	} {
		found := false
		for _, s := range strikes {
			found = found || len((passage{text: text}).find(s)) > 0
		}
		if found != want {
			t.Errorf("%q: refused %v, want %v", text, found, want)
		}
	}
}
