package provider_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// A loss is a way in which others take an object away, of itself or with what it
// is part of. It gets what parents returns.
type loss func(ctx context.Context, c *client.Client, ids values) error

// lifecycleType is a row of the matrix: how an object of a managed type goes
// through every lifecycle.
type lifecycleType struct {
	// config is the smallest configuration of a new object. The ids are what it
	// may be part of: "user", "group" and "member" (of the team), each an id or a
	// reference to a block, and "email" of the user.
	config func(ids values) values
	// created is what the server shows of the new object, see fragment.
	created string
	// setup makes what the arguments below refer to.
	setup func(ctx context.Context, c *client.Client) error
	// arguments has every argument of the schema.
	arguments map[string]argument
	// keys are the ids of an import; $user, $member, $group and $owner stand for ids.
	keys []string
	// refers are the arguments that hold an id of another object.
	refers []string
	// keyed: the caller chooses a key that one object of the tenant has. What
	// others made under it is left alone.
	keyed bool
	// joined: its member of the team must have joined, which is nothing that a
	// configuration brings about.
	joined bool
	// losses are how others take the object away: "itself", or with a parent.
	losses map[string]loss
	// partly: what others take away leaves an object that the plan completes.
	partly bool
	// stays is what the server still shows once the object is destroyed.
	stays string
	// cells are the lifecycles in which the type is not as all others.
	cells map[string]cell
}

// argument says how an argument of a type changes.
type argument struct {
	from any    // the value that it has before; nil for what config says
	to   any    // another one
	with values // what goes along with it, before and after; nil leaves an argument out
	also values // what goes along with it after the update, or once it is left out
	// shown and unset are what the server shows of the object after the update,
	// and once the argument is left out: see fragment.
	shown, unset string
	// silent says in words why the server shows nothing of the argument.
	silent string
	// destroyed and unsetDestroyed are what the server shows once an object that
	// has the new value, or none, is destroyed.
	destroyed, unsetDestroyed string
	// replaces: the object is replaced by an update, or when it is left out.
	replaces, unsetReplaces bool
	// keepsKey: the object that replaces it has the same key, so that it cannot be
	// created first.
	keepsKey bool
	// lateReplaces: the object is replaced where the value is not known yet, and is
	// what it was in the end.
	lateReplaces bool
	// refused and unsetRefused are parts of the error of the plan.
	refused, unsetRefused string
}

// cell says what a lifecycle does with a type, where that is not the same for all.
type cell struct {
	// fails are parts of the error of an apply whose object others have made.
	fails []string
	// impossible says in words why there is no such lifecycle of the type.
	impossible string
	// imported is what the plan after an import does: "update" where an argument
	// is not managed unless it is set.
	imported string
}

// Why a type has no such lifecycle.
var (
	noReference   = cell{impossible: "it refers to no other object"}
	noCollection  = cell{impossible: "it has no set, list or map"}
	noOptional    = cell{impossible: "it has no optional argument"}
	noReplacement = cell{impossible: "no argument replaces it"}
	noParent      = cell{impossible: "it is part of no other object"}
	noOwnDeletion = cell{impossible: "it is a list of what is in a group or a user, and goes with that"}
	onlyOneOwner  = cell{impossible: "a team is never without its one Owner"}
)

func loseUser(ctx context.Context, c *client.Client, ids values) error {
	return c.DeleteUser(ctx, fmt.Sprint(ids["user"]), false)
}

func loseGroup(ctx context.Context, c *client.Client, ids values) error {
	return c.DeleteGroup(ctx, fmt.Sprint(ids["group"]), true)
}

func loseMembership(ctx context.Context, c *client.Client, ids values) error {
	return c.RemoveMember(ctx, fmt.Sprint(ids["group"]), fmt.Sprint(ids["user"]))
}

func loseTeamMember(ctx context.Context, c *client.Client, ids values) error {
	return c.RemoveTeamMember(ctx, fmt.Sprint(ids["member"]))
}

func loseByID(remove func(c *client.Client, ctx context.Context, id string) error, id string) map[string]loss {
	return map[string]loss{"itself": func(ctx context.Context, c *client.Client, _ values) error { return remove(c, ctx, id) }}
}

// loseNewUser deletes new@acme.example.
func loseNewUser(ctx context.Context, c *client.Client, _ values) error {
	u, err := c.UserByEmail(ctx, "new@acme.example")
	if err != nil {
		return err
	}
	return c.DeleteUser(ctx, u.ID, false)
}

func fixed(v values) func(values) values {
	return func(values) values { return v }
}

// parents creates the missing parents of objects: a user, a group and an active
// member of the team, each called parent.
func parents(t testing.TB, c *client.Client) values {
	t.Helper()
	ids, ctx := values{"group": "parent", "email": "parent@acme.example"}, t.Context()
	u, err := c.UserByEmail(ctx, "parent@acme.example")
	if client.IsNotFound(err) {
		ids["user"], err = c.CreateUser(ctx, api.UserCreate{
			FirstName: "P", LastName: "P", ContactEmail: "parent@acme.example", Department: "D", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
		})
	} else if err == nil {
		ids["user"] = u.ID
	}
	if _, missing := c.Group(ctx, "parent"); err == nil && client.IsNotFound(missing) {
		_, err = c.CreateGroup(ctx, api.GroupCreate{ID: "parent", Name: api.Text{"en": "Parent"}, AccessControls: []string{}})
	}
	member, missing := c.TeamMemberByEmail(ctx, "parent@acme.example")
	switch {
	case missing == nil:
		ids["member"] = member.ID
	case err == nil && client.IsNotFound(missing):
		ids["member"], err = join(ctx, c, "parent@acme.example")
	case err == nil:
		err = missing
	}
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// join makes an active member of the team.
func join(ctx context.Context, c *client.Client, email string) (id string, err error) {
	if id, err = c.InviteTeamMember(ctx, api.TeamMemberCreate{Email: email, Role: access.RoleMember}); err != nil {
		return "", err
	}
	invitations, err := c.Invitations(ctx)
	for _, i := range invitations {
		if err == nil && i.Kind == api.InvitationMember && i.SubjectID == id && i.Status == api.InvitationPending {
			err = c.AcceptInvitation(ctx, i.ID)
		}
	}
	return id, err
}
