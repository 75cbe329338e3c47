package console_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

// hostileNames try to be markup, or to end what they are in.
var hostileNames = []string{
	"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</style><script>alert(1)</script>", "</textarea>", "<!--", "]]>", "{{.}}", "javascript:alert(1)",
	"' onmouseover='alert(1)", "\u202eabc", "a\u2028b", "\x1b[31mred", "\x00", "&lt;b&gt;", "é漢字", strings.Repeat("x", 300),
}

// tenantOfMany returns the state of a tenant with that many people in twelve groups, one of
// them with a hostile name.
func tenantOfMany(people int, name func(i int) string) access.State {
	var s access.State
	templates := access.Templates()
	for i := range 12 {
		s.Groups = append(s.Groups, access.Group{ID: fmt.Sprintf("group-%d", i), Name: name(i), Templates: []string{templates[i%6].ID}, Restrictions: [][]string{nil, {"DE"}, {"US", "FR"}}[i%3]})
	}
	for i := range people {
		u := access.StateUser{ID: fmt.Sprintf("u%d", i), Email: fmt.Sprintf("firstname.lastname%d@acme.example", i), Name: name(i), Department: "Fulfillment", GroupIDs: []string{fmt.Sprintf("group-%d", i%12)}}
		if i%5 == 0 {
			u.GroupIDs = append(u.GroupIDs, fmt.Sprintf("group-%d", (i/5)%12))
		}
		s.Users = append(s.Users, u)
	}
	return s
}

// pageOf parses a page, and makes sure that it is whole: it loads nothing, and its policy allows
// its own style and script only.
func pageOf(t *testing.T, text []byte) *html.Node {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	hash := func(n *html.Node) string {
		sum := sha256.Sum256([]byte(n.FirstChild.Data))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	var policy string
	var hashes []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Style, atom.Script:
			hashes = append(hashes, hash(n))
		case atom.Meta:
			if attribute(n, "http-equiv") != "" {
				policy = attribute(n, "content")
			}
		case atom.Img, atom.Link, atom.Iframe, atom.Object, atom.Form, atom.Base:
			t.Errorf("there is a %s element", n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			}
		}
	}
	if len(hashes) != 2 || !strings.HasPrefix(policy, "default-src 'none'; style-src "+hashes[0]+"; script-src "+hashes[1]+";") {
		t.Errorf("the policy %q does not allow %v", policy, hashes)
	}
	return doc
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// textOf returns the text that a page shows.
func textOf(doc *html.Node) string {
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.DataAtom != atom.Script && n.Parent.DataAtom != atom.Style {
			b.WriteString(n.Data + " ")
		}
	}
	return b.String()
}

// Names of any kind stay names, in both files.
func TestFiles_hostileNames(t *testing.T) {
	t.Parallel()
	name := func(i int) string { return hostileNames[i%len(hostileNames)] }
	before := tenantOfMany(40, name)
	after := before
	after.Users = slices.Clone(before.Users)
	for i := range after.Users {
		after.Users[i].GroupIDs = []string{"group-7"}
	}
	result := review.Result{Tenants: []string{"acme", hostileNames[0]}}
	for change := range access.CompareStates(before, after) {
		result.People = append(result.People, review.Person{Tenant: "acme", UserChange: change})
	}
	for _, text := range hostileNames {
		result.Unresolved = append(result.Unresolved, review.Unresolved{Tenant: "acme", Address: text, Text: text})
		result.Findings = append(result.Findings, review.Finding{Tenant: "acme", Finding: access.Finding{Email: text, Text: text}})
	}
	options := review.Options{Format: "html", FailOn: review.Kinds(), Errors: strings.Join(hostileNames, "\n")}
	var files [2]bytes.Buffer
	if err := console.WriteReview(&files[0], result.View(options), true); err != nil {
		t.Fatal(err)
	}
	if err := console.WriteReport(&files[1], hostileNames[0], before, false); err != nil {
		t.Fatal(err)
	}
	for i := range files {
		shown := textOf(pageOf(t, files[i].Bytes()))
		for _, name := range hostileNames {
			if !strings.Contains(shown, access.Visible(name)) {
				t.Errorf("file %d does not show %q", i, name)
			}
		}
	}
}

// The page has what the text has: each line of it, and every person.
func TestWriteReview_complete(t *testing.T) {
	t.Parallel()
	before := tenantOfMany(300, func(i int) string { return fmt.Sprintf("Name %d", i) })
	after := before
	after.Users = slices.Clone(before.Users)
	for i := range after.Users {
		after.Users[i].GroupIDs = []string{fmt.Sprintf("group-%d", (i+1)%12)}
	}
	result := review.Result{Tenants: []string{"acme"}}
	for change := range access.CompareStates(before, after) {
		result.People = append(result.People, review.Person{Tenant: "acme", UserChange: change})
	}
	for _, failOn := range [][]string{nil, {review.Lost}, {review.Admin, review.Lifted, review.NotKnown}} {
		var text bytes.Buffer
		v := result.View(review.Options{Format: "html", FailOn: failOn, Plan: "sha256:0"})
		if err := console.WriteReview(&text, v, true); err != nil {
			t.Fatal(err)
		}
		shown := textOf(pageOf(t, text.Bytes()))
		for _, p := range result.People {
			if !strings.Contains(shown, p.User.Email+" ") || !strings.Contains(shown, p.User.Name) {
				t.Fatalf("the page lacks %s", p.User.Email)
			}
		}
		if failed := result.Failed(failOn); len(failed) > 0 && !strings.Contains(shown, "FAIL: ") || len(failed) == 0 && v.Word == "FAIL" {
			t.Errorf("failing on %v: the word is %q", failOn, v.Word)
		}
	}
	empty := review.Result{}
	var text bytes.Buffer
	if err := console.WriteReview(&text, empty.View(review.Options{}), true); err != nil || !strings.Contains(textOf(pageOf(t, text.Bytes())), "Nobody’s access changes") {
		t.Errorf("got %v, %s", err, text.String())
	}
}

// Redacted files name no one, and say the same about groups.
func TestFiles_redacted(t *testing.T) {
	t.Parallel()
	before := tenantOfMany(50, func(i int) string { return fmt.Sprintf("Zelda %d", i) })
	for i := range before.Groups {
		before.Groups[i].Name = "Orders"
	}
	after := before
	after.Users = before.Users[:10]
	result := review.Result{Tenants: []string{"acme"}}
	for change := range access.CompareStates(before, after) {
		result.People = append(result.People, review.Person{Tenant: "acme", UserChange: change})
	}
	result.Findings = []review.Finding{{Tenant: "acme", Finding: access.Finding{Email: "firstname.lastname12@acme.example", UserID: "u12", Text: "is alone, like firstname.lastname13@acme.example"}}}
	result.Unresolved = []review.Unresolved{{Tenant: "acme", Address: `iam_user.all["firstname.lastname12@acme.example"]`, Text: "is not known"}, {Address: `module.a["Zelda 12"].iam_user.x`}}
	var files [2]bytes.Buffer
	if err := console.WriteReview(&files[0], result.Redacted().View(review.Options{FailOn: review.Kinds()}), false); err != nil {
		t.Fatal(err)
	}
	if err := console.WriteReport(&files[1], "acme", before, true); err != nil {
		t.Fatal(err)
	}
	for i := range files {
		text := files[i].String()
		pageOf(t, files[i].Bytes())
		for _, private := range []string{"lastname", "acme.example", "Zelda", `"u1`, "u12"} {
			if strings.Contains(text, private) {
				t.Errorf("file %d contains %q", i, private)
			}
		}
		if !strings.Contains(text, "user 12") || !strings.Contains(text, "Orders") {
			t.Errorf("file %d is %s", i, text)
		}
	}
	if result.People[0].User.Email == "" || !strings.Contains(result.Findings[0].Text, "@") {
		t.Error("the review itself was changed")
	}
}

// A report of a thousand people stays small enough for an e-mail.
func TestWriteReport_size(t *testing.T) {
	t.Parallel()
	for people, most := range map[int]int{0: 30_000, 20: 100_000, 1000: 300_000, 10_000: 3_000_000} {
		var text bytes.Buffer
		if err := console.WriteReport(&text, "acme", tenantOfMany(people, func(i int) string { return fmt.Sprintf("Firstname Lastname %d", i%200) }), false); err != nil {
			t.Fatal(err)
		}
		if text.Len() > most {
			t.Errorf("%d people: %d bytes, want at most %d", people, text.Len(), most)
		}
		t.Logf("%d people: %d bytes", people, text.Len())
		shown := textOf(pageOf(t, text.Bytes()))
		if people == 0 && !strings.Contains(shown, "The tenant has no people.") {
			t.Errorf("got %s", shown)
		}
	}
}
