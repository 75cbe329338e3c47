package directory_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

const ownerEmail = "owner@" + servertest.Tenant + ".example"

// ofOwner imports the Owner of the tenant into an iam_user.
func ofOwner(t *testing.T, p *providertest.Provider) (state, values) {
	t.Helper()
	made, d := p.Import("iam_user", ownerEmail)
	if d.Failed() {
		t.Fatal(d)
	}
	return made, values{"email": ownerEmail, "first_name": made.Values["first_name"], "last_name": made.Values["last_name"]}
}

// A plan that destroys, replaces or locks the Owner says how to hand the ownership
// over, and how to forget the user instead; whichever is planned first.
func TestUserResource_ownerStays(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	owner, config := ofOwner(t, p)
	other := p.MustApply("iam_user", state{}, anna())
	refused := func(d providertest.Diagnostics, title string) bool {
		return d.Failed() && d.Has(title, "user "+ownerEmail, "iam_team_owner", "iam_transfer_team_owner")
	}

	p.NextRun()
	if _, _, d := p.Plan("iam_user", other, anna()); d.Failed() {
		t.Fatal(d)
	}
	if _, _, d := p.Plan("iam_user", owner, nil); !refused(d, "Owner Destroyed") || !d.Has("This plan destroys", "removed {", "destroy = false") {
		t.Errorf("planned second: %v", d)
	}
	p.NextRun()
	if _, _, d := p.Plan("iam_user", owner, nil); d.Failed() || !d.Has("Owner Not Destroyed: "+ownerEmail) {
		t.Errorf("planned first: %v", d)
	}
	if _, _, d := p.Plan("iam_user", other, anna()); !refused(d, "Owner Destroyed") {
		t.Errorf("what stays, planned second: %v", d)
	}
	if _, _, d := p.Plan("iam_group", state{}, values{"id": "g", "name": values{"en": "G"}}); d.Failed() {
		t.Errorf("reported again: %v", d)
	}
	for name, c := range map[string]struct {
		changes values
		title   string
	}{
		"replaced by another address": {values{"email": "new@acme.example"}, "Owner Destroyed"},
		"locked":                      {values{"locked": true}, "Owner Locked"},
	} {
		p.NextRun()
		if _, _, d := p.Plan("iam_user", owner, with(config, c.changes)); !refused(d, c.title) {
			t.Errorf("%s: %v", name, d)
		}
	}
	if _, _, d := p.Plan("iam_user", state{}, with(anna(), values{"email": "ben@acme.example", "locked": true})); d.Failed() {
		t.Errorf("another is locked: %v", d)
	}
	p.NextRun()
	if _, _, d := p.Plan("iam_user", owner, with(config, values{"on_destroy": "lock"})); d.Failed() {
		t.Errorf("the way of destroying: %v", d)
	}
}

// An action that would lock the Owner is refused in the plan, also where nothing
// else is planned; another user can be locked, and the Owner unlocked.
func TestLockUserAction_ownerStays(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	owner, err := b.Client.UserByEmail(t.Context(), ownerEmail)
	if err != nil {
		t.Fatal(err)
	}
	other := p.MustApply("iam_user", state{}, anna())
	for _, c := range []struct {
		typeName string
		config   values
		at       string // nothing is said, if empty
	}{
		{"iam_lock_user", values{"email": "OWNER@acme.example"}, "email"},
		{"iam_lock_user", values{"user_id": owner.ID}, "user_id"},
		{"iam_unlock_user", values{"user_id": owner.ID}, ""},
		{"iam_lock_user", values{"user_id": other.Values["id"]}, ""},
	} {
		p.NextRun()
		d := p.PlanAction(c.typeName, c.config)
		if c.at == "" && len(d) > 0 || c.at != "" && !d.Has(`error at AttributeName("`+c.at+`"): Owner Locked`, "locks user "+ownerEmail, "iam_team_owner") {
			t.Errorf("%s %v: %v", c.typeName, c.config, d)
		}
	}
}

// A replacement of the Owner under the same address is refused.
func TestUserResource_ownerReplaced(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	owner, config := ofOwner(t, p)
	for _, forced := range []bool{true, false} {
		if _, _, d := p.Replace("iam_user", owner, config, providertest.Replacement{Forced: forced}); !d.Has("error", "Owner Destroyed", ownerEmail) {
			t.Errorf("forced %t: got %v", forced, d)
		}
	}
}

// When everything is destroyed the Owner is left, which the apply says.
func TestUserResource_ownerLeft(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		for _, how := range []string{"remove", "lock"} {
			p := providertest.New(t, b.Config)
			owner, config := ofOwner(t, p)
			owner = p.MustApply("iam_user", owner, with(config, values{"on_destroy": how}))
			gone, d := p.Apply("iam_user", owner, nil)
			if d.Failed() || gone.Values != nil || !d.Has("Owner Kept In The Tenant: "+ownerEmail) {
				t.Errorf("%s: %v, %v", how, gone.Values, d)
			}
			if user, err := b.Client.UserByEmail(t.Context(), ownerEmail); err != nil || user.Locked() || len(user.GroupIDs) == 0 {
				t.Errorf("%s: the Owner is %+v, %v", how, user, err)
			}
		}
	})
}

// Tables neither remove nor lock the Owner, unless the users of rows that go are
// kept; a table that goes with everything else leaves the Owner.
func TestUsersCSVResource_ownerStays(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	const header, ownerRow, annaRow = "email,first_name,last_name,locked\n", "Owner@acme.example,Tenant,Owner,false\n", "anna@acme.example,Anna,Lee,false\n"
	table := func(rows, how string) values {
		return values{"csv": header + rows, "on_destroy": how, "adopt_existing": true}
	}
	made := p.MustApply("iam_users_csv", state{}, table(ownerRow+annaRow, "remove"))
	for name, c := range map[string]struct {
		rows, how, title string
	}{
		"row gone":        {annaRow, "remove", "Owner Destroyed"},
		"row gone, lock":  {annaRow, "lock", "Owner Destroyed"},
		"row gone, keep":  {annaRow, "keep", ""},
		"another row":     {ownerRow, "remove", ""},
		"locked":          {"owner@acme.example,Tenant,Owner,true\n" + annaRow, "remove", "Owner Locked"},
		"another, locked": {ownerRow + "anna@acme.example,Anna,Lee,true\n", "remove", ""},
	} {
		_, _, d := p.Plan("iam_users_csv", made, table(c.rows, c.how))
		if c.title == "" && d.Failed() || c.title != "" && !d.Has(`error at AttributeName("csv"): `+c.title, "user "+ownerEmail, "iam_team_owner") {
			t.Errorf("%s: %v", name, d)
		}
	}
	gone, d := p.Apply("iam_users_csv", made, nil)
	if d.Failed() || gone.Values != nil || !d.Has("Owner Kept In The Tenant: "+ownerEmail) {
		t.Errorf("everything goes: %v, %v", gone.Values, d)
	}
	if _, err := b.Client.UserByEmail(t.Context(), ownerEmail); err != nil {
		t.Errorf("the Owner: %v", err)
	}
	if _, err := b.Client.UserByEmail(t.Context(), "anna@acme.example"); !client.IsNotFound(err) {
		t.Errorf("the other: %v", err)
	}
}
