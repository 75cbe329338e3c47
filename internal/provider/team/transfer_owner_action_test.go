package team_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func TestTransferTeamOwnerAction(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	first := ownerID(t, b.Client)
	anna := join(t, b.Client, "Anna@acme.example", access.RoleMember)
	invited, err := b.Client.InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: "bert@acme.example", Role: access.RoleAdmin})
	must(t, err)
	for _, c := range []struct {
		config values
		want   string
		owner  string
	}{
		{values{"member_id": anna}, "the ownership was transferred from owner@acme.example, now an Admin, to Anna@acme.example", anna},
		{values{"email": "anna@ACME.example"}, "Anna@acme.example is already the Owner", anna},
		{values{"email": "owner@acme.example"}, "was transferred from Anna@acme.example", first},
	} {
		progress, d := p.Invoke("iam_transfer_team_owner", c.config)
		if len(d) > 0 || len(progress) != 1 || !strings.Contains(progress[0], c.want) || ownerID(t, b.Client) != c.owner {
			t.Errorf("%v: got %q, %v, and the Owner is %s, want %s", c.config, progress, d, ownerID(t, b.Client), c.owner)
		}
	}
	if m, err := b.Client.TeamMember(t.Context(), anna); err != nil || m.Role != access.RoleAdmin {
		t.Errorf("the former Owner: got %+v, %v", m, err)
	}
	for _, c := range []struct {
		config values
		want   []string
	}{
		{values{"member_id": invited}, []string{`error at AttributeName("member_id"): Unable to transfer ownership`, "has not joined the team yet"}},
		{values{"member_id": "nobody"}, []string{`error at AttributeName("member_id"): Unable to transfer ownership`, "nobody"}},
		{values{"email": "nobody@acme.example"}, []string{`error at AttributeName("email"): Unable to transfer ownership`, "nobody@acme.example"}},
		{values{"email": "nobody@acme.example", "member_id": anna}, []string{"Invalid Attribute Combination", "Exactly one"}},
		{values{"member_id": ""}, []string{`error at AttributeName("member_id"):`}},
		{values{}, []string{"error: Missing Attribute Configuration"}},
	} {
		if progress, d := p.Invoke("iam_transfer_team_owner", c.config); len(progress) > 0 || !d.Has(c.want...) {
			t.Errorf("%v: got %q, %v, want %q", c.config, progress, d, c.want)
		}
	}
	if ownerID(t, b.Client) != first {
		t.Error("a refused transfer changed the Owner")
	}
}

// A plan finds out that the member cannot become the Owner.
func TestTransferTeamOwnerAction_planned(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	anna := join(t, b.Client, "anna@acme.example", access.RoleMember)
	_, err := b.Client.InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: "bert@acme.example", Role: access.RoleAdmin})
	must(t, err)
	p.NextRun()
	if _, _, d := p.Plan("iam_team_member", state{}, values{"email": "next@acme.example", "role": "admin"}); d.Failed() {
		t.Fatal(d)
	}
	for _, c := range []struct {
		config values
		want   []string
	}{
		{values{"member_id": anna}, nil},
		{values{"member_id": providertest.Unknown}, nil},
		{values{"email": "Next@acme.example"}, nil},
		{values{"email": "bert@acme.example"}, []string{`error at AttributeName("email"): Unable to transfer ownership`, "has not joined the team yet"}},
		{values{"email": "nobody@acme.example"}, []string{`error at AttributeName("email"): Unable to transfer ownership`, "email = iam_team_member.NAME.email"}},
		{values{"member_id": "nobody"}, []string{`error at AttributeName("member_id"): Unable to transfer ownership`, "nobody"}},
	} {
		if d := p.PlanAction("iam_transfer_team_owner", c.config); c.want == nil && len(d) > 0 || c.want != nil && !d.Has(c.want...) {
			t.Errorf("%v: got %v, want %q", c.config, d, c.want)
		}
	}
}

// A transfer goes through the guardrails, in the plan and when it is done: the
// former Owner loses that role.
func TestTransferTeamOwnerAction_guardrails(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	anna := join(t, b.Client, "anna@acme.example", access.RoleMember)
	first := ownerID(t, b.Client)
	config := maps.Clone(b.Config)
	config["guardrails"] = values{"protect_users": []any{"owner@acme.example"}}
	p := providertest.New(t, config)
	want := []string{"error: Protected Users Lose Access", "owner@acme.example: "}
	if d := p.PlanAction("iam_transfer_team_owner", values{"member_id": anna}); !d.Has(want...) {
		t.Errorf("got %v", d)
	}
	if progress, d := p.InvokePlanned("iam_transfer_team_owner", values{"member_id": anna}); len(progress) > 0 || !d.Has(want...) || ownerID(t, b.Client) != first {
		t.Errorf("got %q, %v", progress, d)
	}
}

// Of two transfers at the same time the second one is refused, as it would take
// the ownership from somebody else than it said.
func TestTransferTeamOwnerAction_meanwhile(t *testing.T) {
	t.Parallel()
	meanwhile := &once{method: http.MethodPut, path: "/owner"}
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: meanwhile.wrap})
	p := providertest.New(t, b.Config)
	anna, bert := join(t, b.Client, "anna@acme.example", access.RoleMember), join(t, b.Client, "bert@acme.example", access.RoleMember)
	meanwhile.do = func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if err := b.Client.TransferTeam(r.Context(), api.TeamTransfer{MemberID: bert}); err != nil {
			t.Errorf("the other transfer: %v", err)
		}
		next.ServeHTTP(w, r)
	}
	meanwhile.armed.Store(true)
	if progress, d := p.Invoke("iam_transfer_team_owner", values{"member_id": anna}); len(progress) > 0 || !d.Has("error", "Unable to transfer ownership", "Run the action again") {
		t.Errorf("got %q, %v", progress, d)
	}
	if ownerID(t, b.Client) != bert {
		t.Error("the ownership was taken from someone else than the action said")
	}
}

func TestTransferTeamOwnerAction_publicAPI(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{Wrap: publicAPI}).Config)
	if progress, d := p.Invoke("iam_transfer_team_owner", values{"email": "anna@acme.example"}); len(progress) > 0 || !d.Has("Unable to transfer ownership", "need the reference backend") {
		t.Errorf("got %q, %v", progress, d)
	}
}
