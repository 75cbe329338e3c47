package review_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

// lines returns a line for each change.
func lines(people []access.UserChange, findings []access.Finding) string {
	var lines []string
	for _, u := range people {
		lines = append(lines, strings.ToLower(u.User.Email)+" "+string(u.Event))
		for _, c := range u.Changes {
			var groups []string
			for _, g := range c.Groups {
				groups = append(groups, g.ID)
			}
			lines = append(lines, fmt.Sprint("  ", c.Kind, " ", c.Entity, " ", c.Before, " ", c.After, " ", c.Restrictions, c.Except, groups))
		}
	}
	for _, f := range findings {
		lines = append(lines, line(f))
	}
	return strings.Join(lines, "\n")
}

func line(f access.Finding) string {
	return fmt.Sprint(f.Kind, " ", strings.ToLower(f.Email), " ", f.Entity, " ", f.Groups, " ", f.Text)
}

// found returns the lines of a review.
func found(r review.Result) string {
	var people []access.UserChange
	for _, p := range r.People {
		people = append(people, p.UserChange)
	}
	var findings []access.Finding
	for _, f := range r.Findings {
		findings = append(findings, f.Finding)
	}
	return lines(people, findings)
}

// compared returns the lines of a comparison of two states of a tenant.
func compared(before, after access.State) string {
	var old []string
	for _, f := range access.Findings(before) {
		old = append(old, line(f))
	}
	findings := slices.DeleteFunc(access.Findings(after), func(f access.Finding) bool { return slices.Contains(old, line(f)) })
	return lines(slices.Collect(access.CompareStates(before, after)), findings)
}

// A review before the apply equals the difference of two reports after it, with
// the real CLI and random configurations.
func TestAccReview_likeTwoReports(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			b := providertest.Embedded(t)
			w := providertest.NewWorkspace(t, nil)
			chance := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // reproducible
			for round := range 4 {
				config := providertest.Source + b.HCL + chanceConfig(chance, round)
				w.Write("main.tf", config)
				plan := planJSON(t, w)
				before, err := b.Client.State(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				got := ask(t, plan, b.Client)
				w.MustRun("apply", "-no-color", "-auto-approve", "plan.out")
				after, err := b.Client.State(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if want := compared(before, after); found(got) != want || len(got.Unresolved) > 0 {
					t.Errorf("round %d: the review has\n%s\n%v\nthe reports have\n%s\nfor\n%s", round, found(got), got.Unresolved, want, config)
				}
				if round == 0 && len(got.People) == 0 {
					t.Error("the first round changes nothing")
				}
			}
		})
	}
}

// planJSON plans and returns the output of "show -json".
func planJSON(t *testing.T, w *providertest.Workspace) string {
	t.Helper()
	w.MustRun("plan", "-no-color", "-out", "plan.out")
	text := w.MustRun("show", "-json", "plan.out")
	_, plan, _ := strings.Cut(text, "{") // the CLI can print warnings before it
	return "{" + plan
}

// chanceConfig writes users, groups and memberships of every kind. Group 3 is
// only for iam_group_members, which removes all other members.
func chanceConfig(chance *rand.Rand, round int) string {
	var b strings.Builder
	level := func() string { return []string{"none", "read", "manage"}[chance.IntN(3)] }
	fmt.Fprintf(&b, "resource \"iam_restriction_settings\" \"all\" {\n  values = [\"DE\", \"AT\"]\n}\n")
	fmt.Fprintf(&b, "resource \"iam_role_template\" \"clerk\" {\n  id = \"clerk\"\n  name = { en = \"Clerk\" }\n  access = { products = %q, carts = %q }\n}\n", level(), level())
	var groups []int
	for i := range 4 {
		if i > 0 && chance.IntN(6) == 0 {
			continue
		}
		groups = append(groups, i)
		fmt.Fprintf(&b, "resource \"iam_group\" \"g%d\" {\n  depends_on = [iam_restriction_settings.all]\n  id = \"g%d\"\n  name = { en = \"G%d\" }\n  force_delete = true\n", i, i, i)
		if i == 3 { // of the other product
			fmt.Fprintf(&b, "  access = { forms = %q, task_inbox = %q }\n}\n", level(), level())
			continue
		}
		fmt.Fprintf(&b, "  access = { orders = %q, customers = %q, users_and_groups = %q, media = %q }\n", level(), level(), level(), level())
		if chance.IntN(2) == 0 {
			b.WriteString("  role_template = iam_role_template.clerk.id\n")
		}
		if chance.IntN(2) == 0 {
			fmt.Fprintf(&b, "  restrictions = [%s]\n", []string{`"DE"`, `"AT"`, `"DE", "AT"`}[chance.IntN(3)])
		}
		b.WriteString("}\n")
	}
	open := slices.DeleteFunc(slices.Clone(groups), func(i int) bool { return i == 3 })
	var listed []string
	for i := range 8 {
		gone := i > 1 && chance.IntN(4) == 0
		if i == 7 {
			gone = round > 1 // a user locked then cannot be added again
		}
		if gone {
			continue
		}
		var in []string
		for _, g := range open {
			if chance.IntN(2) == 0 {
				in = append(in, fmt.Sprintf("iam_group.g%d.id", g))
			}
		}
		fmt.Fprintf(&b, "resource \"iam_user\" \"u%d\" {\n  email = \"u%d.%d@acme.example\"\n  first_name = \"U\"\n  last_name = \"V\"\n", i, i, chance.IntN(8)/7*(i%7))
		if chance.IntN(3) == 0 {
			b.WriteString("  locked = true\n")
		}
		if i == 7 {
			b.WriteString("  on_destroy = \"lock\"\n")
		}
		if i < 3 {
			fmt.Fprintf(&b, "  group_ids = [%s]\n", strings.Join(append(in, `"oe-viewer"`), ", "))
		}
		b.WriteString("}\n")
		switch {
		case i < 3:
		case i < 5:
			fmt.Fprintf(&b, "resource \"iam_user_groups\" \"u%d\" {\n  user_id = iam_user.u%d.id\n  group_ids = [%s]\n}\n", i, i, strings.Join(in, ", "))
		default:
			for _, g := range in {
				fmt.Fprintf(&b, "resource \"iam_group_membership\" \"u%d_%s\" {\n  user_id = iam_user.u%d.id\n  group_id = %s\n}\n", i, g[10:12], i, g)
			}
			if chance.IntN(2) == 0 {
				listed = append(listed, fmt.Sprintf("iam_user.u%d", i))
			}
		}
	}
	if slices.Contains(groups, 3) {
		fmt.Fprintf(&b, "resource \"iam_group_members\" \"g3\" {\n  group_id = iam_group.g3.id\n  members = { for u in [%s] : u.email => u.id }\n}\n", strings.Join(listed, ", "))
	}
	return b.String()
}
