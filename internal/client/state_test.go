package client_test

import (
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// What the state says of a user is what the user's own report says.
func TestState(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	fill(t, b)
	small := b.NewClient(t, client.Options{PageSize: 2})
	_, err := b.Client.CreateGroup(t.Context(), api.GroupCreate{ID: "both", Name: api.Text{"de": "Beides"}, Templates: []string{"viewer"}, AccessControls: access.ControlIDs(access.FromMap(map[string]access.Level{"orders": access.Manage}))})
	if err != nil {
		t.Fatal(err)
	}
	user, err := b.Client.UserByEmail(t.Context(), "0@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Client.AssignMember(t.Context(), "both", access.Employee, user.ID); err != nil {
		t.Fatal(err)
	}
	state, err := small.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	users, err := b.Client.Users(t.Context())
	if err != nil || len(state.Users) != len(users) {
		t.Fatalf("%d users, want %d, %v", len(state.Users), len(users), err)
	}
	groups := state.Rights.Compile(state.Groups)
	for _, u := range users {
		subject, err := b.Client.Subject(t.Context(), u)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(state.Users, func(s access.StateUser) bool { return s.ID == u.ID })
		got := state.Users[i]
		if got.Email != u.ContactEmail || groups.Subject(got.Locked, got.GroupIDs...).Access() != subject.Access() {
			t.Errorf("%s: got %+v, want the access %v", u.ContactEmail, got, subject.Access().Map())
		}
	}
	for _, g := range state.Groups {
		if g.ID == "c0" {
			t.Error("customers' groups are not for employees")
		}
	}
}
