package query

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// queryDocuments are the documents that queries and orderings are tried on:
// one with everything, one with the same fields empty or null, one without.
var queryDocuments = map[string]string{
	"full": `{
		"id": "4:113", "code": "777", "type": "COMPANY", "label": "two words", "note": "it's 5\" (five), \\d",
		"predefined": true, "vendorAware": false, "flag": "true", "version": 3, "share": -2.5, "since": "2021-05-19",
		"name": {"en": "Foo Group", "de-CH": "Bar-Gruppe", "fr": null},
		"b2b": {"legalEntityId": "abc"},
		"contacts": [{"email": "ann@example.com"}, {"email": "bob@example.com", "phones": ["1", "2"]}],
		"scopes": ["iam.group_read", "iam.group_manage"], "sizes": [1, 9], "empty": [], "blank": "",
		"metadata": {"createdAt": "2021-05-19T07:27:27.455Z", "modifiedAt": "2021-05-20 07:27:27Z"}
	}`,
	"empty": `{
		"id": "", "predefined": false, "vendorAware": null, "version": 0, "name": {}, "b2b": null,
		"contacts": [{"email": null}, {}], "scopes": [], "sizes": [null], "metadata": {"createdAt": "soon"}
	}`,
	"bare": `{}`,
}

// queryDocument decodes a document as the handlers do.
func queryDocument(t testing.TB, text string) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("document: %v", err)
	}
	return doc
}

// queryCases name the documents that each query matches.
var queryCases = []struct{ name, q, want string }{
	{"nothing asked", ``, "bare empty full"},
	{"spaces only", " \t\r\n", "bare empty full"},

	{"text", `type:COMPANY`, "full"},
	{"text in another case", `type:company`, ""},
	{"part of a text", `type:COMP`, ""},
	{"value with a colon", `id:4:113`, "full"},
	{"other value", `type:SUBSIDIARY`, ""},
	{"word of digits finds text", `code:777`, "full"},
	{"path through an object", `b2b.legalEntityId:abc`, "full"},
	{"path into a text", `type.en:COMPANY`, ""},
	{"object is no value", `b2b:abc`, ""},
	{"parentheses and commas inside of a word", `note:it(a,b)`, ""},
	{"word that only begins like a list", `type:in`, ""},

	{"language", `name.de-CH:Bar-Gruppe`, "full"},
	{"other language", `name.en:Bar-Gruppe`, ""},
	{"any language", `name:Bar-Gruppe`, "full"},
	{"any language, quoted", `name:"Foo Group"`, "full"},

	{"quoted", `label:"two words"`, "full"},
	{"quoted escapes", `note:"it's 5\" (five), \\d"`, "full"},
	{"other backslashes stand for themselves", `note:"it's 5\" (five), \d"`, "full"},
	{"empty text", `id:""`, "empty"},
	{"quoted digits find text only", `code:"777" version:"3"`, ""},
	{"quoted keyword is a text", `flag:"true"`, "full"},
	{"quoted null is a text", `b2b:"null"`, ""},
	{"quoted boolean is a text", `predefined:"true"`, ""},

	{"number", `version:3`, "full"},
	{"number, other spelling", `version:3.0e0`, "full"},
	{"negative number", `share:-2.5`, "full"},
	{"zero is not absence", `version:0`, "empty"},
	{"words of strconv are no numbers", `version:0x3`, ""},

	{"true", `predefined:true`, "full"},
	{"false", `predefined:false`, "empty"},
	{"false is not null and not absence", `vendorAware:false`, "full"},
	{"text is no boolean", `flag:true`, ""},

	{"null: absent or null", `b2b:null`, "bare empty"},
	{"null: under null", `b2b.legalEntityId:null`, "bare empty"},
	{"null: a language", `name.fr:null`, "bare empty full"},
	{"missing", `b2b:missing`, "bare"},
	{"missing: null is present", `vendorAware:missing`, "bare"},
	{"missing: a language", `name.en:missing`, "bare empty"},
	{"missing: in every element", `contacts.phones:missing`, "bare empty"},
	{"exists", `b2b:exists`, "full"},
	{"exists: empty list", `scopes:exists`, "empty full"},
	{"exists: false", `predefined:exists`, "empty full"},
	{"exists: in any element", `contacts.email:exists`, "full"},

	{"any of", `type:(SUBSIDIARY,COMPANY)`, "full"},
	{"any of, with in", `type:in(SUBSIDIARY,COMPANY)`, "full"},
	{"any of, none", `type:(SUBSIDIARY,OTHER)`, ""},
	{"any of one", `type:(COMPANY)`, "full"},
	{"any of, spaced and quoted", `label:( one , "two words" )`, "full"},
	{"any of several kinds", `version:(3,null)`, "bare full"},

	{"pattern", `id:~4:1+3`, "full"},
	{"pattern is found anywhere in any case", `type:~mpan`, "full"},
	{"pattern that minds the case", `type:~(?-i)mpan`, ""},
	{"anchored pattern", `type:~^pan`, ""},
	{"pattern of two words", `name.en:~(foo group)`, "full"},
	{"pattern of two words, tilde inside", `name.en:(~foo group)`, "full"},
	{"pattern in quotes", `name:~"foo group"`, "full"},
	{"pattern in a group in quotes", `name:( ~"foo group" )`, "full"},
	{"pattern that goes on after parentheses", `name:~(foo|bar)-gruppe$`, "full"},
	{"grouped pattern with parentheses", `name:(~^(foo|bar)[ )(]group$)`, "full"},
	{"pattern with escapes", `note:~\(five\),\ \\d$`, "full"},
	{"pattern with a class", `note:~[]() ]five[^]( ]`, "full"},
	{"pattern and another term", `note:~[(]five type:COMPANY`, "full"},
	{"pattern on a number", `version:~3`, ""},
	{"pattern on an empty text", `id:~^$`, "empty"},

	{"greater", `version:>2`, "full"},
	{"greater, not", `version:>3`, ""},
	{"greater or equal", `version:>=3`, "full"},
	{"less", `version:<3`, "empty"},
	{"less or equal", `version:<=3`, "empty full"},
	{"negative bound", `share:>=-2.5`, "full"},
	{"space after the operator", `version:>= 3`, "full"},
	{"text is not a number", `code:>1`, ""},
	{"range", `version:(>=3 AND <=4)`, "full"},
	{"range, outside", `version:(>3 AND <=4)`, ""},
	{"range of one bound", `version:( >= 3 )`, "full"},
	{"range: one element within all bounds", `sizes:(>=2 AND <=8)`, ""},
	{"range in a list", `sizes:(>=8 AND <=10)`, "full"},
	{"date range", `metadata.createdAt:(>="2021-05-18T07:27:27.455Z" AND <"2021-05-20T07:27:27.455Z")`, "full"},
	{"date range, outside", `metadata.createdAt:(>"2021-05-19T07:27:27.455Z" AND <"2021-05-20T07:27:27.455Z")`, ""},
	{"day", `metadata.createdAt:>"2021-05-19"`, "full"},
	{"space in place of T", `metadata.modifiedAt:>="2021-05-20T07:27:27.000Z"`, "full"},
	{"zone", `metadata.createdAt:<="2021-05-19T09:27:27.455+02:00"`, "full"},
	{"date without time", `since:<"2021-05-19 00:00:01"`, "full"},
	{"same instant, other spelling", `metadata.modifiedAt:"2021-05-20T09:27:27+02:00"`, "full"},
	{"number is not a date", `version:>"2021-05-19"`, ""},

	{"list", `scopes:iam.group_manage`, "full"},
	{"list, none", `scopes:iam.group`, ""},
	{"list of numbers", `sizes:9`, "full"},
	{"list of objects", `contacts.email:bob@example.com`, "full"},
	{"list in a list", `contacts.phones:2`, "full"},
	{"list, pattern", `scopes:~manage$`, "full"},

	{"terms", `type:COMPANY   version:>2 name.en:exists`, "full"},
	{"terms, one fails", `type:COMPANY version:>3`, ""},
	{"terms on one field", `scopes:iam.group_read scopes:iam.group_manage`, "full"},
	{"spaces around", ` type:COMPANY `, "full"},
}

func TestQueryMatches(t *testing.T) {
	for _, tt := range queryCases {
		t.Run(tt.name, func(t *testing.T) {
			q, err := Parse(tt.q)
			if err != nil {
				t.Fatalf("Parse(%q): %v", tt.q, err)
			}
			var got []string
			for _, name := range []string{"bare", "empty", "full"} {
				if q.Matches(queryDocument(t, queryDocuments[name])) {
					got = append(got, name)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%q matches %q, want %q", tt.q, strings.Join(got, " "), tt.want)
			}
		})
	}
}

// queryErrors are queries that are not understood, with the whole message.
var queryErrors = []struct{ q, want string }{
	{`name`, `position 5: ":" must follow "name"`},
	{`name foo`, `position 5: ":" must follow "name"`},
	{`name=foo`, `position 5: ":" must follow "name"`},
	{`:foo`, `position 1: a field name is expected here`},
	{`"name":foo`, `position 1: a field name is expected here`},
	{`name..en:foo`, `position 6: a field name is expected here`},
	{`name.:foo`, `position 6: a field name is expected here`},
	{`.en:foo`, `position 1: a field name is expected here`},
	{`name:`, `position 6: a value must follow "name:"`},
	{`name: foo`, `position 6: a value must follow "name:"`},
	{`größe:1 name:`, `position 14: a value must follow "name:"`},
	{`a:1 AND b:2`, `position 5: a field is expected here, not AND: terms are separated by spaces and must all match`},
	{`a:1 OR b:2`, `position 5: a field is expected here, not OR: terms are separated by spaces and must all match`},
	{`compoundLogicalQuery:((a:1) OR (b:2))`, `position 1: compoundLogicalQuery is not supported: terms are separated by spaces and must all match`},
	{`name:"foo`, `position 10: a quote must close the text "\"foo"`},
	{`name:"foo\`, `position 11: a quote must close the text "\"foo\\"`},
	{`name:"foo"bar`, `position 11: a space must follow "\"foo\""`},
	{`id:()`, `position 5: a value must follow "id:("`},
	{`id:in()`, `position 7: a value must follow "id:in("`},
	{`id:(`, `position 5: a value must follow "id:("`},
	{`id:(a`, `position 6: "," or ")" must follow "id:(a"; a value with spaces or parentheses needs quotes`},
	{`id:(a,`, `position 7: a value must follow "id:(a,"`},
	{`id:(a,,b)`, `position 7: a value must follow "id:(a,"`},
	{`id:(a, ~b)`, `position 8: a value must follow "id:(a,"`},
	{`id:in(~b)`, `position 7: a value must follow "id:in("`},
	{`id:(two words)`, `position 9: "," or ")" must follow "id:(two"; a value with spaces or parentheses needs quotes`},
	{`id:(a)b`, `position 7: a space must follow "(a)"`},
	{`id:in (a)`, `position 7: a field name is expected here`},
	{`name:~`, `position 7: a pattern must follow "name:~"`},
	{`name:~()`, `position 7: a pattern must follow "name:~"`},
	{`name:~""`, `position 7: a pattern must follow "name:~"`},
	{`name:(~)`, `position 8: a pattern must follow "name:(~"`},
	{`name:~[a`, `position 7: the pattern "[a" is not valid: missing closing ]`},
	{`name:~a)`, `position 7: the pattern "a)" is not valid: unexpected )`},
	{`name:~(a b`, `position 7: the pattern "(a b" is not valid: missing closing )`},
	{`name:~a\`, `position 7: the pattern "a\\" is not valid: trailing backslash at end of expression`},
	{`name:~[\`, `position 7: the pattern "[\\" is not valid: trailing backslash at end of expression`},
	{`name:(~a b`, `position 11: ")" must follow "b"`},
	{`name:~(?=a)`, `position 7: the pattern "(?=a)" is not valid: invalid or unsupported Perl syntax`},
	{`name:~(a{100}){100}`, `position 7: the pattern "(a{100}){100}" is not valid: invalid repeat count`},
	{`name:~a{1000}`, `position 7: the patterns of the query are too complex`},
	{`a:~x{600} b:~x{600}`, `position 14: the patterns of the query are too complex`},
	{`name:~` + strings.Repeat("a", 257), `position 7: the pattern "` + strings.Repeat("a", 40) + `…" is not valid: it has more than 256 bytes`},
	{`size:>`, `position 7: a number or a date in double quotes must follow ">"`},
	{`size:>=many`, `position 8: a number or a date in double quotes must follow ">="`},
	{`size:<inf`, `position 7: a number or a date in double quotes must follow "<"`},
	{`size:<1e999`, `position 7: a number or a date in double quotes must follow "<"`},
	{`at:>2021-05-18`, `position 5: a number or a date in double quotes must follow ">"`},
	{`at:>"yesterday"`, `position 5: "yesterday" is not a date or time`},
	{`at:>"2021`, `position 10: a quote must close the text "\"2021"`},
	{`size:(>1`, `position 9: "AND" or ")" must follow "size:(>1"`},
	{`size:(>1 OR <2)`, `position 10: "AND" or ")" must follow "size:(>1"`},
	{`size:(>1 AND 2)`, `position 14: one of >, >=, <, <= must follow "AND"`},
	{"a:\xff", `position 3: the text is not valid UTF-8`},
	{"a:\uFFFD b", `position 6: ":" must follow "b"`},
	{strings.Repeat("a:1 ", 65), `position 257: a query has at most 64 terms`},
	{"a:" + strings.Repeat("x", 4095), `a query has at most 4096 bytes, not 4097`},
}

func TestParseQueryErrors(t *testing.T) {
	for _, tt := range queryErrors {
		t.Run(tt.q[:min(len(tt.q), 20)], func(t *testing.T) {
			_, err := Parse(tt.q)
			if fmt.Sprint(err) != tt.want {
				t.Errorf("Parse(%q)\n got %v\nwant %s", tt.q, err, tt.want)
			}
		})
	}
}

// Queries that try to be expensive are refused, or are answered at all: what
// they try would not end before the test binary gives up.
func TestQueryHostile(t *testing.T) {
	deep := strings.Repeat(`[`, 5000) + `"aaa"` + strings.Repeat(`]`, 5000)
	doc := queryDocument(t, `{"a": `+deep+`, "b": "`+strings.Repeat("a", 10_000)+`"}`)
	for _, tt := range []struct {
		name, q string
		refused bool
	}{
		{"nested parentheses", "a:" + strings.Repeat("(", 4000), true},
		{"open classes", "a:~" + strings.Repeat("[:", 2000), true},
		{"repeat over the budget", `b:~(?:a?){500}[bc]`, true},
		{"repeats over the budget together", strings.Repeat(`b:~(?:a?){100}[bc] `, 5), true},
		{"repeat within the budget", `b:~(?:a?){490}[bc]`, false},
		{"nested repeats", `b:~((((a*)*)*)*)*[bc]`, false},
		{"nested groups", "a:~" + strings.Repeat("(", 120) + "a" + strings.Repeat(")", 120), false},
		{"deep path", strings.Repeat("a.", 2000) + "a:1", false},
		{"many values", "a:(" + strings.Repeat("1,", 2000) + "1)", false},
		{"most terms", strings.Repeat("b:~aab ", 64), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parsed, err := Parse(tt.q)
			if (err != nil) != tt.refused {
				t.Fatalf("Parse: %v, want refused: %t", err, tt.refused)
			}
			if err == nil {
				parsed.Matches(doc) // one that costs too much never comes back
			}
		})
	}
}

// Any text can be asked for when it is quoted, and finds itself only.
func TestQueryQuoting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		q, err := Parse(`f:"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`)
		if err != nil {
			t.Fatalf("Parse: %v", err)
		}
		if !q.Matches(map[string]any{"f": text}) {
			t.Errorf("%q does not match itself", text)
		}
		if q.Matches(map[string]any{"f": text + "x"}) {
			t.Errorf("%q matches more than itself", text)
		}
	})
}

// FuzzParseQuery: no input panics, an error points into the query, and what is
// understood can be used: asking twice over asks the same.
func FuzzParseQuery(f *testing.F) {
	for _, tt := range queryCases {
		f.Add(tt.q)
	}
	for _, tt := range queryErrors {
		f.Add(tt.q)
	}
	var docs []map[string]any
	for _, text := range queryDocuments {
		docs = append(docs, queryDocument(f, text))
	}
	f.Fuzz(func(t *testing.T, q string) {
		parsed, err := Parse(q)
		if err != nil {
			checkPosition(t, q, err)
			return
		}
		twice, err := Parse(q + " " + q)
		for _, doc := range docs {
			got := parsed.Matches(doc)
			if err == nil && got != twice.Matches(doc) {
				t.Errorf("%q matches %t, but not when asked twice", q, got)
			}
		}
		if err != nil && !strings.Contains(err.Error(), "a query has at most") && !strings.Contains(err.Error(), "too complex") {
			t.Errorf("%q is understood once, not twice: %v", q, err)
		}
	})
}

// checkPosition fails when an error does not point into the text, or just
// behind it.
func checkPosition(t *testing.T, text string, err error) {
	t.Helper()
	var position int
	if _, scanErr := fmt.Sscanf(err.Error(), "position %d:", &position); scanErr != nil {
		if len(text) <= MaxBytes {
			t.Errorf("%q: no position in %q", text, err)
		}
		return
	}
	if position < 1 || position > utf8.RuneCountInString(text)+1 {
		t.Errorf("%q: position out of the text in %q", text, err)
	}
}
