package console

import (
	"cmp"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

func productRoutes() []route {
	return []route{
		{"GET team", "team", (*visit).handleTeam},
		{"GET team/invite", "team", (*visit).handleInvite},
		{"GET make", "make", (*visit).handleMake},
		{"POST make", "make", (*visit).handleMakeSync},
	}
}

// handleTeam shows the members of the team with their roles and products, the Owner first.
func (v *visit) handleTeam() error {
	ctx, c := v.r.Context(), v.client()
	members, err := c.TeamMembers(ctx)
	if err != nil {
		return err
	}
	products, err := c.TeamProducts(ctx)
	if err != nil && !client.IsForbidden(err) {
		return err
	}
	slices.SortStableFunc(members, func(a, b api.TeamMember) int { return cmp.Compare(order(a.Role), order(b.Role)) })
	page := tablePage{
		Title: "Team", Intro: counted(len(members), "member", "members") + ": one Owner, who can transfer the ownership, and Admins manage the team.", Search: "E-mail, role or product",
		Tables: []table{{Columns: []string{"E-mail", "Role", "State", "Products"}, Empty: "The team has no members."}},
	}
	for _, m := range members {
		var held []string
		for _, p := range m.Products {
			held = append(held, strings.Join(slices.DeleteFunc([]string{p.Product, p.Role, strings.Join(p.Permissions, ", ")}, func(part string) bool { return part == "" }), ": "))
		}
		state := cell{Tags: []string{string(m.Status)}}
		if m.Status == api.MemberInvited {
			state.Tone = "warn"
		}
		kind := "iam_team_member"
		if m.Role == access.RoleOwner {
			kind = "iam_team_owner"
		}
		page.Tables[0].Rows = append(page.Tables[0].Rows, row{[]cell{text(m.Email), text(roleLabel(m.Role)), state, tags(held)}, v.block(kind, m.ID)})
	}
	if len(products) > 0 {
		t := table{Title: "Products", Columns: []string{"Product", "Name", "Roles", "Members"}}
		for _, p := range products {
			r := row{Cells: []cell{text(p.ID), text(p.Label), tags(p.Roles), text(counted(len(p.MemberIDs), "member", "members"))}}
			if !p.Predefined {
				r.Cells[0].Tags, r.Block = []string{"own"}, v.block("iam_product", p.ID)
			}
			t.Rows = append(t.Rows, r)
		}
		page.Tables = append(page.Tables, t)
	}
	if v.o.Blocks != nil {
		page.Links = []choice{{Label: "Invite people", By: v.link("team", "invite")}}
	}
	return v.showTable(page)
}

// order returns the place of a role in the list of members.
func order(r access.TeamRole) int {
	return slices.Index([]access.TeamRole{access.RoleOwner, access.RoleAdmin, access.RoleMember, access.RoleBillingContact}, r)
}

// invitePage is the content of the form that invites people to the team.
type invitePage struct {
	Emails string
	Roles  []choice
	Wrong  string // what is wrong with the addresses
	Blocks []shownBlock
}

// handleInvite makes a block for each address of a list: all of them or none.
func (v *visit) handleInvite() error {
	if v.o.Blocks == nil {
		_, err := v.blocks()
		return err
	}
	q := v.r.URL.Query()
	page := invitePage{Emails: q.Get("emails")}
	role := cmp.Or(q.Get("role"), string(access.RoleMember))
	for _, r := range []access.TeamRole{access.RoleMember, access.RoleAdmin, access.RoleBillingContact} {
		page.Roles = append(page.Roles, selected(string(r), roleLabel(r), role))
	}
	if page.Emails != "" {
		if emails, err := api.ParseEmails(page.Emails); err != nil {
			page.Wrong = access.Visible(err.Error())
		} else {
			page.Blocks = v.invitations(emails, role)
		}
	}
	return v.show("team-invite.html", "Invite people to the team", page)
}

// invitations returns the block of each new member of the team.
func (v *visit) invitations(emails []string, role string) (all []shownBlock) {
	var members []NewObject
	for _, email := range emails {
		members = append(members, NewObject{email, map[string]any{"email": email, "role": role}})
	}
	for i, b := range v.o.Blocks.New("iam_team_member", members...) {
		all = append(all, shownBlock{managedAs: managedAs{"iam_team_member", emails[i], emails[i]}, Block: b})
	}
	return all
}

// makeTone is the class of a member's status in Make.
var makeTone = map[api.MakeStatus]string{api.MakeSynced: "ok", api.MakePending: "", api.MakeStale: "warn"}

// handleMake shows the organization in Make and its members by state.
func (v *visit) handleMake() error {
	ctx, c := v.r.Context(), v.client()
	page := tablePage{Title: "Orchestration and Make", Search: "E-mail, state or role", Tables: []table{{Columns: []string{"E-mail", "State", "Roles", "Still to do", "Changed"}, Empty: "Nobody has a role in Make."}}}
	o, err := c.MakeOrganization(ctx)
	switch {
	case client.IsNotFound(err):
		page.Notice = "The tenant has no organization in Make: groups of the Orchestration Engine give their roles once there is one."
		return v.showTable(page)
	case err != nil:
		return err
	}
	members, err := c.MakeMembers(ctx)
	if err != nil {
		return err
	}
	counts := map[api.MakeStatus]int{}
	slices.SortStableFunc(members, func(a, b api.MakeMember) int { return cmp.Compare(makeOrder(a.Status), makeOrder(b.Status)) })
	for _, m := range members {
		counts[m.Status]++
		todo := m.Pending
		if m.LastError != "" {
			todo += " (" + m.LastError + ")"
		}
		page.Tables[0].Rows = append(page.Tables[0].Rows, row{Cells: []cell{
			{Text: m.Email, Link: v.link("users", m.UserID)}, {Tags: []string{string(m.Status)}, Tone: makeTone[m.Status]}, tags(m.Roles), text(todo), text(moment(m.ChangedAt)),
		}})
	}
	page.Facts = makeFacts(*o, counts)
	if at := v.block("iam_make_organization", v.session.tenant); at != "" {
		page.Facts = append(page.Facts, fact{"Configuration", cell{Text: "iam_make_organization", Link: at}})
	}
	if o.Sync && v.session.holds(api.ScopeMakeManage) {
		page.Actions = []action{{"sync", "Sync now"}}
	}
	return v.addNotices(page)
}

// makeFacts says how the organization is synced.
func makeFacts(o api.MakeOrganization, counts map[api.MakeStatus]int) []fact {
	sync := "off: nothing is changed in Make"
	if o.Sync {
		sync = "on"
	}
	stale := counted(counts[api.MakeStale], "member", "members") + " without a role"
	switch {
	case counts[api.MakeStale] == 0:
		stale = "none"
	case o.PruneStale:
		stale += "; the next sync removes them"
	default:
		stale += "; prune_stale of iam_make_organization lets the sync remove them"
	}
	return []fact{{"Organization", text(o.OrganizationID)}, {"Sync", text(sync)}, {"Stale members", text(stale)}}
}

// makeOrder puts what needs a look first.
func makeOrder(s api.MakeStatus) int {
	return slices.Index([]api.MakeStatus{api.MakeStale, api.MakePending, api.MakeSynced}, s)
}

// addNotices adds the e-mails about access to Make, newest first, and shows the page.
func (v *visit) addNotices(page tablePage) error {
	notices, err := v.client().MakeNotices(v.r.Context())
	if err != nil && !client.IsForbidden(err) && !client.IsUnsupported(err) {
		return err
	}
	const most = 20
	t := table{Title: "E-mails about changes", Columns: []string{"E-mail", "Change", "Sent"}}
	for _, n := range slices.Backward(notices[max(0, len(notices)-most):]) {
		sent := cell{Tags: []string{"not yet"}, Small: n.LastError}
		if n.SentAt != "" {
			sent = text(moment(n.SentAt))
		}
		t.Rows = append(t.Rows, row{Cells: []cell{text(n.Email), text(n.Change), sent}})
	}
	if len(t.Rows) > 0 {
		page.Tables = append(page.Tables, t)
	}
	return v.showTable(page)
}

// handleMakeSync syncs Make now.
func (v *visit) handleMakeSync() error {
	if v.r.PostFormValue("action") != "sync" {
		return noAction()
	}
	if err := v.client().SyncMake(v.r.Context()); err != nil {
		return err
	}
	return v.done(v.link("make"), "The sync has started.")
}
