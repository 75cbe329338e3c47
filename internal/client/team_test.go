package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// teamCalls are the methods of teams and invitations, each with the answer it
// gets, the request it makes and what it returns.
var teamCalls = map[string]struct {
	call   func(ctx context.Context, c *Client) (any, error)
	status int
	answer string
	route  string // method, path, query and body
	want   any
}{
	"check": {
		func(ctx context.Context, c *Client) (any, error) { return nil, c.CheckTeam(ctx) },
		200, `[]`, "GET /team/acme/members?pageSize=1 ", nil,
	},
	"members": {
		func(ctx context.Context, c *Client) (any, error) { return c.TeamMembers(ctx) },
		200, `[{"id":"m1"},{"id":"m2"}]`, "GET /team/acme/members?pageNumber=1&pageSize=1000 ",
		[]api.TeamMember{{ID: "m1"}, {ID: "m2"}},
	},
	"member": {
		func(ctx context.Context, c *Client) (any, error) { return c.FindTeamMember(ctx, "m1") },
		200, `{"id":"m1","role":"owner","products":[{"product":"bot_runner","byTeamRole":true}]}`, "GET /team/acme/members/m1 ",
		&api.TeamMember{ID: "m1", Role: access.RoleOwner, Products: []api.HeldProduct{{Product: "bot_runner", ByTeamRole: true}}},
	},
	"member by e-mail": {
		func(ctx context.Context, c *Client) (any, error) { return c.FindTeamMember(ctx, "b@ACME.example") },
		200, `[{"id":"m1","email":"a@acme.example"},{"id":"m2","email":"B@acme.example"}]`, "GET /team/acme/members?pageNumber=1&pageSize=1000 ",
		&api.TeamMember{ID: "m2", Email: "B@acme.example"},
	},
	"owner": {
		func(ctx context.Context, c *Client) (any, error) { return c.TeamOwner(ctx) },
		200, `{"id":"m1","role":"owner"}`, "GET /team/acme/owner ", &api.TeamMember{ID: "m1", Role: access.RoleOwner},
	},
	"invite": {
		func(ctx context.Context, c *Client) (any, error) {
			return c.InviteTeamMember(ctx, api.TeamMemberCreate{Email: "a@acme.example", Role: access.RoleBillingContact})
		},
		201, `{"id":"m1"}`, `POST /team/acme/members {"email":"a@acme.example","role":"billing_contact"}`, "m1",
	},
	"change role": {
		func(ctx context.Context, c *Client) (any, error) {
			return nil, c.ChangeTeamRole(ctx, "m1", access.RoleAdmin)
		},
		204, "", `PUT /team/acme/members/m1 {"role":"admin"}`, nil,
	},
	"remove": {
		func(ctx context.Context, c *Client) (any, error) { return nil, c.RemoveTeamMember(ctx, "m1") },
		204, "", "DELETE /team/acme/members/m1 ", nil,
	},
	"transfer": {
		func(ctx context.Context, c *Client) (any, error) {
			return nil, c.TransferTeam(ctx, api.TeamTransfer{MemberID: "m2", FormerOwnerID: "m1"})
		},
		204, "", `PUT /team/acme/owner {"memberId":"m2","formerOwnerId":"m1"}`, nil,
	},
	"products": {
		func(ctx context.Context, c *Client) (any, error) { return c.TeamProducts(ctx) },
		200, `[{"id":"studio_pro"}]`, "GET /team/acme/products ",
		[]api.TeamProduct{{ID: "studio_pro"}},
	},
	"assign": {
		func(ctx context.Context, c *Client) (any, error) {
			return nil, c.AssignProduct(ctx, "m1", "orchestrator", api.ProductAssignment{Role: "analyst"})
		},
		201, `{"id":"m1/orchestrator"}`, `PUT /team/acme/members/m1/products/orchestrator {"role":"analyst"}`, nil,
	},
	"assign again": {
		func(ctx context.Context, c *Client) (any, error) {
			return nil, c.AssignProduct(ctx, "m1", "bot_runner", api.ProductAssignment{})
		},
		204, "", `PUT /team/acme/members/m1/products/bot_runner {}`, nil,
	},
	"unassign": {
		func(ctx context.Context, c *Client) (any, error) {
			return nil, c.UnassignProduct(ctx, "m1", "bot_runner")
		},
		204, "", "DELETE /team/acme/members/m1/products/bot_runner ", nil,
	},
	"organizations": {
		func(ctx context.Context, c *Client) (any, error) { return c.Organizations(ctx, "a+b@acme.example") },
		200, `[{"tenant":"acme","role":"admin"}]`, "GET /team/acme/organizations?email=a%2Bb%40acme.example ",
		[]api.Organization{{Tenant: "acme", Role: access.RoleAdmin}},
	},
	"invitations": {
		func(ctx context.Context, c *Client) (any, error) { return c.Invitations(ctx) },
		200, `[{"id":"i1"}]`, "GET /iam/acme/invitations?pageNumber=1&pageSize=1000 ",
		[]api.Invitation{{ID: "i1"}},
	},
	"invitation": {
		func(ctx context.Context, c *Client) (any, error) { return c.Invitation(ctx, "i1") },
		200, `{"id":"i1","status":"expired"}`, "GET /iam/acme/invitations/i1 ", &api.Invitation{ID: "i1", Status: api.InvitationExpired},
	},
	"resend": {
		func(ctx context.Context, c *Client) (any, error) { return nil, c.ResendInvitation(ctx, "i1") },
		204, "", "POST /iam/acme/invitations/i1/resend ", nil,
	},
	"accept": {
		func(ctx context.Context, c *Client) (any, error) { return nil, c.AcceptInvitation(ctx, "i1") },
		204, "", "POST /iam/acme/invitations/i1/accept ", nil,
	},
}

func TestTeam_routes(t *testing.T) {
	t.Parallel()
	for name, test := range teamCalls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var route string
			c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
				sent, _ := io.ReadAll(r.Body)
				route = r.Method + " " + r.RequestURI + " " + string(sent)
				answer(test.status, test.answer)(w, r)
			})
			got, err := test.call(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if route != test.route {
				t.Errorf("sent %s\nwant %s", route, test.route)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %#v, want %#v", got, test.want)
			}
		})
	}
}

// An API without teams or invitations is said to be one, whatever is called and
// however it answers; nothing is gone there.
func TestTeam_noExtension(t *testing.T) {
	t.Parallel()
	for kind, handler := range map[string]http.HandlerFunc{
		"error document": answer(404, `{"code":404,"status":"Not Found","message":"Unknown path"}`),
		"web page":       page(404, "<html>"),
		"fault":          answer(404, `{"fault":{"faultstring":"Unable to identify proxy","detail":{"errorcode":"messaging.adaptors.http.flow.ApplicationNotFound"}}}`),
	} {
		for name, test := range teamCalls {
			t.Run(kind+": "+name, func(t *testing.T) {
				t.Parallel()
				_, err := test.call(t.Context(), newTestClient(t, handler))
				_, missing := errors.AsType[*UnsupportedError](err)
				if !missing || IsNotFound(err) || !strings.Contains(err.Error(), "reference backend") {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// What is not found where there are such things is gone, and other errors are
// what they are.
func TestTeam_notFound(t *testing.T) {
	t.Parallel()
	for name, test := range teamCalls {
		if strings.Contains(test.route, "?page") { // the lists
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, status := range []int{404, 409, 403, 500} {
				c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodGet && r.URL.Query().Has("pageSize") {
						answer(200, `[]`)(w, r)
						return
					}
					answer(status, `{"message":"no"}`)(w, r)
				})
				_, err := test.call(t.Context(), c)
				if _, missing := errors.AsType[*UnsupportedError](err); missing || err == nil || IsNotFound(err) != (status == 404) {
					t.Errorf("%d: got %v", status, err)
				}
			}
		})
	}
	c := newTestClient(t, answer(200, `[{"id":"m1","email":"a@acme.example"}]`))
	if _, err := c.TeamMemberByEmail(t.Context(), "b@acme.example"); !IsNotFound(err) || !strings.Contains(err.Error(), `"b@acme.example"`) {
		t.Errorf("got %v", err)
	}
}

// An invitation whose answer was lost is sent again; the conflict after it may
// be with itself.
func TestTeam_ownConflict(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, sequence(cut(""), answer(409, `{"message":"taken"}`)))
	if _, err := c.InviteTeamMember(t.Context(), api.TeamMemberCreate{}); !IsConflict(err) || !IsUncertain(err) {
		t.Errorf("conflict %t, uncertain %t: %v", IsConflict(err), IsUncertain(err), err)
	}
}
