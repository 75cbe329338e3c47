package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Each change is reported on its own; guardrails count all changes together.
func TestForecast(t *testing.T) {
	t.Parallel()
	group := func(id string, levels map[string]access.Level, restrictions ...string) access.Group {
		return access.Group{ID: id, Controls: access.ControlIDs(access.Expand(access.Access{}, levels)), Restrictions: restrictions}
	}
	user := func(name string) access.StateUser { return access.StateUser{ID: name, Email: name + "@acme.example"} }
	in := func(u access.StateUser, groups ...string) access.StateUser {
		u.GroupIDs = groups
		return u
	}
	f := access.NewForecast(access.State{
		Groups: []access.Group{
			group("admins", map[string]access.Level{"users_and_groups": access.Manage}),
			group("orders", map[string]access.Level{"orders": access.Manage}),
			group("viewers", map[string]access.Level{"orders": access.Read}),
		},
		Users: []access.StateUser{in(user("anna"), "admins", "orders"), in(user("bert"), "orders"), in(user("cleo"), "admins")},
	})
	losing := func() (users []access.StateUser) {
		most, _ := f.MostAffected(access.LosesAccess)
		for _, c := range most {
			users = append(users, c.User)
		}
		return users
	}
	names := func(users []access.StateUser) string {
		var all []string
		for _, u := range users {
			all = append(all, strings.TrimSuffix(u.Email, "@acme.example"))
		}
		slices.Sort(all)
		return strings.Join(all, " ")
	}
	for _, step := range []struct {
		name             string
		edit             func(*access.Tenant)
		step             string // who is touched, and by which event
		losing, noAdmins string
		more             bool
		admins           int
	}{
		{"nothing", func(e *access.Tenant) { e.Join("orders", user("bert")) }, "", "", "", false, 2},
		{"a group gives less", func(e *access.Tenant) {
			e.SetGroup(group("orders", map[string]access.Level{"orders": access.Read}))
		}, "anna bert", "anna bert", "", true, 2},
		{"the same again", func(e *access.Tenant) {
			e.SetGroup(group("orders", map[string]access.Level{"orders": access.Read}))
		}, "", "anna bert", "", false, 2},
		{"a group is limited", func(e *access.Tenant) {
			e.SetGroup(group("orders", map[string]access.Level{"orders": access.Read}, "DE"))
		}, "anna bert", "anna bert", "", false, 2},
		{"one gets it back", func(e *access.Tenant) {
			e.SetGroup(group("all", map[string]access.Level{"orders": access.Manage}))
			e.Join("all", access.StateUser{Email: "BERT@acme.example"})
		}, "bert", "anna", "", false, 2},
		{"no admin any more", func(e *access.Tenant) { e.Leave("admins", user("cleo")) }, "cleo", "anna cleo", "cleo", true, 1},
		{"a new one", func(e *access.Tenant) {
			e.AddUser(access.StateUser{Email: "dora@acme.example", GroupIDs: []string{"admins"}})
		}, "dora+added", "anna cleo", "", false, 2},
		{"locked", func(e *access.Tenant) { e.Lock(user("anna"), true) }, "anna+locked", "anna cleo", "anna", false, 1},
		{"unlocked", func(e *access.Tenant) { e.Lock(user("anna"), false) }, "anna+unlocked", "anna cleo", "", false, 2},
		{"removed", func(e *access.Tenant) { e.RemoveUser(user("bert")) }, "bert+removed", "anna bert cleo", "", true, 2},
		{"removed from nowhere", func(e *access.Tenant) { e.RemoveUser(user("bert")); e.Lock(user("emil"), true) }, "", "anna bert cleo", "", false, 2},
		{"all members", func(e *access.Tenant) {
			e.SetMembers("admins", []access.StateUser{user("cleo"), {Email: "dora@acme.example"}})
		}, "anna cleo", "anna bert", "anna", false, 2},
		{"all groups", func(e *access.Tenant) { e.SetGroups(user("anna"), []string{"admins", "viewers"}) }, "anna", "anna bert", "", false, 3},
		{"a group less", func(e *access.Tenant) { e.RemoveGroup("admins") }, "anna cleo dora", "anna bert cleo", "anna cleo dora", true, 0},
	} {
		impact := f.Change(step.edit)
		var touched []string
		for _, c := range impact.Step {
			text := names([]access.StateUser{c.User})
			if c.Event != "" {
				text += "+" + string(c.Event)
			}
			touched = append(touched, text)
		}
		if got := strings.Join(touched, " "); got != step.step || names(losing()) != step.losing || impact.Losing.Users != len(losing()) || impact.Losing.More != step.more ||
			names(impact.NoAdmins) != step.noAdmins || impact.Admins != step.admins {
			t.Errorf("%s: %s touched, %s losing (more: %v), %s no admin any more, %d left", step.name, got, names(losing()), impact.Losing.More, names(impact.NoAdmins), impact.Admins)
		}
	}
}

// A step reports a removed user, and groups that are written again unchanged hide
// nothing.
func TestForecast_steps(t *testing.T) {
	t.Parallel()
	give := func(id string, level access.Level) access.Group {
		return access.Group{ID: id, Controls: access.ControlIDs(access.FromMap(map[string]access.Level{"tax": level}))}
	}
	state := access.State{}
	for i := range 40 {
		id := fmt.Sprint(i)
		state.Groups = append(state.Groups, give(id, access.Manage))
		state.Users = append(state.Users, access.StateUser{ID: id, Email: id + "@acme.example", GroupIDs: []string{id}})
	}
	f := access.NewForecast(state)
	told := func(impact access.Impact) string {
		var lines []string
		for _, c := range impact.Step {
			for _, change := range c.Changes {
				lines = append(lines, c.User.ID+" "+change.Text())
			}
		}
		return strings.Join(lines, "; ")
	}
	got := told(f.Change(func(t *access.Tenant) {
		for i, g := range state.Groups {
			if i == 7 {
				g = give("7", access.Read)
			}
			t.SetGroup(g)
		}
	}))
	if want := "7 is lowered from manage to read on tax through 7"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got = told(f.Change(func(t *access.Tenant) { t.RemoveUser(state.Users[3]) }))
	if want := "3 loses manage on tax through 3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
