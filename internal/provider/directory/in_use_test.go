package directory_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

type (
	aStep       = providertest.Step
	diagnostics = providertest.Diagnostics
)

func remote(t testing.TB) providertest.Backend {
	return providertest.Remote(t, servertest.Options{})
}

// inGroup makes a group with one member, and returns both and the membership by the
// type that is to hold it.
func inGroup(p *providertest.Provider, by string) (group, member aStep) {
	made := p.MustApply("iam_group", state{}, values{"id": "g", "name": values{"en": "G"}})
	user := values{"email": "ann@acme.example", "first_name": "Ann", "last_name": "Lee"}
	if by == "iam_user" {
		user["group_ids"] = []any{"g"}
	}
	person := p.MustApply("iam_user", state{}, user)
	id := person.Values["id"]
	group, member = aStep{Type: "iam_group", Prior: made}, aStep{Type: by}
	switch by {
	case "iam_user":
		member.Prior = person
	case "iam_group_membership":
		member.Prior = p.MustApply(by, state{}, values{"group_id": "g", "user_id": id})
	case "iam_group_members":
		member.Prior = p.MustApply(by, state{}, values{"group_id": "g", "members": values{"ann@acme.example": id}})
	case "iam_user_groups":
		member.Prior = p.MustApply(by, state{}, values{"user_id": id, "group_ids": []any{"g"}})
	case "iam_users_csv":
		p.MustApply("iam_user", person, nil)
		p.NextRun()
		member.Prior = p.MustApply(by, state{}, values{"csv": "email,first_name,last_name,groups\nann@acme.example,Ann,Lee,g\n"})
	}
	return group, member
}

var membershipTypes = []string{"iam_user", "iam_group_membership", "iam_group_members", "iam_user_groups", "iam_users_csv"}

// A group goes with its members in one apply, in whatever order Terraform plans and
// destroys them.
func TestGroupResource_destroyedWithMembers(t *testing.T) {
	t.Parallel()
	for _, by := range membershipTypes {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			for name, plans := range map[string][]int{"group planned first": {0, 1}, "members planned first": {1, 0}} {
				for start, applies := range map[string][]int{"group destroyed first": {0, 1}, "members destroyed first": {1, 0}} {
					t.Run(name+", "+start, func(t *testing.T) {
						t.Parallel()
						b := remote(t)
						p := providertest.New(t, b.Config)
						group, member := inGroup(p, by)
						steps, planned := []aStep{group, member}, make([]state, 2)
						p.NextRun()
						var d diagnostics
						for _, i := range plans {
							var dd diagnostics
							planned[i], _, dd = p.Plan(steps[i].Type, steps[i].Prior, nil)
							d = append(d, dd...)
						}
						if reported := d.Has("warning: Group Has Members: g", `Group g ("G") still has members`, "ann@acme.example"); d.Failed() || reported != (plans[0] == 0) {
							t.Errorf("the plan says %v", d)
						}
						p.NextRun()
						for _, i := range applies { // one at a time, as with -parallelism=1
							if _, d := p.ApplyStep(steps[i], planned[i]); d.Failed() {
								t.Errorf("got %v", d)
							}
						}
						if _, err := b.Client.Group(t.Context(), "g"); !client.IsNotFound(err) {
							t.Errorf("the group exists: %v", err)
						}
					})
				}
			}
		})
	}
}

// destroyTogether starts to destroy the first, and then the others beside it.
func destroyTogether(t *testing.T, p *providertest.Provider, steps []aStep, planned []state) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range steps {
		wg.Go(func() {
			if _, d := p.ApplyStep(steps[i], planned[i]); d.Failed() {
				t.Errorf("got %v", d)
			}
		})
	}
	wg.Wait()
}

// Where the plan cannot tell the destroy who leaves later, a group waits for those
// who leave at the same time.
func TestGroupResource_waitsForMembers(t *testing.T) {
	t.Parallel()
	b := remote(t)
	occupied := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(occupied, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := providertest.Start(t, map[string]string{"TF_DATA_DIR": occupied})
	if d := p.Configure(b.Config); d.Failed() {
		t.Fatal(d)
	}
	group, member := inGroup(p, "iam_group_membership")
	steps, planned := []aStep{group, member}, make([]state, 2)
	p.NextRun()
	for i := range steps {
		planned[i], _, _ = p.Plan(steps[i].Type, steps[i].Prior, nil)
	}
	p.NextRun()
	destroyTogether(t, p, steps, planned)
	if _, err := b.Client.Group(t.Context(), "g"); !client.IsNotFound(err) {
		t.Errorf("the group exists: %v", err)
	}
}

// A group that has members whom nothing takes out is not waited for: the error names
// them, and the next apply goes on once they have left. What another plan would take
// out does not count.
func TestGroupResource_destroyedBeforeMembers(t *testing.T) {
	t.Parallel()
	b := remote(t)
	p := providertest.New(t, b.Config)
	group, member := inGroup(p, "iam_group_membership")
	p.NextRun()
	planned, _, _ := p.Plan("iam_group", group.Prior, nil)
	p.NextRun()
	if _, _, d := p.Plan("iam_group", group.Prior, nil); d.Failed() {
		t.Fatal(d)
	}
	plannedMember, _, _ := p.Plan(member.Type, member.Prior, nil)
	p.NextRun()
	start := time.Now()
	kept, d := p.ApplyStep(group, planned)
	if !d.Has("error: Unable to delete group", "still has the members ann@acme.example", "apply again", "set force_delete = true") || kept.Values == nil || time.Since(start) > 15*time.Second {
		t.Errorf("got %v, %v after %v", kept.Values, d, time.Since(start))
	}
	if _, d := p.ApplyStep(member, plannedMember); d.Failed() {
		t.Errorf("got %v", d)
	}
	p.NextRun()
	p.MustApply("iam_group", kept, nil)
}

// Somebody who has come since the plan keeps the group, even if all others leave.
func TestGroupResource_joinedSincePlan(t *testing.T) {
	t.Parallel()
	b := remote(t)
	p := providertest.New(t, b.Config)
	group, member := inGroup(p, "iam_group_membership")
	p.NextRun()
	if _, _, d := p.Plan(member.Type, member.Prior, nil); len(d) > 0 {
		t.Error(d)
	}
	planned, _, d := p.Plan("iam_group", group.Prior, nil)
	if len(d) > 0 {
		t.Error(d)
	}
	owner, err := b.Client.UserByEmail(t.Context(), "owner@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Client.AssignMember(t.Context(), "g", access.Employee, owner.ID); err != nil {
		t.Fatal(err)
	}
	kept, d := p.ApplyStep(group, planned)
	if kept.Values == nil || !d.Has("error: Unable to delete group", "ann@acme.example, owner@acme.example") {
		t.Errorf("got %v, %v", kept.Values, d)
	}
}

// With force_delete the plan says whom the destroy takes out.
func TestGroupResource_forcedNamesMembers(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, remote(t).Config)
	group, _ := inGroup(p, "iam_group_membership")
	forced := p.MustApply("iam_group", group.Prior, values{"id": "g", "name": values{"en": "G"}, "force_delete": true})
	p.NextRun()
	if _, _, d := p.Plan("iam_group", forced, nil); d.Failed() || !d.Has("warning: Group Has Members: g", "ann@acme.example", "With force_delete = true the apply removes them") {
		t.Errorf("got %v", d)
	}
}

// What is left out and stays is said in the plan, with how to end it; the apply
// then leaves it alone.
func TestArgumentsLeftOut(t *testing.T) {
	t.Parallel()
	group := values{"id": "g", "name": values{"en": "G"}}
	user := values{"email": "ann@acme.example", "first_name": "Ann", "last_name": "Lee"}
	const segments = "1ac869fc-d548-4ec8-8e06-c01491314228" // no entity of the catalog
	head := "email,first_name,last_name"
	row := "\nann@acme.example,Ann,Lee"
	for name, c := range map[string]struct {
		typeName   string
		with, then values
		want       []string
		quiet      values // says nothing
	}{
		"access_control_ids": {
			"iam_group", with(group, values{"access_control_ids": []any{segments}}), group,
			[]string{`warning at AttributeName("access_control_ids"): Access Controls Kept: g`, segments, "access_control_ids = []"},
			with(group, values{"access_control_ids": []any{}}),
		},
		"mixins": {
			"iam_group", with(group, values{"mixins": `{"a":1}`}), group,
			[]string{`warning at AttributeName("mixins"): Custom Attributes Kept: g`, `mixins = "{}"`},
			with(group, values{"mixins": `{}`}),
		},
		"group_ids": {
			"iam_user", with(user, values{"group_ids": []any{"oe-viewer"}}), user,
			[]string{`warning at AttributeName("group_ids"): Memberships Kept: ann@acme.example`, "oe-viewer", "group_ids = []"},
			with(user, values{"group_ids": []any{}}),
		},
		"locked": {
			"iam_user", with(user, values{"locked": true}), user,
			[]string{`warning at AttributeName("locked"): Lock Kept: ann@acme.example`, "locked = false"},
			with(user, values{"locked": false}),
		},
		"column groups": {
			"iam_users_csv",
			values{"csv": head + ",groups" + row + ",oe-viewer\n"},
			values{"csv": head + row + "\n"},
			[]string{`warning at AttributeName("csv"): Memberships Kept: ann@acme.example (oe-viewer)`, "leave its cells empty"},
			values{"csv": head + ",groups" + row + ",\n"},
		},
		"column locked": {
			"iam_users_csv",
			values{"csv": head + ",locked" + row + ",true\n"},
			values{"csv": head + row + "\n"},
			[]string{`warning at AttributeName("csv"): Locks Kept: ann@acme.example`, "set it to false"},
			values{"csv": head + ",locked" + row + ",false\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := providertest.New(t, remote(t).Config)
			made := p.MustApply(c.typeName, state{}, c.with)
			for _, config := range []values{c.with, c.quiet} {
				p.NextRun()
				if _, _, d := p.Plan(c.typeName, made, config); d.Failed() || strings.Contains(strings.Join(d, ""), "Stay") {
					t.Errorf("%v: got %v", config, d)
				}
			}
			p.NextRun()
			planned, d := p.Apply(c.typeName, made, c.then)
			if d.Failed() || !d.Has(c.want...) {
				t.Errorf("got %v, want %q", d, c.want)
			}
			p.NextRun()
			if _, _, d := p.Plan(c.typeName, planned, c.then); len(d) > 0 {
				t.Errorf("once is enough: %v", d)
			}
		})
	}
}
