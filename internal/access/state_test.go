package access

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func groupWith(id string, own map[string]Level, restrictions ...string) Group {
	a := Expand(Access{}, own)
	return Group{ID: id, Controls: ControlIDs(a), Restrictions: restrictions}
}

// format formats changes of users as lines.
func format(changes iter.Seq[UserChange]) []string {
	var lines []string
	for u := range changes {
		line := u.User.Email
		if u.Event != "" {
			line += " (" + string(u.Event) + ")"
		}
		for _, c := range u.Changes {
			line += "; " + c.Text()
		}
		lines = append(lines, line)
	}
	return lines
}

func TestCompareStates(t *testing.T) {
	t.Parallel()
	tax, quotes := groupWith("tax", map[string]Level{"tax": Read}), groupWith("quotes", map[string]Level{"quotes": Manage})
	quotesDE := groupWith("quotes", map[string]Level{"quotes": Manage}, "DE")
	tax.Name, quotesDE.Name = "Tax", "Quotes of Germany"
	user := func(id string, groups ...string) StateUser {
		return StateUser{ID: id, Email: id + "@acme.example", GroupIDs: groups}
	}
	locked := user("carl", "tax")
	locked.Locked = true
	before := State{
		Users:  []StateUser{user("dora", "tax"), user("carl", "tax"), user("anna", "quotes", "tax"), user("berta", "tax"), user("emil"), {ID: "old", Email: "Finn@acme.example", GroupIDs: []string{"tax"}}},
		Groups: []Group{tax, quotes},
	}
	after := State{
		Users:  []StateUser{user("gina", "tax"), user("emil", "tax"), locked, user("berta", "tax"), user("anna", "tax", "quotes"), {Email: "finn@ACME.example", GroupIDs: []string{"quotes"}}},
		Groups: []Group{quotesDE, tax},
	}
	want := []string{
		"anna@acme.example; loses manage on quotes except for records with DE through quotes",
		"carl@acme.example (locked); loses read on tax through Tax (tax)",
		"dora@acme.example (removed); loses read on tax through Tax (tax)",
		"emil@acme.example; gains read on tax through Tax (tax)",
		"finn@ACME.example; gains manage on quotes for records with DE through Quotes of Germany (quotes); loses read on tax through Tax (tax)",
		"gina@acme.example (added); gains read on tax through Tax (tax)",
	}
	if got := format(CompareStates(before, after)); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := format(CompareStates(after, after)); len(got) != 0 {
		t.Errorf("compared with itself: %q", got)
	}
	back := format(CompareStates(after, before))
	for _, line := range []string{"carl@acme.example (unlocked); gains read on tax through Tax (tax)", "dora@acme.example (added); gains read on tax through Tax (tax)"} {
		if !slices.Contains(back, line) {
			t.Errorf("on the way back %q is missing in %q", line, back)
		}
	}
}

// A user with another id and another e-mail is another user.
func TestCompareStates_whoIsWho(t *testing.T) {
	t.Parallel()
	groups := []Group{groupWith("tax", map[string]Level{"tax": Read})}
	member := func(id, email string) StateUser { return StateUser{ID: id, Email: email, GroupIDs: []string{"tax"}} }
	for _, c := range []struct {
		name          string
		before, after []StateUser
		want          []UserEvent
	}{
		{"the id stays, the e-mail changes", []StateUser{member("1", "a@x")}, []StateUser{member("1", "b@x")}, nil},
		{"the e-mail stays, the id changes", []StateUser{member("1", "a@x")}, []StateUser{member("2", "A@x")}, nil},
		{"neither stays", []StateUser{member("1", "a@x")}, []StateUser{member("2", "b@x")}, []UserEvent{UserRemoved, UserAdded}},
		{"the id goes before the e-mail", []StateUser{member("1", "a@x"), member("2", "b@x")}, []StateUser{member("2", "a@x")}, []UserEvent{UserRemoved}},
		{"nothing is known", []StateUser{member("", "")}, []StateUser{member("", "")}, []UserEvent{UserAdded, UserRemoved}},
	} {
		var got []UserEvent
		for u := range CompareStates(State{Users: c.before, Groups: groups}, State{Users: c.after, Groups: groups}) {
			got = append(got, u.Event)
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// anyState draws users in groups.
func anyState() *rapid.Generator[State] {
	return rapid.Custom(func(t *rapid.T) State {
		s := State{Groups: anyGroups().Draw(t, "groups"), Rights: someRights}
		ids := []string{"gone"}
		for _, g := range s.Groups {
			ids = append(ids, g.ID)
		}
		for i := range rapid.IntRange(0, 5).Draw(t, "users") {
			s.Users = append(s.Users, StateUser{
				ID: fmt.Sprint(i), Email: fmt.Sprintf("u%d@acme.example", rapid.IntRange(0, 5).Draw(t, "email")),
				Locked:   rapid.IntRange(0, 5).Draw(t, "locked") == 0,
				GroupIDs: rapid.SliceOfN(rapid.SampledFrom(ids), 0, 4).Draw(t, "groups of user"),
			})
		}
		return s
	})
}

// Comparing states reports for each user what comparing that user alone reports.
func TestCompareStatesUserByUser(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after := anyState().Draw(t, "before"), anyState().Draw(t, "after")
		got := slices.Collect(CompareStates(before, after))
		if !reflect.DeepEqual(got, slices.Collect(CompareStates(before, after))) {
			t.Error("the same comparison differs the second time")
		}
		subject := func(s State, id string) Subject {
			i := slices.IndexFunc(s.Users, func(u StateUser) bool { return u.ID == id })
			if i < 0 {
				return Subject{}
			}
			var groups []Group
			for _, g := range s.Groups {
				if slices.Contains(s.Users[i].GroupIDs, g.ID) {
					groups = append(groups, g)
				}
			}
			return User{Locked: s.Users[i].Locked, Groups: groups, Rights: someRights}.Subject()
		}
		for _, u := range got {
			if u.Event == UserAdded || u.Event == UserRemoved {
				continue
			}
			m := levelsOf(subject(before, u.User.ID))
			m.apply(t, u.Changes)
			if !reflect.DeepEqual(m, levelsOf(subject(after, u.User.ID))) {
				t.Errorf("applying %+v to user %s does not lead to after", u.Changes, u.User.ID)
			}
		}
		if same := slices.Collect(CompareStates(after, after)); len(same) != 0 {
			t.Errorf("compared with itself: %+v", same)
		}
	})
}
