package export_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/access-config/terraform-provider-iam/internal/export"
)

func group(id string, arguments map[string]any) export.Object {
	all := map[string]any{"id": id, "name": map[string]any{"en": id}}
	for name, v := range arguments {
		all[name] = v
	}
	return export.Object{Type: "iam_group", ImportID: id, Name: id, Arguments: all}
}

func user(id, email string) export.Object {
	return export.Object{
		Type: "iam_user", ImportID: id, Name: email,
		Arguments: map[string]any{"email": email}, Decided: map[string]any{"id": id},
	}
}

func members(group string, ids ...string) export.Object {
	all := map[string]any{}
	for _, id := range ids {
		all[id+"@acme.example"] = id
	}
	return export.Object{Type: "iam_group_members", ImportID: group, Name: "Members of " + group, Arguments: map[string]any{"group_id": group, "members": all}}
}

func membership(group, id string) export.Object {
	return export.Object{Type: "iam_group_membership", ImportID: group + "/" + id, Name: id + " in " + group, Arguments: map[string]any{"group_id": group, "user_id": id}}
}

// write returns the files as one text.
func write(t testing.TB, objects []export.Object, f export.Filter) string {
	t.Helper()
	files, _, err := export.Write(objects, f, export.Connection{Tenant: "acme", APIURL: "https://api.example"})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, file := range files {
		fmt.Fprintf(&b, "# %s\n%s", file.Name, file.Text)
	}
	return b.String()
}

// Every text reads back from the configuration unchanged, whatever it contains.
func TestWrite_texts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching("[${}%\"\\\\\n\t a#<]{1,12}")).Draw(t, "text")
		text = norm.NFC.String(text) // as Terraform normalizes all strings
		if text == "" {
			return
		}
		files, _, err := export.Write([]export.Object{group("g", map[string]any{"description": map[string]any{"en": text}, "mixins": text, "restrictions": []any{text}})}, export.Filter{}, export.Connection{})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(files, func(f export.File) bool { return f.Name == "groups.tf" })
		parsed, d := hclsyntax.ParseConfig(files[i].Text, "groups.tf", hcl.InitialPos)
		if d.HasErrors() {
			t.Fatalf("%v:\n%s", d, files[i].Text)
		}
		attributes := parsed.Body.(*hclsyntax.Body).Blocks[0].Body.Attributes
		for name, of := range map[string]func(hcl.Expression) string{
			"mixins":       func(e hcl.Expression) string { v, _ := e.Value(nil); return v.AsString() },
			"description":  func(e hcl.Expression) string { v, _ := e.Value(nil); return v.GetAttr("en").AsString() },
			"restrictions": func(e hcl.Expression) string { v, _ := e.Value(nil); return v.AsValueSlice()[0].AsString() },
		} {
			if got := of(attributes[name].Expr); got != text {
				t.Fatalf("%s of %q is %q:\n%s", name, text, got, files[i].Text)
			}
		}
	})
}

// Names are unique identifiers. The first object keeps the base name, so no
// name changes when objects are added.
func TestWrite_names(t *testing.T) {
	t.Parallel()
	var objects []export.Object
	for i, email := range []string{"anna.schmidt@acme.example", "Anna.Schmidt@other.example", "anna_schmidt@third.example", "jörg.groß@acme.example", "東京@acme.example", "007@acme.example", "@", "łukasz+x@acme.example"} {
		objects = append(objects, user(fmt.Sprintf("u%d", i), email))
	}
	var before string
	for n := 1; n <= len(objects); n++ {
		text := write(t, objects[:n], export.Filter{})
		for line := range strings.SplitSeq(before, "\n") {
			if strings.HasPrefix(line, "resource ") && !strings.Contains(text, line) {
				t.Errorf("%d objects: missing %s", n, line)
			}
		}
		before = text
	}
	for _, name := range []string{"anna_schmidt", "anna_schmidt_" /* and a number */, "joerg_gross", "acme_example", "user_007", "lukasz_x"} {
		if !strings.Contains(before, `resource "iam_user" "`+name) {
			t.Errorf("missing user %s in\n%s", name, before)
		}
	}
	seen := map[string]bool{}
	for line := range strings.SplitSeq(before, "\n") {
		if strings.HasPrefix(line, "resource ") {
			if seen[line] || !hclsyntax.ValidIdentifier(strings.Split(line, `"`)[3]) {
				t.Errorf("%s: not an identifier, or not unique", line)
			}
			seen[line] = true
		}
	}
}

// The filter selects objects, and one resource manages each membership.
func TestWrite_filters(t *testing.T) {
	t.Parallel()
	objects := []export.Object{
		group("g", nil), group("h", nil), group("made", nil),
		user("a", "a@acme.example"), user("b", "b@acme.example"), user("c", "c@acme.example"),
		members("g", "a", "b"), members("h", "b", "c"), members("made", "a"), members("predefined", "a"),
		membership("g", "a"), membership("g", "b"), membership("h", "b"), membership("h", "c"), membership("made", "a"), membership("predefined", "a"),
		{Type: "iam_user_groups", ImportID: "a", Name: "Groups of a", Arguments: map[string]any{"user_id": "a", "group_ids": []any{"g", "predefined"}}},
		{Type: "iam_vendor", ImportID: "tea", Arguments: map[string]any{"id": "tea", "name": "Tea"}, Decided: map[string]any{"group_ids": map[string]any{"order_manager": "made", "x": "1", "y": "2", "z": "3"}}},
		{Type: "iam_restriction_settings", ImportID: "acme", Arguments: map[string]any{"sync_with_sites": false}},
		{Type: "iam_restriction", ImportID: "de", Arguments: map[string]any{"value": "de"}},
	}
	for name, c := range map[string]struct {
		filter    export.Filter
		has, lack []string
	}{
		"all": {export.Filter{}, []string{
			`"iam_group_members" "g"`, `"a@acme.example" = iam_user.a.id`, `group_id = "predefined"`, `group_id = iam_vendor.tea.group_ids["order_manager"]`, `"iam_restriction" "de"`,
		}, []string{"iam_group_membership", "iam_user_groups", `"iam_group" "made"`, "iam_restriction_settings"}},
		"types":              {export.Filter{Types: []string{"iam_group_members"}}, []string{`group_id = "g"`, `"a@acme.example" = "a"`}, []string{`"iam_group" `, `"iam_user" `, "iam_vendor"}},
		"single":             {export.Filter{Types: []string{"iam_group_membership", "iam_user"}}, []string{`"iam_group_membership" "a_in_g"`, "user_id  = iam_user.a.id"}, []string{`"iam_group_members"`}},
		"of users":           {export.Filter{Types: []string{"iam_user_groups", "iam_group"}}, []string{`group_ids = [iam_group.g.id, "predefined"]`}, []string{`"iam_group_members"`}},
		"settings":           {export.Filter{Types: []string{"iam_restriction_settings"}}, []string{"sync_with_sites = false"}, []string{`"iam_restriction" `}},
		"a group":            {export.Filter{Groups: []string{"g"}}, []string{`"iam_group" "g"`, `"iam_group_members" "g"`, `"iam_user" "a"`, `"iam_user" "b"`}, []string{`"iam_group" "h"`, `"iam_user" "c"`, "iam_group_membership", "iam_vendor"}},
		"a user":             {export.Filter{Emails: []string{"B@acme.example"}}, []string{`"iam_user" "b"`, `group_id = "g"`, `group_id = "h"`, "iam_group_membership"}, []string{`"iam_group_members"`, `"iam_user" "a"`, `"iam_group" `}},
		"a group and a user": {export.Filter{Groups: []string{"g"}, Emails: []string{"b@acme.example"}}, []string{`"iam_group_members" "g"`, `group_id = "h"`}, []string{`"iam_group_membership" "g`, `"iam_user" "c"`}},
	} {
		text := write(t, objects, c.filter)
		for _, part := range c.has {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %s:\n%s", name, part, text)
			}
		}
		for _, part := range c.lack {
			if strings.Contains(text, part) {
				t.Errorf("%s has %s:\n%s", name, part, text)
			}
		}
	}
	if _, _, err := export.Write(objects, export.Filter{Emails: []string{"a@acme.example", "x@acme.example"}}, export.Connection{}); err == nil || !strings.Contains(err.Error(), "x@acme.example") {
		t.Errorf("unknown user: %v", err)
	}
}

func TestFilter_Check(t *testing.T) {
	t.Parallel()
	all := []string{"iam_user", "iam_group_members", "iam_user_groups", "iam_restriction", "iam_restriction_settings"}
	for names, want := range map[string]string{
		"iam_user": "", "iam_user,iam_group_members,iam_restriction": "",
		"iam_robot":                                "cannot export the type iam_robot",
		"iam_user_groups,iam_group_members":        "manage the same objects",
		"iam_restriction,iam_restriction_settings": "manage the same objects",
	} {
		err := export.Filter{Types: strings.Split(names, ",")}.Check(all)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", names, err)
		}
	}
}
