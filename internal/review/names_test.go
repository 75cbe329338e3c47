package review_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	nethtml "golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

// hostile lists names that try to be markup.
var hostile = []string{
	"@octocat", "@@octocat", "@acme/owners", "＠octocat", "#1", "GH-1", "acme/iam#1", "!1", "~label", "$1",
	"0123456789abcdef0123456789abcdef01234567", ":tada:", "https://evil.example/", "www.evil.example", "mailto:a@evil.example",
	"[here](https://evil.example)", "![x](https://evil.example/x.png)", "<https://evil.example>", "[x]: https://evil.example",
	"<b>bold</b>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!-- ", "-->", "</details>", "</code></pre>", "<?x?>", "]]>", "&lt;b&gt;", "&#64;octocat", "&commat;octocat",
	"*bold*", "**bold**", "_em_", "~~gone~~", "`code`", "``", "```", "````\n", "~~~", "a`", "`a", "\\", "\\`", "|", "a | b", "\\|", "---", "===", "# heading", "> quote", "- item", "1. item", "    code", "$$x$$",
	"a\nPASS admin: nothing", "a\r\n+ gains read", "a\rb", "\n\n# heading\n", "a\vb\fc", "a\u0085b", "a\u2028b\u2029c",
	"\x1b[31mred\x1b[0m", "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07", "\u009b31m", "\x00", "\x7f", "\b\b\b", "\t",
	"\u202eetnegorp\u202c", "\u2066a\u2069", "a\u200bb\u200cc\u200dd\u2060", "\ufeffa", "\u00ada", "\u3164", "\u115f", "\u2800", "\ufe0f", "\U000e0041", "\u0301", "\u00a0", "\u2003",
	"{0}", "{{0}}", "{9}", "%s", "%d%n", `\u{a}`, `\u{202e}`, "=1+1", "+1", "-1", "＝1", "\t=1", "'=1", "\"", "a\"b", ",", ";",
	"\ud7ff", "\ufffd", "\ufffe", "\uffff", "\U0010ffff", "\xff", "a\xc0\xafb", " ", "  a  ", "", "a",
}

// named is a review in which every name is hostile and every kind of change
// occurs.
func named(name func() string) (review.Result, review.Options) {
	r := review.Result{Tenants: []string{"acme", name()}, Errored: true}
	group := func() []access.GroupRef { return []access.GroupRef{{ID: name(), Name: name()}} }
	changes := []access.Change{
		admin(), noAdmin(), lifted(), gain("orders"), loss("orders"), loss("carts"),
		{},
		{Kind: access.Gained, Area: access.AreaScopes, From: "none", To: "held", Scopes: []string{name(), name()}, VendorID: name()},
		{Kind: access.Lost, Area: access.AreaProduct, Entity: name(), From: name(), To: "none", Loss: true},
		{Kind: access.Lost, Area: access.AreaTeam, From: name(), To: "none", Loss: true},
	}
	for _, c := range changes {
		p := review.Person{Tenant: name(), UserChange: access.UserChange{User: access.StateUser{ID: name(), Email: name(), Name: name()}, Event: access.UserAdded}}
		if c.Kind != "" {
			c.Groups, c.Restrictions = group(), []string{name()}
			p.Changes = []access.Change{c}
		}
		if c.Kind == access.Raised {
			p.Changes[0].Restrictions, p.Changes[0].Except = nil, []string{name(), name()}
		}
		r.People = append(r.People, p)
	}
	r.Drift = slices.Clone(r.People[:2])
	r.Findings = []review.Finding{
		{Tenant: name(), Finding: access.Finding{Kind: access.LockedWithGroups, Email: name(), UserID: name(), Groups: []string{name()}, Text: "In " + name() + "."}},
		{Finding: access.Finding{Kind: access.GroupWithoutMembers, Groups: []string{name(), name()}, Text: name()}},
	}
	r.Unresolved = []review.Unresolved{{Tenant: name(), Address: `iam_user.a["` + name() + `"]`, Text: name()}, {Address: name(), Text: "no " + name()}, {Text: name()}}
	return r, review.Options{
		FailOn: []string{review.Admin, review.Lost, review.NotKnown}, Errors: "Error: " + name() + "\n\n" + name(), Plan: "sha256:" + strings.Repeat("0", 64),
		NotAccepted: "The acceptance is for another plan: " + name(), Accepted: &review.Acceptance{Plan: name(), Person: name() + "x", Reason: name() + "x", Date: "2026-11-30"},
	}
}

// Names stay names in every format.
func TestWrite_hostileNames(t *testing.T) {
	t.Parallel()
	for _, one := range hostile {
		checkNames(t, func() string { return one })
	}
}

// Random names, and combinations of hostile ones, also stay names.
func TestWrite_randomNames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.String()), 1, 4)
		checkNames(t, func() string { return strings.Join(parts.Draw(t, "name"), "") })
	})
}

// tester is a test or a rapid check.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func checkNames(t tester, name func() string) {
	t.Helper()
	r, o := named(name)
	for format, check := range map[string]func(t tester, r review.Result, text string){
		"text": checkText, "markdown": checkMarkdown, "json": checkJSON, "csv": checkCSV, "sarif": checkSARIF, "junit": checkJUnit,
	} {
		o.Format = format
		var b bytes.Buffer
		if err := r.Write(&b, o); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		check(t, r, b.String())
	}
}

// checkVisible checks that every character of the text is visible.
func checkVisible(t tester, text string) {
	t.Helper()
	for _, c := range text {
		if c != '\n' && (!unicode.IsPrint(c) || unicode.In(c, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) || c == '\u2800') {
			t.Errorf("invisible character %U in the text:\n%q", c, text)
		}
	}
}

// ours matches the beginnings of the lines that the text format writes.
var ours = regexp.MustCompile(`^(ACCEPTED [a-z, ]+: |Accepted by |The acceptance is for another plan: |The plan failed |Terraform refused the plan$|Become administrators \(|Lose administrator rights \(|Restrictions lifted \(|Lose access \(|Gain access \(|Access does not change \(|Unresolved \(|Already changed outside of Terraform|New findings \(|Plan fingerprint: |  |    [+-] (gains|loses|is|leaves) |$)`)

func checkText(t tester, _ review.Result, text string) {
	t.Helper()
	checkVisible(t, text)
	signs := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if !ours.MatchString(line) {
			t.Errorf("a name starts a line: %q", line)
		}
		if strings.HasPrefix(line, "    + ") || strings.HasPrefix(line, "    - ") {
			signs++
		}
	}
	if want := 11; signs > want {
		t.Errorf("%d changes, want at most %d:\n%s", signs, want, text)
	}
}

// elements lists the HTML elements of a comment.
var elements = []string{"html", "head", "body", "p", "strong", "pre", "code", "details", "summary"}

var comments = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))

func checkMarkdown(t tester, r review.Result, text string) {
	t.Helper()
	checkVisible(t, text)
	var page bytes.Buffer
	if err := comments.Convert([]byte(text), &page); err != nil {
		t.Fatalf("%v", err)
	}
	root, err := nethtml.Parse(&page)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var prose, code strings.Builder
	for n := range root.Descendants() {
		switch n.Type {
		case nethtml.ElementNode:
			if !slices.Contains(elements, n.Data) || len(n.Attr) > 0 && n.Data != "code" {
				t.Errorf("<%s> in the comment:\n%s", n.Data, text)
			}
		case nethtml.TextNode:
			if n.Parent.Data == "code" {
				code.WriteString(n.Data + "\n")
			} else {
				prose.WriteString(n.Data)
			}
		case nethtml.CommentNode, nethtml.DoctypeNode:
			t.Errorf("an HTML comment in the comment:\n%s", text)
		}
	}
	if outside := regexp.MustCompile(`[^\w\s(),.:;*“”-]`).FindString(prose.String()); outside != "" {
		t.Errorf("%q is outside of code: %s\n%s", outside, prose.String(), text)
	}
	shown := regexp.MustCompile(`\s+`).ReplaceAllString(code.String(), " ") // lines are broken at spaces
	for _, p := range r.People {
		if name := regexp.MustCompile(`\s+`).ReplaceAllString(access.Visible(p.User.Email), " "); !strings.Contains(shown, strings.TrimSpace(name)) {
			t.Errorf("missing %q in the comment:\n%s", name, text)
		}
	}
}

func checkJSON(t tester, r review.Result, text string) {
	t.Helper()
	checkVisible(t, text)
	validate(t, reviewSchema, text)
	var doc struct {
		Users []struct {
			Email string `json:"email"`
			Name  string `json:"name"`
		} `json:"users"`
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("%v", err)
	}
	for i, p := range r.People {
		if got := doc.Users[i]; got.Email != strings.ToValidUTF8(p.User.Email, "\ufffd") && utf8.ValidString(p.User.Email) || len(doc.Users) != len(r.People) {
			t.Errorf("%q reads back as %q", p.User.Email, got.Email)
		}
	}
}

func checkCSV(t tester, r review.Result, text string) {
	t.Helper()
	checkVisible(t, strings.ReplaceAll(text, "\r\n", "\n"))
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 1+len(r.People) {
		t.Fatalf("%d rows, %v:\n%s", len(rows), err, text)
	}
	for _, row := range rows {
		for _, cell := range row {
			if first, _ := utf8.DecodeRuneInString(cell); strings.ContainsRune("=+-@＝＋－＠", first) && cell != "" {
				t.Errorf("a spreadsheet runs %q", cell)
			}
		}
	}
}

func checkSARIF(t tester, _ review.Result, text string) {
	t.Helper()
	checkVisible(t, text)
	validate(t, sarifSchema, text)
	var doc any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("%v", err)
	}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, v := range v {
				walk(key, v)
			}
		case []any:
			for _, v := range v {
				walk(key, v)
			}
		case string:
			literal := strings.NewReplacer("{{", "", "}}", "").Replace(v)
			if key == "uri" && v != "plan.json" || key == "text" && (strings.ContainsAny(literal, "{}") || strings.Contains(v, "](")) {
				t.Errorf("%s is %q", key, v)
			}
		}
	}
	walk("", doc)
}

func checkJUnit(t tester, _ review.Result, text string) {
	t.Helper()
	checkVisible(t, text)
	d := xml.NewDecoder(strings.NewReader(text))
	var names []string
	for {
		token, err := d.Token()
		if token == nil {
			break
		}
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			names = append(names, token.Name.Local)
		case xml.Comment, xml.Directive:
			t.Errorf("unexpected %v in the report", token)
		}
	}
	if want := "testsuites testsuite testcase skipped testcase skipped testcase skipped testcase skipped system-out"; strings.Join(names, " ") != want {
		t.Errorf("the elements are %v", names)
	}
}

var reviewSchema, sarifSchema = compiled(strings.NewReader(review.Schema)), compiled(opened("testdata/sarif-schema-2.1.0.json"))

func opened(path string) *bytes.Reader {
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return bytes.NewReader(text)
}

// compiled is the schema with additional properties refused.
func compiled(r interface{ Read([]byte) (int, error) }) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(r)
	if err != nil {
		panic(err)
	}
	closed(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:///schema.json", doc); err != nil {
		panic(err)
	}
	return c.MustCompile("mem:///schema.json")
}

func closed(doc any) {
	switch doc := doc.(type) {
	case map[string]any:
		if _, ok := doc["properties"]; ok && doc["type"] == "object" && doc["additionalProperties"] == nil {
			doc["additionalProperties"] = false
		}
		for _, v := range doc {
			closed(v)
		}
	case []any:
		for _, v := range doc {
			closed(v)
		}
	}
}

func validate(t tester, s *jsonschema.Schema, text string) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v", err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%v:\n%s", err, text)
	}
}

// No two names look the same because of invisible characters.
func TestHostile_shown(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, text := range hostile {
		shown := access.Visible(text)
		if other, ok := seen[shown]; ok && utf8.ValidString(text) && utf8.ValidString(other) {
			t.Errorf("%q and %q look the same", text, other)
		}
		seen[shown] = text
	}
}

// The first line of a comment has each name exactly.
func TestWrite_verdictNames(t *testing.T) {
	t.Parallel()
	for _, name := range append([]string{" a", "a ", " a ", "` `", " ` "}, hostile...) {
		r := review.Result{People: []review.Person{person(name, loss("orders"))}}
		line, _, _ := strings.Cut(in(t, r, review.Options{Format: "markdown", FailOn: []string{review.Lost}}), "\n")
		var page bytes.Buffer
		if err := comments.Convert([]byte(line), &page); err != nil {
			t.Fatal(err)
		}
		root, err := nethtml.Parse(&page)
		if err != nil {
			t.Fatal(err)
		}
		want := access.Visible(name)
		switch {
		case name == "":
			want = "a user without e-mail address"
		case strings.TrimSpace(want) == "":
			want = `"` + want + `"`
		}
		for n := range root.Descendants() {
			if n.Data == "code" && n.FirstChild.Data != want {
				t.Errorf("%q is shown as %q, want %q: %s", name, n.FirstChild.Data, want, line)
			}
		}
	}
}
