package report_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// lines writes each object of a list as one line.
func lines(list any, line func(values) string) []string {
	objects, _ := list.([]any)
	texts := []string{}
	for _, o := range objects {
		object, _ := o.(values)
		texts = append(texts, line(object))
	}
	return texts
}

func TestAccessReview(t *testing.T) {
	t.Parallel()
	s, p, owner := restricted(t)
	for email, groups := range map[string][]any{"anna@acme.example": {"all"}, "ben@acme.example": {"part", access.OwnerGroupID}} {
		p.MustApply("iam_user", providertest.State{}, values{"email": email, "first_name": "A", "last_name": "B", "group_ids": groups})
	}
	p.MustApply("iam_group", providertest.State{}, values{"id": "empty", "name": values{"en": "Empty"}})
	ownerRows := []string{
		"owner@acme.example companies partly manage []", "owner@acme.example carts manage [AT DE]", "owner@acme.example carts read []",
		"owner@acme.example orders manage [AT DE]", "owner@acme.example orders read []",
	}
	annaRows := []string{"anna@acme.example carts read []", "anna@acme.example orders read []"}
	ownerFindings := []string{
		"owner@acme.example unrestricted_by_accident carts [all some]", "owner@acme.example unrestricted_by_accident orders [all some]",
	}
	const emptyGroup = "<nil> group_without_members <nil> [empty]"
	for _, c := range []struct {
		name           string
		config         values
		rows, findings []string
	}{
		{"members of a group", values{"group_ids": []any{"all"}}, append(slices.Clone(annaRows), ownerRows...), ownerFindings},
		{"by e-mail", values{"emails": []any{"ANNA@acme.example"}}, annaRows, []string{}},
		{"both", values{"emails": []any{"anna@acme.example"}, "group_ids": []any{"some"}}, append(slices.Clone(annaRows), ownerRows...), ownerFindings},
		{"a group without members", values{"group_ids": []any{"empty"}}, []string{}, []string{emptyGroup}},
	} {
		if short, d := p.ReadData("iam_access_review", c.config); len(d) > 0 || short["rows"] != nil || short["csv"] != nil || fmt.Sprint(short["row_count"]) != fmt.Sprint(len(c.rows)) {
			t.Errorf("%s: without rows: %v, %v", c.name, short, d)
		}
		c.config["include_rows"], c.config["include_csv"] = true, true
		got, d := p.ReadData("iam_access_review", c.config)
		if len(d) > 0 {
			t.Fatal(d)
		}
		rows := lines(got["rows"], func(r values) string {
			return fmt.Sprint(r["email"], " ", r["entity"], " ", r["level"], " ", r["restrictions"])
		})
		if !slices.Equal(rows, c.rows) {
			t.Errorf("%s: got the rows\n%s\nwant\n%s", c.name, strings.Join(rows, "\n"), strings.Join(c.rows, "\n"))
		}
		findings := lines(got["findings"], func(f values) string {
			return fmt.Sprint(f["email"], " ", f["kind"], " ", f["entity"], " ", f["group_ids"])
		})
		if !slices.Equal(findings, c.findings) {
			t.Errorf("%s: got the findings\n%s\nwant\n%s", c.name, strings.Join(findings, "\n"), strings.Join(c.findings, "\n"))
		}
		if text, _ := got["csv"].(string); strings.Count(text, "\r\n") != 1+len(rows) || fmt.Sprint(got["admins"]) != "[]" {
			t.Errorf("%s: admins %v, csv\n%s", c.name, got["admins"], text)
		}
	}

	// Everybody: as access.Reports and access.Findings have it.
	state, err := s.Client.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	whole, d := p.ReadData("iam_access_review", values{"include_rows": true, "include_csv": true})
	if len(d) > 0 {
		t.Fatal(d)
	}
	if got := fmt.Sprint(whole["admins"]); got != "[ben@acme.example]" {
		t.Errorf("admins: got %s", got)
	}
	var text strings.Builder
	if err := access.WriteReportCSV(&text, state); err != nil || whole["csv"] != text.String() {
		t.Errorf("the csv of everybody: %v\n%s", err, whole["csv"])
	}
	found := lines(whole["findings"], func(f values) string { return fmt.Sprint(f["text"]) })
	var want []string
	for _, f := range access.Findings(state) {
		want = append(want, f.Text)
	}
	if !slices.Equal(found, want) {
		t.Errorf("got the findings\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
	counts := map[access.FindingKind]int{}
	for _, f := range access.Findings(state) {
		counts[f.Kind]++
	}
	if got := fmt.Sprint(whole["finding_counts"]); got != fmt.Sprint(counts) {
		t.Errorf("got the counts %s, want %v", got, counts)
	}
	if fmt.Sprint(whole["user_count"]) != fmt.Sprint(len(state.Users)) {
		t.Errorf("of %d users %v are counted", len(state.Users), whole["user_count"])
	}
	for _, o := range whole["rows"].([]any) {
		if r := o.(values); (r["email"] == "owner@acme.example") != (r["user_id"] == owner.ID) {
			t.Errorf("whose row is this: %v", r)
		}
	}
}

// Rows that a state cannot hold are refused; the counts and the CSV are not.
func TestAccessReview_manyRows(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true, NoContract: true})
	p := providertest.New(t, b.Config)
	for i := range 300 {
		_, err := b.Client.CreateUser(t.Context(), api.UserCreate{
			FirstName: "A", LastName: "B", ContactEmail: fmt.Sprintf("user%d@acme.example", i),
			PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{access.OwnerGroupID},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, d := p.ReadData("iam_access_review", values{"include_rows": true}); !d.Has(`AttributeName("include_rows")`, "Too Many Rows", "at most 10000", "include_csv") {
		t.Errorf("got %v", d)
	}
	got, d := p.ReadData("iam_access_review", values{"include_csv": true})
	text, _ := got["csv"].(string)
	if len(d) > 0 || fmt.Sprint(got["row_count"]) != fmt.Sprint(strings.Count(text, "\r\n")-1) {
		t.Errorf("%v rows are counted, %d lines written (%v)", got["row_count"], strings.Count(text, "\r\n"), d)
	}
}

// A review without what the key may not read says so.
func TestAccessReview_unread(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	for scope, want := range map[string]string{
		api.ScopeUserRead + " " + api.ScopeGroupRead + " " + api.ScopeTemplateRead: "the tenant's own access controls, the team, the Make organization",
		"": "",
	} {
		config := maps.Clone(b.Config)
		if scope != "" {
			config["scope"] = scope
		}
		got, d := providertest.New(t, config).ReadData("iam_access_review", values{})
		if d.Failed() || fmt.Sprint(got["admins"]) != "[owner@acme.example]" || want == "" && len(d) > 0 || want != "" && !d.Has("warning: Access Not Reviewed", want) {
			t.Errorf("scope %q: got admins %v, %v", scope, got["admins"], d)
		}
	}
}

// A review that leaves someone out unnoticed is worse than none.
func TestAccessReview_mistakes(t *testing.T) {
	t.Parallel()
	_, p, _ := restricted(t)
	_, d := p.ReadData("iam_access_review", values{"group_ids": []any{"all", "gone"}, "emails": []any{"nobody@acme.example"}})
	if !d.Has(`AttributeName("group_ids")`, "Group Not Found", "gone") || !d.Has(`AttributeName("emails")`, "User Not Found", "nobody@acme.example") || len(d) != 2 {
		t.Errorf("got %v", d)
	}
	if _, d := p.ReadData("iam_access_review", values{"emails": []any{}}); !d.Has(`AttributeName("emails"): Empty Set`, "would review no users") {
		t.Errorf("got %v", d)
	}
	reader := providertest.New(t, values{"api_url": "http://127.0.0.1:1", "tenant": providertest.Unknown, "client_id": "a", "client_secret": "b"})
	if _, d := reader.ReadData("iam_access_review", values{}); !d.Has("Provider Configuration Unknown") {
		t.Errorf("got %v", d)
	}
}
