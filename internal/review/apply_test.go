package review_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/review"
)

// object is an object of a state.
func object(address string, v m) m {
	typeName, name, _ := strings.Cut(address, ".")
	return m{"address": address, "mode": "managed", "type": typeName, "name": name, "values": v}
}

// offline is a plan with a prior state, to be reviewed without a tenant.
func offline(state []m, changes ...m) m {
	return m{"format_version": "1.2", "prior_state": m{"values": m{"root_module": m{"resources": state}}}, "resource_changes": changes}
}

func group(id string, access m, more ...m) m {
	g := m{"id": id, "name": m{"en": strings.ToUpper(id)}, "user_type": "EMPLOYEE", "effective_access": access, "access": access, "restrictions": nil, "access_control_ids": nil, "force_delete": true}
	for _, o := range more {
		maps.Copy(g, o)
	}
	return g
}

func user(id string, more ...m) m {
	u := m{"id": id, "email": id + "@acme.example", "first_name": "N", "last_name": strings.ToUpper(id), "on_destroy": "remove"}
	for _, o := range more {
		maps.Copy(u, o)
	}
	return u
}

// happening returns a line for each person in a review.
func happening(r review.Result) string {
	var lines []string
	for _, p := range r.People {
		texts := []string{p.User.Email}
		if p.Event != "" {
			texts = append(texts, string(p.Event))
		}
		for _, c := range p.Changes {
			texts = append(texts, c.Text())
		}
		lines = append(lines, strings.Join(texts, "; "))
	}
	return strings.Join(lines, "\n")
}

// people is a state with Ann and Ben in the group g and Cleo in none.
func people() []m {
	return []m{
		object("iam_group.g", group("g", m{"orders": "read"})),
		object("iam_group.h", group("h", m{"media": "read"})),
		object("iam_user.ann", user("ann")), object("iam_user.ben", user("ben")), object("iam_user.cleo", user("cleo")),
		object("iam_group_membership.ann", m{"group_id": "g", "user_id": "ann", "user_type": "EMPLOYEE"}),
		object("iam_group_membership.ben", m{"group_id": "g", "user_id": "ben", "user_type": "EMPLOYEE"}),
	}
}

// How every type affects people, for each action of a plan.
func TestRun_types(t *testing.T) {
	t.Parallel()
	const (
		lost   = "; loses read on orders through G (g)"
		gained = "; gains read on orders through G (g)"
	)
	in := func(group, user string) m { return m{"group_id": group, "user_id": user, "user_type": "EMPLOYEE"} }
	table := func(onDestroy, rows string) m {
		return m{"csv": "email,first_name,last_name,groups\n" + rows, "on_destroy": onDestroy}
	}
	vendor := m{"id": "v", "name": "V", "group_ids": m{"order_manager": "vo"}, "delete_groups": true}
	control := func(scopes ...string) m { return m{"id": "c", "scopes": scopes} }
	kept := group("g", m{"orders": "read"}, m{"force_delete": false})
	const (
		agents = "1ac869fc-d548-4ec8-8e06-c01491314233" // of no entity
		taxes  = "1ac869fc-d548-4ec8-8e06-c01491314168"
	)
	for name, c := range map[string]struct {
		more    []m // of the state
		changes []m
		want    string
		notes   string
	}{
		"a membership begins":          {nil, []m{change("iam_group_membership.x", "create", nil, in("g", "cleo"), m{"id": true})}, "cleo@acme.example" + gained, ""},
		"a membership ends":            {nil, []m{change("iam_group_membership.ann", "delete", in("g", "ann"), nil, m{})}, "ann@acme.example" + lost, ""},
		"a membership is forgotten":    {nil, []m{change("iam_group_membership.ann", "forget", in("g", "ann"), nil, m{})}, "", ""},
		"a deposed membership ends":    {nil, []m{with(change("iam_group_membership.ann", "delete", in("g", "ann"), nil, m{}), "deposed", "abc")}, "ann@acme.example" + lost, ""},
		"a membership stays":           {nil, []m{change("iam_group_membership.ann", "no-op", in("g", "ann"), in("g", "ann"), m{})}, "", ""},
		"a membership changes hands":   {nil, []m{change("iam_group_membership.ann", "delete", in("g", "ann"), nil, m{}), change("iam_group_membership.new", "create", nil, in("g", "ann"), m{})}, "", ""},
		"a membership goes to another": {nil, []m{change("iam_group_membership.ann", "update", in("g", "ann"), in("g", "cleo"), m{})}, "ann@acme.example" + lost + "\ncleo@acme.example" + gained, ""},
		"a membership of another group": {
			nil,
			[]m{change("iam_group_membership.ann", "update", in("g", "ann"), in("h", "ann"), m{})},
			"ann@acme.example" + lost + "; gains read on media through H (h)", "",
		},
		"a membership goes to nobody knows whom": {
			nil,
			[]m{change("iam_group_membership.ann", "update", in("g", "ann"), m{"group_id": "g", "user_type": "EMPLOYEE"}, m{"user_id": true})},
			"", "iam_group_membership.ann: the user is not known before the apply",
		},
		"a membership of who is not in the state": {
			[]m{object("iam_group_membership.zed", in("g", "zed"))},
			[]m{change("iam_group_membership.zed", "delete", in("g", "zed"), nil, m{})},
			lost, "",
		},
		"of customers": {nil, []m{change("iam_group_membership.x", "create", nil, m{"group_id": "g", "user_id": "cleo", "user_type": "CUSTOMER"}, m{})}, "", ""},

		"a list takes over": {
			nil,
			[]m{change("iam_group_members.g", "create", nil, m{"group_id": "g", "user_type": "EMPLOYEE", "members": m{"ann@acme.example": "ann", "cleo@acme.example": "cleo"}}, m{})},
			"ben@acme.example" + lost + "\ncleo@acme.example" + gained, "",
		},
		"a list ends": {
			nil,
			[]m{change("iam_group_members.g", "delete", m{"group_id": "g", "user_type": "EMPLOYEE", "members": m{"ann@acme.example": "ann"}}, nil, m{})},
			"ann@acme.example" + lost, "",
		},
		"a list goes to another group": {
			nil,
			[]m{change("iam_group_members.g", "update", m{"group_id": "g", "user_type": "EMPLOYEE", "members": m{"ann@acme.example": "ann"}}, m{"group_id": "h", "user_type": "EMPLOYEE", "members": m{"ann@acme.example": "ann"}}, m{})},
			"ann@acme.example" + lost + "; gains read on media through H (h)", "",
		},
		"a list of customers": {nil, []m{change("iam_group_members.k", "create", nil, m{"group_id": "k", "user_type": "CUSTOMER", "members": m{"zed@acme.example": "zed"}}, m{})}, "", ""},
		"a list of a group of customers": {
			[]m{object("iam_group.k", group("k", m{}, m{"user_type": "CUSTOMER"}))},
			[]m{
				change("iam_group.k", "no-op", group("k", m{}, m{"user_type": "CUSTOMER"}), group("k", m{}, m{"user_type": "CUSTOMER"}), m{}),
				change("iam_group_members.k", "create", nil, m{"group_id": "k", "members": m{"zed@acme.example": "zed"}}, m{}),
			},
			"", "",
		},
		"a list of who knows which group": {
			nil,
			[]m{change("iam_group_members.x", "create", nil, m{"members": m{"cleo@acme.example": "cleo", "zed@acme.example": "zed"}}, m{"group_id": true})},
			"", "iam_group_members.x: the group is not known before the apply",
		},
		"groups of a user": {
			nil,
			[]m{change("iam_user_groups.ann", "create", nil, m{"user_id": "ann", "group_ids": []string{"h"}}, m{})},
			"ann@acme.example" + lost + "; gains read on media through H (h)", "",
		},
		"groups of a user end": {nil, []m{change("iam_user_groups.ann", "delete", m{"user_id": "ann", "group_ids": []string{"g"}}, nil, m{})}, "ann@acme.example" + lost, ""},
		"groups go to another user": {
			nil,
			[]m{change("iam_user_groups.ann", "update", m{"user_id": "ann", "group_ids": []string{"g"}}, m{"user_id": "cleo", "group_ids": []string{"g"}}, m{})},
			"ann@acme.example" + lost + "\ncleo@acme.example" + gained, "",
		},

		"a user comes":                     {nil, []m{change("iam_user.x", "create", nil, m{"email": "x@acme.example", "first_name": "X", "last_name": "Y", "group_ids": []string{"g"}}, m{"id": true})}, "x@acme.example; added" + gained, ""},
		"a user goes":                      {nil, []m{change("iam_user.ann", "delete", user("ann"), nil, m{})}, "ann@acme.example; removed" + lost, ""},
		"a user goes, and is locked":       {nil, []m{change("iam_user.ann", "delete", user("ann", m{"on_destroy": "lock"}), nil, m{})}, "ann@acme.example; locked" + lost, ""},
		"a user is locked":                 {nil, []m{change("iam_user.ann", "update", user("ann"), user("ann", m{"locked": true}), m{})}, "ann@acme.example; locked" + lost, ""},
		"a user is replaced":               {nil, []m{change("iam_user.ann", "delete,create", user("ann"), without(user("ann"), "id"), m{"id": true})}, "", ""},
		"a user is replaced, create first": {nil, []m{change("iam_user.ann", "create,delete", user("ann"), without(user("ann"), "id"), m{"id": true})}, "", ""},
		"a user is replaced by another": {
			nil,
			[]m{change("iam_user.ann", "delete,create", user("ann"), without(user("ann", m{"email": "eve@acme.example"}), "id"), m{"id": true})},
			"ann@acme.example; removed" + lost + "\neve@acme.example; added", "",
		},
		"a deposed user goes": {nil, []m{with(change("iam_user.ann", "delete", user("ann", m{"id": "old"}), nil, m{}), "deposed", "abc")}, "", ""},
		"creating an existing user": {
			nil,
			[]m{change("iam_user.x", "create", nil, without(user("ann", m{"group_ids": []string{}}), "id"), m{"id": true})},
			"ann@acme.example" + lost, "iam_user.x: a user with the e-mail ann@acme.example already exists: the apply fails unless adopt_existing is set",
		},
		"the groups left out stay": {nil, []m{change("iam_user.ann", "update", user("ann", m{"group_ids": []string{"g"}}), user("ann"), m{})}, "", ""},

		"a table's user goes":         {nil, []m{change("iam_users_csv.t", "update", table("remove", "ann@acme.example,A,A,g\n"), table("remove", ""), m{})}, "ann@acme.example; removed" + lost, ""},
		"a table's user goes, locked": {nil, []m{change("iam_users_csv.t", "update", table("lock", "ann@acme.example,A,A,g\n"), table("lock", ""), m{})}, "ann@acme.example; locked" + lost, ""},
		"a table goes":                {nil, []m{change("iam_users_csv.t", "delete", table("remove", "ann@acme.example,A,A,g\n"), nil, m{})}, "ann@acme.example; removed" + lost, ""},
		"a table goes, and keeps":     {nil, []m{change("iam_users_csv.t", "delete", table("keep", "ann@acme.example,A,A,g\n"), nil, m{})}, "", ""},
		"a table is replaced":         {nil, []m{change("iam_users_csv.t", "delete,create", table("remove", "ann@acme.example,A,A,g\n"), table("remove", ""), m{})}, "", ""},
		"a row has other groups":      {nil, []m{change("iam_users_csv.t", "update", table("remove", "ann@acme.example,A,A,g\n"), table("remove", "ann@acme.example,A,A,h\n"), m{})}, "ann@acme.example" + lost + "; gains read on media through H (h)", ""},
		"a table is not known":        {nil, []m{change("iam_users_csv.t", "update", table("remove", "ann@acme.example,A,A,g\n"), m{"on_destroy": "remove"}, m{"csv": true})}, "", "iam_users_csv.t: the users are not known before the apply"},
		"a table cannot be read":      {nil, []m{change("iam_users_csv.t", "update", table("remove", "ann@acme.example,A,A,g\n"), m{"csv": "x", "on_destroy": "remove"}, m{})}, "", "iam_users_csv.t: the users cannot be read"},

		"a group goes":                             {nil, []m{change("iam_group.g", "delete", group("g", m{"orders": "read"}), nil, m{})}, "ann@acme.example" + lost + "\nben@acme.example" + lost, ""},
		"a group is replaced":                      {nil, []m{change("iam_group.g", "delete,create", group("g", m{"orders": "read"}), group("g", m{"orders": "read"}), m{})}, "", ""},
		"a group is replaced that must be empty":   {nil, []m{change("iam_group.g", "delete,create", kept, kept, m{})}, "", "iam_group.g: the group still has members (2) and force_delete is not set"},
		"a group is kept by create before destroy": {nil, []m{change("iam_group.g", "create,delete", kept, kept, m{})}, "", ""},
		"a group without members goes":             {nil, []m{change("iam_group.h", "delete", group("h", m{"media": "read"}, m{"force_delete": false}), nil, m{})}, "", ""},
		"a group gets a name in English": {
			nil,
			[]m{change("iam_group.g", "update", group("g", m{"orders": "read"}), group("g", m{"orders": "manage"}, m{"name": m{"de": "D", "en": "E", "fr": "F"}}), m{})},
			"ann@acme.example; is raised from read to manage on orders through E (g)\nben@acme.example; is raised from read to manage on orders through E (g)", "",
		},
		"a group gets names in other languages": {
			nil,
			[]m{change("iam_group.g", "update", group("g", m{"orders": "read"}), group("g", m{"orders": "manage"}, m{"name": m{"fr": "F", "de": "D"}}), m{})},
			"ann@acme.example; is raised from read to manage on orders through D (g)\nben@acme.example; is raised from read to manage on orders through D (g)", "",
		},
		"a group whose name is not known keeps its own": {
			nil,
			[]m{change("iam_group.g", "update", group("g", m{"orders": "read"}), group("g", m{"orders": "manage"}, m{"name": nil}), m{"name": true})},
			"ann@acme.example; is raised from read to manage on orders through G (g)\nben@acme.example; is raised from read to manage on orders through G (g)", "",
		},
		"a group keeps what no level stands for": {
			[]m{
				object("iam_access_control.c", control("order.order_read")),
				object("iam_group.o", group("o", m{}, m{"access_control_ids": []string{"c", agents, taxes}})), object("iam_group_membership.o", in("o", "cleo")),
			},
			[]m{change("iam_group.o", "update", group("o", m{}, m{"access_control_ids": []string{"c", agents, taxes}}), group("o", m{"units": "read"}), m{})},
			"cleo@acme.example; loses read on tax through O (o); gains read on units through O (o)", "",
		},
		"a vendor's group keeps what reaches the vendor's own records": {
			[]m{object("iam_vendor.v", vendor), object("iam_group.o", group("o", m{}, m{"vendor_id": "v", "access_control_ids": []string{vendorOrders}})), object("iam_group_membership.o", in("o", "cleo"))},
			[]m{change("iam_group.o", "update", group("o", m{}, m{"vendor_id": "v", "access_control_ids": []string{vendorOrders}}), group("o", m{}, m{"vendor_id": "v"}), m{})},
			"", "",
		},
		"a group is replaced under another id": {
			nil,
			[]m{change("iam_group.g", "delete,create", group("g", m{"orders": "read"}), group("i", m{"orders": "read"}), m{})},
			"ann@acme.example" + lost + "\nben@acme.example" + lost, "",
		},
		"a group is replaced by one of customers": {
			nil,
			[]m{change("iam_group.g", "delete,create", group("g", m{"orders": "read"}), group("g", m{"orders": "read"}, m{"user_type": "CUSTOMER"}), m{})},
			"ann@acme.example" + lost + "\nben@acme.example" + lost, "",
		},

		"a control of the tenant's own": {
			[]m{object("iam_access_control.c", control("order.order_read")), object("iam_group.o", group("o", m{}, m{"access_control_ids": []string{"c"}})), object("iam_group_membership.o", in("o", "cleo"))},
			[]m{change("iam_access_control.c", "update", control("order.order_read"), control("order.order_read", "iam.user_create"), m{})},
			"cleo@acme.example; gains a part of manage on users_and_groups (iam.user_create) through O (o)", "",
		},
		"a removed control": {
			[]m{object("iam_access_control.c", control("iam.user_create")), object("iam_group.o", group("o", m{}, m{"access_control_ids": []string{"c"}})), object("iam_group_membership.o", in("o", "cleo"))},
			[]m{change("iam_access_control.c", "delete", control("iam.user_create"), nil, m{})},
			"cleo@acme.example; loses a part of manage on users_and_groups (iam.user_create) through O (o)", "",
		},
		"a control that a group lists from now on": {
			[]m{object("iam_access_control.c", control("iam.user_create"))},
			[]m{change("iam_group.g", "update", group("g", m{"orders": "read"}), group("g", m{"orders": "read"}, m{"access_control_ids": []string{"c"}}), m{})},
			"ann@acme.example; gains a part of manage on users_and_groups (iam.user_create) through G (g)\nben@acme.example; gains a part of manage on users_and_groups (iam.user_create) through G (g)", "",
		},
		"a control that nobody knows": {
			nil,
			[]m{change("iam_group.g", "update", group("g", m{"orders": "read"}), group("g", m{"orders": "read"}, m{"access_control_ids": []string{"c"}}), m{})},
			"", "iam_group.g: what the access control c gives is not known",
		},
		"scopes that are not known": {
			[]m{object("iam_access_control.c", control("iam.user_create")), object("iam_group.o", group("o", m{}, m{"access_control_ids": []string{"c"}})), object("iam_group_membership.o", in("o", "cleo"))},
			[]m{change("iam_access_control.c", "update", control("iam.user_create"), m{"id": "c", "scopes": []any{"iam.user_delete", nil}}, m{"scopes": []any{false, true}})},
			"cleo@acme.example; gains a part of manage on users_and_groups (iam.user_delete) through O (o)", "iam_access_control.c: some of the scopes are not known before the apply",
		},
		"a removed scope": {
			[]m{object("iam_scope.s", m{"id": "own.do"}), object("iam_access_control.c", control("own.do")), object("iam_group.o", group("o", m{}, m{"access_control_ids": []string{"c"}})), object("iam_group_membership.o", in("o", "cleo"))},
			[]m{change("iam_scope.s", "delete", m{"id": "own.do"}, nil, m{})},
			"cleo@acme.example; loses the scope own.do through O (o)", "",
		},

		"a group with the role of a vendor gains": {
			[]m{object("iam_vendor.v", vendor), object("iam_group.o", vendorGroup("orders", "read")), object("iam_group_membership.o", in("o", "cleo"))},
			[]m{change("iam_group.o", "update", vendorGroup("orders", "read"), vendorGroup("orders", "manage"), m{})},
			"cleo@acme.example; is raised from read to manage on orders for records of the vendor v through O (o)", "",
		},
		"a group takes the role of a vendor": {
			[]m{object("iam_vendor.v", vendor), object("iam_group.o", group("o", m{"orders": "read", "carts": "none"}, m{"vendor_id": "v"})), object("iam_group_membership.o", in("o", "cleo"))},
			[]m{change("iam_group.o", "update", group("o", m{"orders": "read"}, m{"vendor_id": "v"}), vendorGroup("products", "read"), m{})},
			"cleo@acme.example; loses read on orders through O (o); gains read on availability for records of the vendor v through O (o); gains read on media for records of the vendor v through O (o); gains read on prices for records of the vendor v through O (o); gains read on products for records of the vendor v through O (o)", "",
		},
		"levels of a vendor that are not known": {
			[]m{object("iam_vendor.v", vendor), object("iam_group.o", vendorGroup("orders", "read")), object("iam_group_membership.o", in("o", "cleo"))},
			[]m{change("iam_group.o", "update", vendorGroup("orders", "read"), with(without(vendorGroup("orders", "read"), "effective_access"), "access", m{"products": "read"}), m{"effective_access": true, "access": m{"orders": true}})},
			"cleo@acme.example; gains read on availability for records of the vendor v through O (o); gains read on media for records of the vendor v through O (o); gains read on prices for records of the vendor v through O (o); gains read on products for records of the vendor v through O (o)", "iam_group.o: part of the access that the group gives is not known before the apply",
		},
		"a vendor's group is joined": {
			[]m{object("iam_vendor.v", vendor)},
			[]m{change("iam_group_membership.v", "create", nil, in("vo", "cleo"), m{})},
			"cleo@acme.example; gains manage on orders for records of the vendor v through V Vendor Order Manager (vo)", "",
		},
		"a vendor's product managers publish from now on": {
			[]m{object("iam_vendor.v", publishers(false)), object("iam_group_membership.v", in("vp", "cleo"))},
			[]m{change("iam_vendor.v", "update", publishers(false), publishers(true), m{})},
			"cleo@acme.example; gains the scopes product.product_publish and product.product_unpublish for records of the vendor v through V Vendor Product Manager (vp)", "",
		},
		"a vendor's product managers no longer publish": {
			[]m{object("iam_vendor.v", publishers(true)), object("iam_group_membership.v", in("vp", "cleo"))},
			[]m{change("iam_vendor.v", "update", publishers(true), publishers(false), m{})},
			"cleo@acme.example; loses the scopes product.product_publish and product.product_unpublish for records of the vendor v through V Vendor Product Manager (vp)", "",
		},
		"a new vendor's product managers publish": {
			nil,
			[]m{change("iam_vendor.v", "create", nil, publishers(true), m{}), change("iam_group_membership.v", "create", nil, in("vp", "cleo"), m{})},
			"cleo@acme.example; gains manage on availability for records of the vendor v through V Vendor Product Manager (vp); gains manage on media for records of the vendor v through V Vendor Product Manager (vp); gains manage on prices for records of the vendor v through V Vendor Product Manager (vp); gains manage on products for records of the vendor v through V Vendor Product Manager (vp); gains the scopes product.product_publish and product.product_unpublish for records of the vendor v through V Vendor Product Manager (vp)", "",
		},
		"whether they publish is not known": {
			[]m{object("iam_vendor.v", publishers(true)), object("iam_group_membership.v", in("vp", "cleo"))},
			[]m{change("iam_vendor.v", "update", publishers(true), without(publishers(true), "product_managers_publish"), m{"product_managers_publish": true})},
			"", "iam_vendor.v: whether the product managers of the vendor can publish products is not known before the apply",
		},
		"a state of an older version says nothing about it": {
			[]m{object("iam_vendor.v", publishers(true)), object("iam_group_membership.v", in("vp", "cleo"))},
			[]m{change("iam_vendor.v", "update", publishers(true), without(publishers(true), "product_managers_publish"), m{})},
			"", "",
		},
		"a vendor goes, with members": {
			[]m{object("iam_vendor.v", vendor), object("iam_group_membership.v", in("vo", "cleo"))},
			[]m{change("iam_vendor.v", "delete", with(vendor, "delete_groups", false), nil, m{})},
			"cleo@acme.example; loses manage on orders for records of the vendor v through V Vendor Order Manager (vo)",
			"iam_vendor.v: group vo of the vendor still has members and delete_groups is not set: the apply fails unless they are removed first",
		},
		"a vendor without members goes":                {[]m{object("iam_vendor.v", vendor)}, []m{change("iam_vendor.v", "delete", with(vendor, "delete_groups", false), nil, m{})}, "", ""},
		"a role template is based on who knows what":   {nil, []m{change("iam_role_template.t", "update", m{"id": "t"}, m{"id": "t", "effective_access": m{}}, m{"based_on": true})}, "", "iam_role_template.t: the access that the role template gives is not known before the apply"},
		"a role template names who knows which levels": {nil, []m{change("iam_role_template.t", "update", m{"id": "t"}, m{"id": "t", "effective_access": m{}}, m{"access": m{"tax": true}})}, "", "iam_role_template.t: the access that the role template gives is not known before the apply"},
		"a role template gives who knows what":         {nil, []m{change("iam_role_template.t", "update", m{"id": "t"}, m{"id": "t"}, m{"effective_access": true})}, "", "iam_role_template.t: the access that the role template gives is not known before the apply"},
		"a vendor goes": {
			[]m{object("iam_vendor.v", vendor), object("iam_group_membership.v", in("vo", "cleo"))},
			[]m{change("iam_vendor.v", "delete", vendor, nil, m{})},
			"cleo@acme.example; loses manage on orders for records of the vendor v through V Vendor Order Manager (vo)", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ask(t, asText(t, offline(append(people(), c.more...), c.changes...)), nil)
			said := strings.Join(notes(r), "\n")
			if got := happening(r); got != c.want || !strings.HasPrefix(said, c.notes) || (said == "") != (c.notes == "") {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, c.want, said)
			}
		})
	}
}

func with(o m, name string, value any) m {
	o = maps.Clone(o)
	o[name] = value
	return o
}

func without(o m, name string) m {
	o = maps.Clone(o)
	delete(o, name)
	return o
}
