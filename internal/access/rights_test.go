package access

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// lines formats the rows of a report as lines.
func lines(u User) []string {
	var lines []string
	for _, r := range Report(u) {
		line := strings.TrimSpace(r.Entity+" "+r.LevelText()) + " on " + strings.Join(r.Restrictions, " ")
		if r.VendorID != "" {
			line += " of " + r.VendorID
		}
		if r.RestrictionAware && r.Entity == "" {
			line += " aware"
		}
		lines = append(lines, fmt.Sprintf("%s by %v from %v %v", line, r.GrantedBy, r.Sources, r.Scopes))
	}
	return lines
}

func controlOf(entity string, level Level) []string {
	return ControlIDs(FromMap(map[string]Level{entity: level}))
}

func TestReport_rights(t *testing.T) {
	t.Parallel()
	users := ControlIDs(FromMap(map[string]Level{"users_and_groups": Manage}))
	var all []string
	for _, id := range users {
		c, _ := ControlByID(id)
		all = append(all, c.Scopes...)
	}
	rights := Rights{Controls: map[string]OwnControl{
		"copy":  {Scopes: all},
		"half":  {Scopes: []string{"iam.user_read", "iam.user_create"}},
		"other": {Scopes: []string{"iam.group_read", "iam.template_read", "ai.agent_read", "house.key"}},
		"view":  {Scopes: []string{"iam.access_read"}},
		"ship":  {Scopes: []string{"shipping.shipping_read"}},
		"sell":  {Scopes: []string{"order.order_read_by_vendor"}, VendorAware: true},
		"agent": {Scopes: []string{"ai.agent_read"}, VendorAware: true},
		"make":  {Scopes: []string{"order.order_create", "ai.agent_manage"}, RestrictionAware: true},
		"any":   {Scopes: []string{"order.order_create"}},
		"gone":  {Scopes: []string{"house.gone", "house.key"}},
	}, Scopes: map[string]bool{"house.key": true}}
	for _, c := range []struct {
		name   string
		groups []Group
		want   []string
	}{
		{"all scopes of a level are the level", []Group{{ID: "a", Controls: []string{"copy"}}}, []string{"users_and_groups manage on  by [a] from [access_control] []"}},
		{"some are a part of it", []Group{{ID: "a", Controls: []string{"half"}}}, []string{"users_and_groups partly manage on  by [a] from [access_control] [iam.user_create iam.user_read]"}},
		{"two groups make a level together", []Group{{ID: "a", Controls: []string{"half"}}, {ID: "b", Controls: []string{"other"}}}, []string{
			"users_and_groups read on  by [a b] from [access_control access_control] []",
			"users_and_groups partly manage on  by [a] from [access_control] [iam.user_create]",
			" on  by [b] from [access_control] [ai.agent_read house.key]",
		}},
		{"a viewing scope that only managers carry is viewing", []Group{{ID: "a", Controls: []string{"view"}}}, []string{"users_and_groups partly read on  by [a] from [access_control] [iam.access_read]"}},
		{"a viewing scope beyond a level is a part of reading", []Group{{ID: "a", Controls: controlOf("users_and_groups", Read)}, {ID: "b", Controls: []string{"view"}}}, []string{
			"users_and_groups read on  by [a] from [access] []", "users_and_groups partly read on  by [b] from [access_control] [iam.access_read]",
		}},
		{"a scope of several entities counts for each", []Group{{ID: "a", Controls: []string{"ship"}}}, []string{
			"delivery_methods read on  by [a] from [access_control] []", "delivery_times read on  by [a] from [access_control] []",
		}},
		{"a predefined control counts for its entity", []Group{{ID: "a", Controls: controlOf("delivery_times", Read)}}, []string{"delivery_times read on  by [a] from [access] []"}},
		{"a vendor's own records", []Group{{ID: "a", VendorID: "v", Controls: []string{controlID("4", "223")}}}, []string{"orders manage on  of v by [a] from [access_control] []"}},
		{"a vendor's own records by an own control", []Group{{ID: "a", VendorID: "v", Controls: []string{"sell"}}}, []string{"orders read on  of v by [a] from [access_control] []"}},
		{"a vendor-aware control of no vendor reaches nothing", []Group{{ID: "a", Controls: []string{"sell"}}}, []string{" on  by [a] from [access_control] [order.order_read_by_vendor]"}},
		{"a predefined one of no vendor does not, either", []Group{{ID: "a", Controls: []string{controlID("4", "223")}}}, []string{" on  by [a] from [access_control] [order.order_manage_by_vendor order.order_read_by_vendor]"}},
		{"scopes of no entity, of the tenant and of a vendor", []Group{{ID: "a", Controls: []string{"other"}}, {ID: "b", VendorID: "v", Controls: []string{"agent", "agent"}}}, []string{
			"users_and_groups partly read on  by [a] from [access_control] [iam.group_read iam.template_read]",
			" on  by [a] from [access_control] [ai.agent_read house.key]", " on  of v by [b] from [access_control] [ai.agent_read]",
		}},
		{"scopes of no entity that two groups give", []Group{{ID: "a", Controls: []string{"gone", "gone"}}, {ID: "b", Controls: []string{"gone"}}}, []string{" on  by [a b] from [access_control access_control] [house.key]"}},
		{"parts and scopes on some records", []Group{{ID: "a", Controls: []string{"make"}, Restrictions: []string{"DE"}}}, []string{
			"orders partly manage on DE by [a] from [access_control] [order.order_create]", " on DE aware by [a] from [access_control] [ai.agent_manage]",
		}},
		{"a level on some records, a part of it on all", []Group{{ID: "a", Controls: append(controlOf("orders", Manage), "any"), Restrictions: []string{"DE"}}}, []string{
			"orders manage on DE by [a] from [access] []", "orders partly manage on  by [a] from [access_control] [order.order_create]",
		}},
		{"a vendor's own records beside the tenant's, on some records", []Group{{ID: "a", VendorID: "v", Controls: append(controlOf("orders", Manage), controlID("4", "223")), Restrictions: []string{"DE"}}}, []string{
			"orders manage on DE by [a] from [access] []", "orders manage on DE of v by [a] from [access_control] []",
		}},
		{"a scope that is gone gives nothing", []Group{{ID: "a", Controls: []string{"gone"}}}, []string{" on  by [a] from [access_control] [house.key]"}},
		{"every record says more than a vendor's", []Group{{ID: "a", Controls: controlOf("orders", Read)}, {ID: "b", VendorID: "v", Controls: []string{controlID("1", "231")}}}, []string{"orders read on  by [a] from [access] []"}},
		{"a control without an entity counts by its scopes", []Group{{ID: "a", Controls: []string{controlID("4", "153")}}}, []string{
			"delivery_methods partly manage on  by [a] from [access_control] [shipping.shipping_manage]", "delivery_times partly manage on  by [a] from [access_control] [shipping.shipping_manage]",
		}},
		{"what no control gives does not follow", []Group{{ID: "a", Controls: controlOf("products", Read)}}, []string{"products read on  by [a] from [access] []"}},
		{"what follows says so", []Group{{ID: "a", Controls: ControlIDs(Expand(Access{}, map[string]Level{"forms": Edit, "orders": Read}))}}, []string{
			"forms edit on  by [a] from [access] []", "task_inbox edit on  by [a] from [correlated] []", "carts read on  by [a] from [derived] []", "orders read on  by [a] from [access] []",
		}},
	} {
		if got := lines(User{Groups: c.groups, Rights: rights}); !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// Changes of scopes are reported one by one, and a user who can manage users in
// part counts as an administrator.
func TestCompareSubjects_scopes(t *testing.T) {
	t.Parallel()
	subject := func(scopes ...string) Subject {
		return User{Groups: []Group{{ID: "g", Name: "G", Controls: []string{"own"}}}, Rights: Rights{Controls: map[string]OwnControl{"own": {Scopes: scopes}}}}.Subject()
	}
	for _, c := range []struct {
		name          string
		before, after []string
		want          []string
		admin         bool
	}{
		{"from nothing", nil, []string{"iam.user_delete"}, []string{"gained: gains a part of manage on users_and_groups (iam.user_delete) through G (g)"}, true},
		{"less of a part", []string{"iam.user_delete", "iam.user_create"}, []string{"iam.user_delete"}, []string{"lowered: loses a part of manage on users_and_groups (iam.user_create) through G (g)"}, true},
		{"another part", []string{"iam.user_create"}, []string{"iam.user_delete"}, []string{
			"lowered: loses a part of manage on users_and_groups (iam.user_create) through G (g)", "raised: gains a part of manage on users_and_groups (iam.user_delete) through G (g)",
		}, true},
		{"less to see beside a part", []string{"iam.user_create", "iam.user_read"}, []string{"iam.user_create"}, []string{"lowered: loses a part of manage on users_and_groups (iam.user_read) through G (g)"}, false},
		{"less to see beside a level", []string{"iam.user_read", "iam.group_read", "iam.template_read", "iam.access_read"}, []string{"iam.user_read", "iam.group_read", "iam.template_read"}, []string{
			"lowered: is lowered from read and partly read to read on users_and_groups (iam.access_read) through G (g)",
		}, false},
		{"seeing is no managing", nil, []string{"iam.access_read"}, []string{"gained: gains a part of read on users_and_groups (iam.access_read) through G (g)"}, false},
		{"of no entity", []string{"ai.agent_read", "ai.agent_manage"}, []string{"ai.agent_read"}, []string{"lost: loses the scope ai.agent_manage through G (g)"}, false},
		{"a role in Make is reported as a role", nil, []string{"integromat.scenario_edit"}, nil, false},
	} {
		var got []string
		admin := false
		for _, change := range CompareSubjects(subject(c.before...), subject(c.after...)) {
			got, admin = append(got, string(change.Kind)+": "+change.Text()), admin || change.Admin()
		}
		if !slices.Equal(got, c.want) || admin != c.admin {
			t.Errorf("%s: admin %t, got\n%s\nwant\n%s", c.name, admin, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}
