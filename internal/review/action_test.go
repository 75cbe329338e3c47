package review_test

import (
	"strings"
	"testing"
)

// invoked is an action of a plan.
func invoked(typeName string, config, unknown m, event string) m {
	a := m{"address": "action." + typeName + ".x", "type": typeName, "name": "x", "config_values": config, "config_unknown": unknown, "provider_name": "registry.terraform.io/access-config/iam"}
	if event == "" {
		a["invoke_action_trigger"] = m{"calling_resource_address": "iam_user.ann"}
	} else {
		a["lifecycle_action_trigger"] = m{"triggering_resource_address": "iam_user.ann", "action_trigger_event": event, "action_trigger_block_index": 0, "actions_list_index": 0, "on_failure": "halt"}
	}
	return a
}

// How each action affects people, and when.
func TestRun_actions(t *testing.T) {
	t.Parallel()
	const locked = "ann@acme.example; locked; loses read on orders through G (g)"
	email := m{"email": "ANN@acme.example"}
	team := []m{
		object("iam_team_member.olga", m{"id": "olga", "email": "olga@acme.example", "role": "owner"}),
		object("iam_team_member.ann", m{"id": "m-ann", "email": "ann@acme.example", "role": "member"}),
	}
	transferred := "ann@acme.example; changes from member to owner in the team"
	for name, c := range map[string]struct {
		state   []m
		action  m
		changes []m
		want    string
		notes   string
	}{
		"locks by e-mail":      {nil, invoked("iam_lock_user", email, m{}, ""), nil, locked, ""},
		"locks by id":          {nil, invoked("iam_lock_user", m{"user_id": "ann"}, m{}, "AfterUpdate"), nil, locked, ""},
		"locks a created user": {nil, invoked("iam_lock_user", m{"email": "x@acme.example"}, m{}, "AfterCreate"), []m{change("iam_user.x", "create", nil, m{"email": "x@acme.example", "first_name": "X", "last_name": "Y"}, m{"id": true})}, "x@acme.example; added", ""},
		"locks before update":  {nil, invoked("iam_lock_user", email, m{}, "BeforeUpdate"), []m{change("iam_user.ann", "update", user("ann", m{"locked": false}), user("ann", m{"locked": false, "department": "X"}), m{})}, "", ""},
		"locks after update":   {nil, invoked("iam_lock_user", email, m{}, "AfterUpdate"), []m{change("iam_user.ann", "update", user("ann", m{"locked": false}), user("ann", m{"locked": false, "department": "X"}), m{})}, locked, ""},
		"locks nobody":         {nil, invoked("iam_lock_user", m{"email": "no@acme.example"}, m{}, ""), nil, "", "action.iam_lock_user.x: there is no user no@acme.example: the action will fail"},
		"locks who knows":      {nil, invoked("iam_lock_user", m{}, m{"user_id": true}, ""), nil, "", "action.iam_lock_user.x: the user is not known before the apply"},
		"unlocks": {
			[]m{object("iam_user.dan", user("dan", m{"locked": true})), object("iam_group_membership.dan", m{"group_id": "g", "user_id": "dan"})},
			invoked("iam_unlock_user", m{"user_id": "dan"}, m{}, ""), nil, "dan@acme.example; unlocked; gains read on orders through G (g)", "",
		},
		"unlocks whom nothing locks but the status": {
			[]m{object("iam_user.dan", user("dan", m{"locked": nil, "status": "INACTIVE"})), object("iam_group_membership.dan", m{"group_id": "g", "user_id": "dan"})},
			invoked("iam_unlock_user", m{"user_id": "dan"}, m{}, ""), nil, "dan@acme.example; unlocked; gains read on orders through G (g)", "",
		},
		"unlocks who is locked in a table": {
			[]m{object("iam_users_csv.t", m{"csv": "email,first_name,last_name,locked,groups\ndan@acme.example,D,D,true,g\n"})},
			invoked("iam_unlock_user", m{"email": "dan@acme.example"}, m{}, ""), nil, "dan@acme.example; unlocked; gains read on orders through G (g)", "",
		},
		"unlocks who is not locked": {
			[]m{object("iam_user.dan", user("dan", m{"locked": nil, "status": "ACTIVE"}))},
			invoked("iam_unlock_user", m{"user_id": "dan"}, m{}, ""), nil, "", "",
		},
		"transfers by id":     {team, invoked("iam_transfer_team_owner", m{"member_id": "m-ann"}, m{}, ""), nil, transferred, ""},
		"transfers by e-mail": {team, invoked("iam_transfer_team_owner", email, m{}, ""), nil, transferred, ""},
		"reminds":             {nil, invoked("iam_resend_invitation", m{}, m{"email": true}, ""), nil, "", ""},
		"syncs":               {nil, invoked("iam_sync_make", nil, m{}, ""), nil, "", ""},
		"flies":               {nil, invoked("iam_fly", m{}, m{}, ""), nil, "", "action.iam_fly.x: this release does not know how the action iam_fly affects access"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := offline(append(people(), c.state...), c.changes...)
			plan["action_invocations"] = []m{c.action}
			r := ask(t, asText(t, plan), nil)
			if got, said := happening(r), strings.Join(notes(r), "\n"); !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") || said != c.notes {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, c.want, said)
			}
		})
	}
}

// An action belongs to the tenant of its provider block. If there are several
// blocks, a plan does not say which one an action in a module uses.
func TestRun_actionsOfTenants(t *testing.T) {
	t.Parallel()
	a, b := m{"tenant": constant("shopa")}, m{"tenant": constant("shopb")}
	plan := twoHouses(a, b)
	lock := invoked("iam_lock_user", m{"user_id": "id-b"}, m{}, "")
	inModule := with(lock, "address", "module.m.action.iam_lock_user.x")
	gone := with(lock, "address", "action.iam_lock_user.gone")
	plan["action_invocations"] = []m{lock, inModule, gone}
	root := plan["configuration"].(m)["root_module"].(m)
	root["actions"] = []m{{"address": "action.iam_lock_user.x", "type": "iam_lock_user", "name": "x", "provider_config_key": "iam.b"}}
	root["module_calls"] = m{"m": m{"module": m{"actions": []m{{"address": "action.iam_lock_user.x", "type": "iam_lock_user", "name": "x", "provider_config_key": "module.m:iam"}}}}}
	r := ask(t, asText(t, plan), nil)
	const why = ": the plan does not say which provider configuration the action uses"
	if who(r) != "shopb b@b.example false" || strings.Join(notes(r), "\n") != "module.m.action.iam_lock_user.x"+why+"\naction.iam_lock_user.gone"+why {
		t.Errorf("%s; %q", who(r), notes(r))
	}
}

// Deferred changes and actions are reported with the reason and the tenant, and
// not applied.
func TestRun_deferred(t *testing.T) {
	t.Parallel()
	plan := offline(people())
	plan["deferred_changes"] = []m{
		{"reason": "instance_count_unknown", "resource_change": with(change("iam_user.later[*]", "create", nil, m{}, m{}), "index_unknown", true)},
		{"reason": "deferred_prereq", "resource_change": change("iam_site.later", "create", nil, m{}, m{})},
		{"reason": "provider_config_unknown", "resource_change": with(change("iam_user.x", "read", nil, m{}, m{}), "mode", "data")},
	}
	plan["deferred_action_invocations"] = []m{
		{"reason": "absent_prereq", "action_invocation": m{"address": "action.aws_x.y", "type": "aws_x"}},
		{"reason": "absent_prereq", "action_invocation": invoked("iam_lock_user", m{"user_id": "ann"}, m{}, "")},
	}
	r := ask(t, asText(t, plan), nil)
	want := "iam_user.later[*]: the change is deferred (instance count unknown) and not part of this apply\naction.iam_lock_user.x: the action is deferred (absent prereq) and not part of this apply"
	if got := strings.Join(notes(r), "\n"); got != want || len(r.People) > 0 || r.Unresolved[0].Tenant != "acme" {
		t.Errorf("%q, %v", got, r.People)
	}
}

// Changes to the team, its products and Make.
func TestRun_team(t *testing.T) {
	t.Parallel()
	member := func(name, role string) m { return m{"id": "m-" + name, "email": name + "@acme.example", "role": role} }
	holds := func(name, product, role string) m {
		return m{"member_id": "m-" + name, "product": product, "role": role}
	}
	builders := object("iam_group.b", group("b", m{}, m{"access_control_ids": []string{"make-scenario-editor"}}))
	organization := func(id string, prune bool) m { return m{"organization_id": id, "sync": true, "prune_stale": prune} }
	state := append(people(),
		object("iam_team_member.olga", member("olga", "owner")), object("iam_team_member.ann", member("ann", "member")), object("iam_team_member.ben", member("ben", "member")),
		object("iam_product_assignment.ann", holds("ann", "orchestrator", "admin")), builders)
	for name, c := range map[string]struct {
		changes []m
		want    string
		notes   string
	}{
		"joins":            {[]m{change("iam_team_member.new", "create", nil, m{"email": "new@acme.example", "role": "billing_contact"}, m{"id": true})}, "new@acme.example; joins the team as billing_contact", ""},
		"leaves":           {[]m{change("iam_team_member.ann", "delete", member("ann", "member"), nil, m{})}, "ann@acme.example; leaves the team", ""},
		"the Owner stays":  {[]m{change("iam_team_member.olga", "delete", member("olga", "owner"), nil, m{})}, "", "iam_team_member.olga: olga@acme.example is the Owner of the team and stays a member until the ownership is transferred"},
		"another role":     {[]m{change("iam_team_member.ben", "update", member("ben", "member"), member("ben", "admin"), m{})}, "ben@acme.example; changes from member to admin in the team", ""},
		"is replaced":      {[]m{change("iam_team_member.ann", "delete,create", member("ann", "member"), without(member("ann", "member"), "id"), m{"id": true})}, "", ""},
		"role not known":   {[]m{change("iam_team_member.ben", "update", member("ben", "member"), without(member("ben", ""), "role"), m{"role": true})}, "", "iam_team_member.ben: the role in the team is not known before the apply"},
		"e-mail not known": {[]m{change("iam_team_member.x", "create", nil, m{"role": "member"}, m{"email": true, "id": true})}, "iam_team_member.x; joins the team as member", "iam_team_member.x: the e-mail address is not known"},
		"another Owner": {
			[]m{change("iam_team_owner.o", "update", m{"member_id": "m-olga"}, m{"member_id": "m-ann"}, m{})},
			"ann@acme.example; changes from member to owner in the team", "",
		},
		"the Owner leaves, for another": {
			[]m{change("iam_team_owner.o", "update", m{"member_id": "m-olga"}, m{"member_id": "m-ben"}, m{}), change("iam_team_member.olga", "delete", member("olga", "owner"), nil, m{})},
			"ben@acme.example; changes from member to owner in the team", "",
		},
		"the ownership is not managed any more": {[]m{change("iam_team_owner.o", "delete", m{"member_id": "m-olga"}, nil, m{})}, "", ""},
		"gets a product":                        {[]m{change("iam_product_assignment.ben", "create", nil, holds("ben", "studio_pro", ""), m{"id": true})}, "ben@acme.example; gains the product studio_pro", ""},
		"loses a product":                       {[]m{change("iam_product_assignment.ann", "delete", holds("ann", "orchestrator", "admin"), nil, m{})}, "ann@acme.example; loses the product orchestrator", ""},
		"a product goes to another":             {[]m{change("iam_product_assignment.ann", "update", holds("ann", "orchestrator", "admin"), holds("ben", "orchestrator", "admin"), m{})}, "ann@acme.example; loses the product orchestrator, held as admin\nben@acme.example; gains the product orchestrator as admin", ""},
		"another role in a product":             {[]m{change("iam_product_assignment.ann", "update", holds("ann", "orchestrator", "admin"), holds("ann", "orchestrator", "analyst"), m{})}, "ann@acme.example; changes from admin to analyst in the product orchestrator", ""},
		"a product not known":                   {[]m{change("iam_product_assignment.ben", "create", nil, m{"member_id": "m-ben"}, m{"product": true})}, "", "iam_product_assignment.ben: the product, or the role or the permissions in it, are not known"},
		"a member not known":                    {[]m{change("iam_product_assignment.ben", "create", nil, m{"product": "studio_pro"}, m{"member_id": true})}, "", "iam_product_assignment.ben: the user is not known"},
		"a sync begins": {
			[]m{change("iam_group_membership.b", "create", nil, m{"group_id": "b", "user_id": "cleo"}, m{}), change("iam_make_organization.o", "create", nil, organization("7", false), m{})},
			"cleo@acme.example; gains the role integromat.scenario_edit in Make; becomes a member of the Make organization", "",
		},
		"an organization not known": {[]m{change("iam_make_organization.o", "create", nil, m{"sync": true}, m{"organization_id": true})}, "", "iam_make_organization.o: the Make organization is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ask(t, asText(t, offline(state, c.changes...)), nil)
			said := strings.Join(notes(r), "\n")
			if got := happening(r); !strings.Contains(got, c.want) || (got == "") != (c.want == "") || !strings.HasPrefix(said, c.notes) || (said == "") != (c.notes == "") {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, c.want, said)
			}
		})
	}
}

// The Owner can leave only if the plan transfers the ownership.
func TestRun_ownerLeaves(t *testing.T) {
	t.Parallel()
	member := func(name, role string) m { return m{"id": "m-" + name, "email": name + "@acme.example", "role": role} }
	owner := func(name string) m { return m{"member_id": "m-" + name} }
	for name, c := range map[string]struct {
		change, action m
		stays          bool
	}{
		"and nothing else":                           {nil, nil, true},
		"and somebody comes":                         {change("iam_user.x", "create", nil, user("x"), m{}), nil, true},
		"and the ownership is not managed any more":  {change("iam_team_owner.o", "delete", owner("olga"), nil, m{}), nil, true},
		"and somebody is locked":                     {nil, invoked("iam_lock_user", m{"user_id": "cleo"}, m{}, "AfterUpdate"), true},
		"and somebody else becomes Owner":            {change("iam_team_owner.o", "update", owner("olga"), owner("ann"), m{}), nil, false},
		"and somebody becomes the Owner to manage":   {change("iam_team_owner.o", "create", nil, owner("ann"), m{}), nil, false},
		"and the ownership is transferred":           {nil, invoked("iam_transfer_team_owner", owner("ann"), m{}, "BeforeDestroy"), false},
		"and the ownership is transferred afterward": {nil, invoked("iam_transfer_team_owner", owner("ann"), m{}, "AfterDestroy"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := append(people(), object("iam_user.olga", user("olga")), object("iam_team_member.olga", member("olga", "owner")), object("iam_team_member.ann", member("ann", "member")))
			changes := []m{change("iam_team_member.olga", "delete", member("olga", "owner"), nil, m{}), change("iam_user.olga", "delete", user("olga"), nil, m{})}
			if c.change != nil {
				changes = append(changes, c.change)
			}
			plan := offline(state, changes...)
			if c.action != nil {
				plan["action_invocations"] = []m{c.action}
			}
			r := ask(t, asText(t, plan), nil)
			want := ""
			if c.stays {
				want = "iam_team_member.olga: olga@acme.example is the Owner of the team and stays a member until the ownership is transferred\niam_user.olga: olga@acme.example is the Owner of the team and stays in the tenant until the ownership is transferred"
			}
			if said := strings.Join(notes(r), "\n"); said != want || strings.Contains(happening(r), "olga@acme.example; removed") == c.stays {
				t.Errorf("got\n%s\n%s", happening(r), said)
			}
		})
	}
}

// Removing a user who is no longer a member of the team changes nothing.
func TestReview_memberLeftAlready(t *testing.T) {
	t.Parallel()
	member := m{"id": "x", "email": "clerk000@acme.example", "role": "member"}
	if r := ask(t, planOf(t, change("iam_team_member.x", "delete", member, nil, m{})), staffed(t, 1)); len(r.People)+len(r.Unresolved) > 0 {
		t.Errorf("%+v", r)
	}
}

// Ending a sync makes nobody a member, whichever organization it was for.
func TestRun_syncEnds(t *testing.T) {
	t.Parallel()
	for _, id := range []any{"7", nil} {
		organization := m{"organization_id": id, "sync": true}
		r := ask(t, asText(t, offline(
			append(people(), object("iam_group.b", group("b", m{}, m{"access_control_ids": []string{"make-scenario-editor"}})), object("iam_make_organization.o", organization)),
			change("iam_make_organization.o", "delete", organization, nil, m{}), change("iam_group_membership.b", "create", nil, m{"group_id": "b", "user_id": "cleo"}, m{}),
		)), nil)
		if got := happening(r); got != "cleo@acme.example; gains the role integromat.scenario_edit in Make" {
			t.Errorf("of organization %v: %s", id, got)
		}
	}
}

// A membership in an unknown group adds no group.
func TestRun_joinsNothing(t *testing.T) {
	t.Parallel()
	r := ask(t, asText(t, offline(
		append(people(), object("iam_user.dan", user("dan", m{"locked": true}))),
		change("iam_group_membership.x", "create", nil, m{"user_id": "dan"}, m{"group_id": true}),
	)), nil)
	if len(r.People)+len(r.Findings) > 0 || len(r.Unresolved) != 1 {
		t.Errorf("%+v", r)
	}
}

// A user who is locked on destroy leaves the groups; a user who is only locked
// keeps them, and unlocking gives everything back.
func TestRun_lockAndGroups(t *testing.T) {
	t.Parallel()
	table := m{"csv": "email,first_name,last_name\nann@acme.example,A,A\n", "on_destroy": "lock"}
	for name, c := range map[string]struct {
		change m
		stays  bool
	}{
		"a user goes":     {change("iam_user.ann", "delete", user("ann", m{"on_destroy": "lock"}), nil, m{}), false},
		"a table goes":    {change("iam_users_csv.t", "delete", table, nil, m{}), false},
		"a row goes":      {change("iam_users_csv.t", "update", table, m{"csv": "email,first_name,last_name\n", "on_destroy": "lock"}, m{}), false},
		"a reported lock": {change("iam_user.ann", "update", user("ann"), user("ann", m{"locked": true}), m{}), true},
	} {
		r := ask(t, asText(t, offline(people(), c.change)), nil)
		if got := happening(r); !strings.HasPrefix(got, "ann@acme.example; locked; loses read on orders") || (len(r.Findings) > 0) != c.stays || len(r.Unresolved) > 0 {
			t.Errorf("%s: %s; %+v; %q", name, got, r.Findings, notes(r))
		}
	}
}
