package team_test

import (
	"net/http"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func owning(id string) values { return values{"member_id": id} }

func TestTeamOwnerResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		first := ownerID(t, b.Client)
		one, two := join(t, b.Client, "one@acme.example", access.RoleMember), join(t, b.Client, "two@acme.example", access.RoleBillingContact)
		planned, _, d := p.Plan("iam_team_owner", state{}, owning(one))
		if len(d) > 0 || planned.Values["previous_owner_id"] != first {
			t.Errorf("planned %v, %v", planned.Values, d)
		}
		made := p.MustApply("iam_team_owner", state{}, owning(one))
		if ownerID(t, b.Client) != one || made.Values["previous_owner_id"] != first {
			t.Errorf("got %v", made.Values)
		}
		if former, err := b.Client.TeamMember(t.Context(), first); err != nil || former.Role != access.RoleAdmin {
			t.Errorf("the former Owner is %+v, %v", former, err)
		}
		noChange(t, p, "iam_team_owner", made, owning(one))

		p.NextRun()
		changed := p.MustApply("iam_team_owner", made, owning(two))
		if ownerID(t, b.Client) != two || changed.Values["previous_owner_id"] != one {
			t.Errorf("got %v", changed.Values)
		}
		noChange(t, p, "iam_team_owner", changed, owning(two))
		for _, key := range []string{two, "TWO@acme.example"} {
			if imported, d := p.Import("iam_team_owner", key); d.Failed() || imported.Values["member_id"] != two || imported.Values["previous_owner_id"] != nil {
				t.Errorf("import of %s: %v, %v", key, imported.Values, d)
			} else {
				noChange(t, p, "iam_team_owner", imported, owning(two))
			}
		}
		if _, d := p.Import("iam_team_owner", one); !d.Has("Unable to import owner", "The Owner of the team is "+two+" (two@acme.example)") {
			t.Errorf("import of another: %v", d)
		}
		gone, d := p.Apply("iam_team_owner", changed, nil)
		if gone.Values != nil || d.Failed() || !d.Has("warning: Owner Left In Place") || ownerID(t, b.Client) != two {
			t.Errorf("destroy: %v, %v", gone.Values, d)
		}
	})
}

// A member who already is the Owner stays the Owner: nothing is transferred.
func TestTeamOwnerResource_already(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	first := ownerID(t, b.Client)
	made := p.MustApply("iam_team_owner", state{}, owning(first))
	if made.Values["previous_owner_id"] != nil {
		t.Errorf("got %v", made.Values)
	}
	noChange(t, p, "iam_team_owner", made, owning(first))
}

func TestTeamOwnerResource_refusedInPlan(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	invited, err := b.Client.InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: "anna@acme.example", Role: access.RoleAdmin})
	must(t, err)
	const at = `error at AttributeName("member_id"): Unable to transfer ownership`
	for _, c := range []struct {
		member any
		want   []string
	}{
		{"nobody", []string{at, "invite the person first"}},
		{"anna@acme.example", []string{at, "not an e-mail address"}},
		{invited, []string{at, "has not joined the team yet", "once they have accepted the invitation"}},
		{"", []string{`AttributeName("member_id"): Empty Text`}},
	} {
		p.NextRun()
		if _, _, d := p.Plan("iam_team_owner", state{}, values{"member_id": c.member}); !d.Has(c.want...) {
			t.Errorf("%v: got %v", c.member, d)
		}
	}
	planned, _, d := p.Plan("iam_team_owner", state{}, values{"member_id": providertest.Unknown})
	if len(d) > 0 || planned.Values["previous_owner_id"] != providertest.Unknown {
		t.Errorf("unknown: planned %v, %v", planned.Values, d)
	}
}

// Two of them in one configuration are found in the plan; the same one planned
// again, as in an apply, is not.
func TestTeamOwnerResource_two(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	one, two := join(t, b.Client, "one@acme.example", access.RoleMember), join(t, b.Client, "two@acme.example", access.RoleMember)
	p.NextRun()
	first, _, d := p.Plan("iam_team_owner", state{}, owning(one))
	if len(d) > 0 {
		t.Errorf("the first: %v", d)
	}
	if _, _, d := p.Plan("iam_team_owner", state{Private: first.Private}, owning(one)); len(d) > 0 {
		t.Errorf("the first again: %v", d)
	}
	if _, _, d := p.Plan("iam_team_owner", state{}, owning(two)); !d.Has(`error at AttributeName("member_id"): Team Owner Managed By Two Resources`, one, two) {
		t.Errorf("the second: %v", d)
	}
	p.NextRun()
	if _, _, d := p.Plan("iam_team_owner", state{}, owning(two)); len(d) > 0 {
		t.Errorf("in the next run: %v", d)
	}
}

// Somebody else transfers the ownership: a refresh shows it and the next apply
// takes it back.
func TestTeamOwnerResource_elsewhere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	first := ownerID(t, b.Client)
	one := join(t, b.Client, "one@acme.example", access.RoleMember)
	made := p.MustApply("iam_team_owner", state{}, owning(one))
	must(t, b.Client.TransferTeam(t.Context(), api.TeamTransfer{MemberID: first}))
	drifted, d := p.Refresh("iam_team_owner", made)
	if len(d) > 0 || drifted.Values["member_id"] != first {
		t.Errorf("the drift reads %v, %v", drifted.Values, d)
	}
	mended := p.MustApply("iam_team_owner", drifted, owning(one))
	if ownerID(t, b.Client) != one || mended.Values["previous_owner_id"] != first {
		t.Errorf("got %v", mended.Values)
	}
}

// Somebody else transfers the ownership after the plan: it is not taken from
// whom the plan does not show.
func TestTeamOwnerResource_meanwhile(t *testing.T) {
	t.Parallel()
	var b providertest.Backend
	var other string
	meanwhile := once{method: http.MethodPut, path: "/owner", do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if err := b.Client.TransferTeam(r.Context(), api.TeamTransfer{MemberID: other}); err != nil {
			t.Errorf("the other's transfer: %v", err)
		}
		next.ServeHTTP(w, r)
	}}
	b = providertest.Remote(t, servertest.Options{Wrap: meanwhile.wrap, NoFaults: true})
	p := providertest.New(t, b.Config)
	first := ownerID(t, b.Client)
	one := join(t, b.Client, "one@acme.example", access.RoleMember)
	other = join(t, b.Client, "other@acme.example", access.RoleMember)
	meanwhile.armed.Store(true)
	none, d := p.Apply("iam_team_owner", state{}, owning(one))
	if none.Values != nil || !d.Has(`error at AttributeName("member_id"): Unable to transfer ownership`, first+"' is not the Owner", "Run plan again") || ownerID(t, b.Client) != other {
		t.Errorf("got %v, %v", none.Values, d)
	}
	// Nor is who was the Owner at the plan made the Owner again unasked.
	p.NextRun()
	meanwhile.do = func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if err := b.Client.TransferTeam(r.Context(), api.TeamTransfer{MemberID: first}); err != nil {
			t.Errorf("the other's transfer: %v", err)
		}
		next.ServeHTTP(w, r)
	}
	meanwhile.armed.Store(true)
	if none, d := p.Apply("iam_team_owner", state{}, owning(other)); none.Values != nil || !d.Has("error", "Run plan again") || ownerID(t, b.Client) != first {
		t.Errorf("got %v, %v", none.Values, d)
	}
}

// The answer to a transfer is lost: it is repeated, and has happened once.
func TestTeamOwnerResource_lostAnswer(t *testing.T) {
	t.Parallel()
	lost := once{method: http.MethodPut, path: "/owner", do: func(_ http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(nowhere{http.Header{}}, r)
		panic(http.ErrAbortHandler)
	}}
	b := providertest.Remote(t, servertest.Options{Wrap: lost.wrap, NoFaults: true})
	p := providertest.New(t, b.Config)
	first, one := ownerID(t, b.Client), join(t, b.Client, "one@acme.example", access.RoleMember)
	lost.armed.Store(true)
	made := p.MustApply("iam_team_owner", state{}, owning(one))
	if made.Values["previous_owner_id"] != first || ownerID(t, b.Client) != one {
		t.Errorf("got %v", made.Values)
	}
}
