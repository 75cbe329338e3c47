package review_test

import (
	"slices"
	"strings"
	"testing"
)

// configured is a resource in the configuration.
func configured(address string, expressions m, more ...m) m {
	typeName, name, _ := strings.Cut(address, ".")
	r := m{"address": address, "mode": "managed", "type": typeName, "name": name, "provider_config_key": "iam", "expressions": expressions}
	for _, o := range more {
		for k, v := range o {
			r[k] = v
		}
	}
	return r
}

// instance is a new object of a plan in a module instance with the key.
func instance(module, address string, key any, after, unknown m) m {
	c := change(address, "create", nil, after, unknown)
	text := ""
	switch key := key.(type) {
	case string:
		text = `["` + key + `"]`
		c["index"] = key
	case int:
		text = "[" + string(rune('0'+key)) + "]"
		c["index"] = key
	}
	c["address"] = address + text
	if module != "" {
		c["address"], c["module_address"] = module+"."+address+text, module
	}
	return c
}

// A reference to an unknown value is followed to the object that it must be,
// and to nothing if it could be something else.
func TestRun_references(t *testing.T) {
	t.Parallel()
	newGroup := func(name string, key any) m {
		return instance("", "iam_group."+name, key, m{"name": m{"en": name + keyText(key)}, "user_type": "EMPLOYEE", "effective_access": m{"orders": "read"}}, m{"id": true})
	}
	joins := func(module string, key any) m {
		return instance(module, "iam_group_membership.x", key, m{"user_id": "cleo", "user_type": "EMPLOYEE"}, m{"group_id": true, "id": true})
	}
	expression := func(refs ...string) m { return m{"group_id": references(refs...)} }
	forEach := func(refs ...string) m { return m{"for_each_expression": references(refs...)} }
	read := func(group string) string { return "cleo@acme.example; gains read on orders through " + group }
	const unknown = "iam_group_membership.x: the group is not known before the apply"
	either := unknown + `: it could be iam_group.g["a"] or iam_group.g["b"]`
	for name, c := range map[string]struct {
		changes   []m
		resources []m
		calls     m
		want      string
		notes     string
	}{
		"to one": {[]m{newGroup("g", nil), joins("", nil)}, []m{configured("iam_group_membership.x", expression("iam_group.g.id", "iam_group.g"))}, nil, read("g (iam_group.g)"), ""},
		"by a key that is written": {
			[]m{newGroup("g", "a"), newGroup("g", "b"), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression(`iam_group.g["b"].id`, `iam_group.g["b"]`, "iam_group.g"))},
			nil, read(`g-b (iam_group.g["b"])`), "",
		},
		"by a key with signs": {
			[]m{newGroup("g", "a"), newGroup("g", "$${x} é.[]"), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression(`iam_group.g["$$${x} é.[]"].id`, `iam_group.g["$$${x} é.[]"]`, "iam_group.g"))},
			nil, read(`g-$${x} é.[] (iam_group.g["$${x} é.[]"])`), "",
		},
		"by a key that no instance has": {
			[]m{newGroup("g", "a"), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression(`iam_group.g["b"].id`, `iam_group.g["b"]`, "iam_group.g"))},
			nil, "", unknown,
		},
		"by a number": {
			[]m{newGroup("g", 0), newGroup("g", 1), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("iam_group.g[1].id", "iam_group.g[1]", "iam_group.g"))},
			nil, read("g-1 (iam_group.g[1])"), "",
		},
		"a text is no number": {
			[]m{newGroup("g", "0"), newGroup("g", "1"), joins("", 0)},
			[]m{configured("iam_group_membership.x", expression("iam_group.g", "count.index"))},
			nil, "", `iam_group_membership.x[0]: the group is not known before the apply: it could be iam_group.g["0"] or iam_group.g["1"]`,
		},
		"by its own key": {
			[]m{newGroup("g", "a"), newGroup("g", "b"), joins("", "b")},
			[]m{configured("iam_group_membership.x", expression("iam_group.g", "each.key"))},
			nil, read(`g-b (iam_group.g["b"])`), "",
		},
		"by a key that a variable may choose": {
			[]m{newGroup("g", "a"), newGroup("g", "b"), joins("", "b")},
			[]m{configured("iam_group_membership.x", expression("iam_group.g", "var.which", "each.key"))},
			nil, "", strings.Replace(either, ".x:", `.x["b"]:`, 1),
		},
		"by a key that a value chooses": {
			[]m{newGroup("g", "a"), newGroup("g", "b"), joins("", "b")},
			[]m{configured("iam_group_membership.x", expression("iam_group.g", "each.value"), forEach("var.x"))},
			nil, "", strings.Replace(either, ".x:", `.x["b"]:`, 1),
		},
		"each value of what is repeated": {
			[]m{newGroup("g", "a"), newGroup("g", "b"), joins("", "b")},
			[]m{configured("iam_group_membership.x", expression("each.value.id", "each.value"), forEach("iam_group.g"))},
			nil, read(`g-b (iam_group.g["b"])`), "",
		},
		"a name that begins like another": {
			[]m{newGroup("g", nil), newGroup("gg", nil), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("iam_group.gg.id", "iam_group.gg"))},
			nil, read("gg (iam_group.gg)"), "",
		},
		"one of two of which one begins like the other": {
			[]m{newGroup("g", nil), newGroup("gg", nil), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("var.x", "iam_group.gg", "iam_group.g"))},
			nil, "", unknown + ": it could be iam_group.g or iam_group.gg",
		},
		"twice": {[]m{newGroup("g", nil), joins("", nil)}, []m{configured("iam_group_membership.x", expression("iam_group.g", "iam_group.g"))}, nil, read("g (iam_group.g)"), ""},
		"one of two by its own key": {
			[]m{newGroup("g", "a"), newGroup("g", "b"), newGroup("h", "a"), newGroup("h", "b"), joins("", "b")},
			[]m{configured("iam_group_membership.x", expression("iam_group.g", "iam_group.h", "each.key"))},
			nil, "", strings.Replace(unknown, ".x:", `.x["b"]:`, 1) + `: it could be iam_group.g["b"] or iam_group.h["b"]`,
		},
		"one of five": {
			[]m{newGroup("g", 0), newGroup("g", 1), newGroup("g", 2), newGroup("g", 3), newGroup("g", 4), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("iam_group.g"))},
			nil, "", unknown + ": it could be iam_group.g[0] or iam_group.g[1] or iam_group.g[2] or iam_group.g[3] or iam_group.g[4]",
		},
		"one of six": {
			[]m{newGroup("g", 0), newGroup("g", 1), newGroup("g", 2), newGroup("g", 3), newGroup("g", 4), newGroup("g", 5), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("iam_group.g"))},
			nil, "", unknown + ": it could be iam_group.g[0] or iam_group.g[1] or iam_group.g[2] or iam_group.g[3] or iam_group.g[4] or …",
		},
		"beside a data source of another type": {
			[]m{newGroup("g", nil), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("data.aws_thing.x.id", "data.aws_thing.x", "iam_group.g.id", "iam_group.g"))},
			nil, "", unknown,
		},
		"to what a data source reads": {
			[]m{with(with(change("iam_group.x", "read", nil, m{"id": "g"}, m{}), "mode", "data"), "address", "data.iam_group.x"), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("data.iam_group.x.id", "data.iam_group.x"))},
			nil, read("G (g)"), "",
		},
		"handed to a module under the name of a type": {
			[]m{newGroup("g", nil), joins("module.m", nil)},
			nil,
			m{"m": m{"expressions": m{"iam_group": references("iam_group.g")}, "module": m{"resources": []m{configured("iam_group_membership.x", expression("var.iam_group.id", "var.iam_group"))}}}},
			read("g (iam_group.g)"), "",
		},
		"handed down two modules": {
			[]m{newGroup("g", nil), joins("module.m.module.n", nil)},
			nil,
			m{"m": m{"expressions": m{"group": references("iam_group.g.id", "iam_group.g")}, "module": m{"module_calls": m{
				"n": m{"expressions": m{"group": references("var.group")}, "module": m{"resources": []m{configured("iam_group_membership.x", expression("var.group"))}}},
			}}}},
			read("g (iam_group.g)"), "",
		},
		"to a vendor as a whole": {
			[]m{instance("", "iam_vendor.v", nil, m{"name": "V"}, m{"id": true, "group_ids": true}), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("iam_vendor.v"))},
			nil, "", unknown + ": it could be iam_vendor.v/order_manager or iam_vendor.v/order_viewer or iam_vendor.v/product_manager or iam_vendor.v/product_viewer",
		},
		"to something else of a vendor": {
			[]m{instance("", "iam_vendor.v", nil, m{"name": "V"}, m{"id": true, "group_ids": true}), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression(`iam_vendor.v.contacts["order_viewer"]`, "iam_vendor.v.contacts", "iam_vendor.v"))},
			nil, "", unknown + ": it could be iam_vendor.v/order_manager or iam_vendor.v/order_viewer or iam_vendor.v/product_manager or iam_vendor.v/product_viewer",
		},
		"one of two": {
			[]m{newGroup("g", nil), newGroup("h", nil), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("var.x", "iam_group.g.id", "iam_group.g", "iam_group.h.id", "iam_group.h"))},
			nil, "", unknown + ": it could be iam_group.g or iam_group.h",
		},
		"one of two of which one is known": {
			[]m{newGroup("new", nil), change("iam_group.g", "no-op", group("g", m{"orders": "read"}), group("g", m{"orders": "read"}), m{}), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("iam_group.new.id", "iam_group.new", "iam_group.g.id", "iam_group.g"))},
			nil, read("new (iam_group.new)"), "",
		},
		"beside what is not known": {
			[]m{newGroup("g", nil), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("terraform_data.flag.output", "terraform_data.flag", "iam_group.g.id", "iam_group.g"))},
			nil, "", unknown,
		},
		"beside a local": {
			[]m{newGroup("g", nil), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("local.flag", "iam_group.g.id", "iam_group.g"))},
			nil, "", unknown,
		},
		"handed to a module": {
			[]m{newGroup("g", nil), joins("module.m", nil)},
			nil,
			m{"m": m{"expressions": m{"group": references("iam_group.g.id", "iam_group.g")}, "module": m{"resources": []m{configured("iam_group_membership.x", expression("var.group"))}}}},
			read("g (iam_group.g)"), "",
		},
		"a map handed to a module": {
			[]m{newGroup("g", "a"), newGroup("g", "b"), joins("module.m", "b")},
			nil,
			m{"m": m{"expressions": m{"groups": references("iam_group.g")}, "module": m{"resources": []m{configured("iam_group_membership.x", expression("var.groups", "each.key"))}}}},
			read(`g-b (iam_group.g["b"])`), "",
		},
		"a map handed to a module with a key of its own": {
			[]m{newGroup("g", "a"), newGroup("g", "b"), joins(`module.m["a"]`, "b")},
			nil,
			m{"m": m{"expressions": m{"groups": references("iam_group.g")}, "module": m{"resources": []m{configured("iam_group_membership.x", expression("var.groups", "each.key"))}}}},
			read(`g-b (iam_group.g["b"])`), "",
		},
		"by the key of a module": {
			[]m{newGroup("g", "a"), newGroup("g", "b"), joins(`module.m["a"]`, nil)},
			nil,
			m{"m": m{"expressions": m{"group": references("iam_group.g", "each.key")}, "module": m{"resources": []m{configured("iam_group_membership.x", expression("var.group"))}}}},
			read(`g-a (iam_group.g["a"])`), "",
		},
		"by a key in a module that is written": {
			[]m{newGroup("g", "a"), newGroup("g", "b"), joins("module.m", nil)},
			nil,
			m{"m": m{"expressions": m{"groups": references("iam_group.g")}, "module": m{"resources": []m{configured("iam_group_membership.x", expression(`var.groups["b"]`, "var.groups"))}}}},
			read(`g-b (iam_group.g["b"])`), "",
		},
		"in circles": {
			[]m{newGroup("g", nil), joins("module.m", nil)},
			nil,
			m{"m": m{"expressions": m{"group": references("module.m.out", "module.m")}, "module": m{
				"outputs":   m{"out": m{"expression": references("var.group")}},
				"resources": []m{configured("iam_group_membership.x", expression("var.group"))},
			}}},
			"", "module.m.iam_group_membership.x: the group is not known before the apply",
		},
		"to a vendor's group": {
			[]m{instance("", "iam_vendor.v", nil, m{"name": "V"}, m{"id": true, "group_ids": true}), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression(`iam_vendor.v.group_ids["order_viewer"]`, "iam_vendor.v.group_ids", "iam_vendor.v"))},
			nil, "cleo@acme.example; gains read on orders for records of the vendor iam_vendor.v through V Vendor Order Viewer (iam_vendor.v/order_viewer)", "",
		},
		"to some group of a vendor": {
			[]m{instance("", "iam_vendor.v", nil, m{"name": "V"}, m{"id": true, "group_ids": true}), joins("", nil)},
			[]m{configured("iam_group_membership.x", expression("var.kind", "iam_vendor.v.group_ids", "iam_vendor.v"))},
			nil, "", unknown + ": it could be iam_vendor.v/order_manager or iam_vendor.v/order_viewer or iam_vendor.v/product_manager or iam_vendor.v/product_viewer",
		},
		"to a vendor's own group": {
			[]m{
				instance("", "iam_vendor.v", nil, m{"name": "V"}, m{"id": true, "group_ids": true}),
				instance("", "iam_group.g", nil, m{"name": m{"en": "g"}, "user_type": "EMPLOYEE", "effective_access": m{}, "access_control_ids": []string{vendorOrders}}, m{"id": true, "vendor_id": true}),
				joins("", nil),
			},
			[]m{configured("iam_group.g", m{"vendor_id": references("iam_vendor.v.id", "iam_vendor.v")}), configured("iam_group_membership.x", expression("iam_group.g.id", "iam_group.g"))},
			nil, "cleo@acme.example; gains manage on orders for records of the vendor iam_vendor.v through g (iam_group.g)", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deep := with(object("iam_group.deep", group("deep", m{})), "address", "module.a.module.b.iam_group.deep")
			plan := offline(append(people(), deep), c.changes...)
			plan["configuration"] = m{"root_module": m{"resources": c.resources, "module_calls": c.calls}}
			r := ask(t, asText(t, plan), nil)
			if got, said := happening(r), strings.Join(notes(r), "\n"); got != c.want || said != c.notes {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, c.want, said)
			}
		})
	}
}

func keyText(key any) string {
	switch key := key.(type) {
	case string:
		return "-" + key
	case int:
		return "-" + string(rune('0'+key))
	}
	return ""
}

// If a value is known in part, the known part counts and the rest is reported.
func TestRun_knownInPart(t *testing.T) {
	t.Parallel()
	const accessNotes = "iam_group.g: part of the access that the group gives is not known before the apply"
	g := func(v m) m { return without(group("g", nil, m{"access": nil}, v), "effective_access") }
	unknown := func(access any) m { return m{"effective_access": true, "access": access} }
	for name, c := range map[string]struct {
		change m
		want   string
		notes  string
	}{
		"levels": {
			change("iam_group.g", "update", group("g", m{"orders": "read"}), g(m{"access": m{"users_and_groups": "manage"}}), unknown(m{"orders": true})),
			"manage on users_and_groups through G (g)", accessNotes,
		},
		"all levels":              {change("iam_group.g", "update", group("g", m{"orders": "read"}), g(nil), unknown(true)), "", accessNotes},
		"levels over a template":  {change("iam_group.g", "update", group("g", m{"orders": "read"}), g(m{"role_template": "admin", "access": m{}}), unknown(m{"orders": true})), "manage on users_and_groups", accessNotes},
		"the template":            {change("iam_group.g", "update", group("g", m{"orders": "read"}), g(m{"access": m{"media": "manage"}}), m{"effective_access": true, "role_template": true}), "gains manage on media", accessNotes},
		"of a new group":          {change("iam_group.new", "create", nil, without(group("new", nil, m{"access": m{"orders": "read"}}), "effective_access"), unknown(m{"media": true})), "", "iam_group.new: part of the access that the group gives is not known before the apply"},
		"restrictions":            {change("iam_group.g", "update", group("g", m{"orders": "read"}), group("g", m{"orders": "read"}, m{"restrictions": []any{"DE", nil}}), m{"restrictions": []any{false, true}}), "ann@acme.example; loses read on orders except for records with DE", "iam_group.g: some restrictions of the group are not known"},
		"restrictions, all":       {change("iam_group.g", "update", group("g", m{"orders": "read"}), without(group("g", m{"orders": "read"}), "restrictions"), m{"restrictions": true}), "", "iam_group.g: some restrictions of the group are not known"},
		"groups":                  {change("iam_user.ann", "update", user("ann", m{"group_ids": []string{"g", "h"}}), user("ann", m{"group_ids": []any{"h", nil}}), m{"group_ids": []any{false, true}}), "ann@acme.example; gains read on media", "iam_user.ann: some groups are not known before the apply: the review adds h to the present groups of the user"},
		"groups, all":             {change("iam_user.ann", "update", user("ann", m{"group_ids": []string{"g"}}), user("ann"), m{"group_ids": true}), "", "iam_user.ann: the groups are not known before the apply"},
		"a lock":                  {change("iam_user.ann", "update", user("ann"), user("ann"), m{"locked": true}), "", "iam_user.ann: whether the user is locked is not known"},
		"members":                 {change("iam_group_members.g", "create", nil, m{"group_id": "g", "members": m{"ann@acme.example": "ann"}}, m{"members": m{"ben@acme.example": true}}), "", ""},
		"members, one not there":  {change("iam_group_members.g", "create", nil, m{"group_id": "g", "members": m{"ann@acme.example": "ann"}}, m{"members": m{"new@acme.example": true}}), "ben@acme.example; loses read on orders", "iam_group_members.g: the user new@acme.example is not known"},
		"members, all":            {change("iam_group_members.g", "create", nil, m{"group_id": "g"}, m{"members": true}), "", "iam_group_members.g: the members are not known"},
		"a vendor of a group":     {change("iam_group.g", "update", group("g", m{"orders": "read"}), group("g", m{"orders": "read"}), m{"vendor_id": true}), "", "iam_group.g: the vendor of the group is not known"},
		"a template that changes": {change("iam_role_template.t", "update", m{"id": "t"}, m{"id": "t"}, m{"access": m{"orders": true}, "effective_access": true}), "", "iam_role_template.t: the access that the role template gives is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ask(t, asText(t, offline(people(), c.change)), nil)
			got, said := happening(r), strings.Join(notes(r), "\n")
			if !strings.Contains(got, c.want) || (got == "") != (c.want == "") || !strings.HasPrefix(said, c.notes) || (said == "") != (c.notes == "") || strings.Contains(got, "loses") && !strings.Contains(c.want, "loses") {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, c.want, said)
			}
		})
	}
}

// An existing object is known by its address even if an earlier change left a
// deposed object at that address.
func TestRun_knownByAddress(t *testing.T) {
	t.Parallel()
	vendor := func(id, group string) m {
		return m{"id": id, "name": "V", "group_ids": m{"order_manager": group}, "delete_groups": true}
	}
	template := func(id string) m {
		return m{"id": id, "access": m{"tax": "read"}, "effective_access": m{"tax": "read"}}
	}
	member := func(name string) m {
		return m{"id": "m-" + name, "email": name + "@acme.example", "role": "member"}
	}
	for name, c := range map[string]struct {
		address     string
		is, deposed m
		change      m
		config      m
		want        string
		notes       string
	}{
		"a group": {
			"iam_group.g", group("g", m{"orders": "read"}), group("old", m{"orders": "read"}),
			change("iam_group_membership.x", "create", nil, m{"user_id": "cleo"}, m{"group_id": true}),
			configured("iam_group_membership.x", m{"group_id": references("iam_group.g.id", "iam_group.g")}), "cleo@acme.example; gains read on orders through G (g)", "",
		},
		"a user": {
			"iam_user.ann", user("ann"), user("old"),
			change("iam_group_membership.x", "create", nil, m{"group_id": "h"}, m{"user_id": true}),
			configured("iam_group_membership.x", m{"user_id": references("iam_user.ann.id", "iam_user.ann")}), "ann@acme.example; gains read on media through H (h)", "",
		},
		"a role template": {
			"iam_role_template.t", template("t"), template("old"),
			change("iam_group.h", "update", group("h", m{"media": "read"}), without(group("h", nil, m{"access": m{"media": "read"}}), "effective_access"), m{"effective_access": true, "role_template": true}),
			configured("iam_group.h", m{"role_template": references("iam_role_template.t.id", "iam_role_template.t")}), "dan@acme.example; gains read on tax through H (h)", "iam_role_template.t: offline, groups based on the role template that are not in this state are not reviewed\niam_group.h: part of the access that the group gives is not known before the apply",
		},
		"a vendor": {
			"iam_vendor.v", vendor("v", "vo"), vendor("old", "old-vo"),
			change("iam_group.h", "update", group("h", m{"media": "read"}), group("h", m{"media": "read"}, m{"access_control_ids": []string{vendorOrders}}), m{"vendor_id": true}),
			configured("iam_group.h", m{"vendor_id": references("iam_vendor.v.id", "iam_vendor.v")}), "dan@acme.example; gains manage on orders for records of the vendor v through H (h)", "",
		},
		"a vendor's group": {
			"iam_vendor.v", vendor("v", "vo"), vendor("old", "old-vo"),
			change("iam_group_membership.x", "create", nil, m{"user_id": "cleo"}, m{"group_id": true}),
			configured("iam_group_membership.x", m{"group_id": references(`iam_vendor.v.group_ids["order_manager"]`, "iam_vendor.v.group_ids", "iam_vendor.v")}), "cleo@acme.example; gains manage on orders for records of the vendor v through V Vendor Order Manager (vo)", "",
		},
		"a member of the team": {
			"iam_team_member.ann", member("ann"), member("old"),
			change("iam_product_assignment.x", "create", nil, m{"product": "studio_pro"}, m{"member_id": true}),
			configured("iam_product_assignment.x", m{"member_id": references("iam_team_member.ann.id", "iam_team_member.ann")}), "ann@acme.example; gains the product studio_pro as user", "",
		},
		"a vendor that is read later": {
			"iam_user.ann", user("ann"), user("old"),
			change("iam_group.h", "update", group("h", m{"media": "read"}), group("h", m{"media": "read"}), m{"vendor_id": true}),
			configured("iam_group.h", m{"vendor_id": references("data.iam_vendor.v.id", "data.iam_vendor.v")}), "", "iam_group.h: the vendor of the group is not known before the apply",
		},
		"a group that is read later": {
			"iam_user.ann", user("ann"), user("old"),
			change("iam_group_membership.x", "create", nil, m{"user_id": "cleo"}, m{"group_id": true}),
			configured("iam_group_membership.x", m{"group_id": references("data.iam_group.v.id", "data.iam_group.v")}), "", "iam_group_membership.x: the group is not known before the apply",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read := func(typeName string) m {
				return with(change(typeName+".v", "read", nil, m{}, m{"id": true}), "mode", "data")
			}
			state := append(people(), object("iam_user.dan", user("dan")), object("iam_group_membership.dan", m{"group_id": "h", "user_id": "dan"}))
			if c.address != "iam_group.g" && c.address != "iam_user.ann" {
				state = append(state, object(c.address, c.is))
			}
			plan := offline(state,
				change(c.address, "no-op", c.is, c.is, m{}), with(change(c.address, "delete", c.deposed, nil, m{}), "deposed", "abc"),
				with(read("iam_vendor"), "address", "data.iam_vendor.v"), with(read("iam_group"), "address", "data.iam_group.v"), c.change)
			plan["configuration"] = m{"root_module": m{"resources": []m{c.config}}}
			r := ask(t, asText(t, plan), nil)
			if got, said := happening(r), strings.Join(notes(r), "\n"); got != c.want || said != c.notes {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, c.want, said)
			}
		})
	}
}

// Role templates that are based on one another end, although no tenant has any.
func TestRun_templatesInCircles(t *testing.T) {
	t.Parallel()
	template := func(id, basedOn, level string) m {
		return m{"id": id, "based_on": basedOn, "access": m{"tax": level}, "effective_access": m{"tax": level}}
	}
	r := ask(t, asText(t, offline(
		[]m{object("iam_role_template.a", template("a", "b", "read")), object("iam_role_template.b", template("b", "a", "read"))},
		change("iam_role_template.a", "update", template("a", "b", "read"), template("a", "b", "manage"), m{}),
		change("iam_role_template.b", "update", template("b", "a", "read"), template("b", "a", "manage"), m{}),
	)), nil)
	if len(r.People) > 0 || len(r.Unresolved) != 2 {
		t.Errorf("%+v", r)
	}
}

// If some groups of a user are unknown, none is removed unless the groups that
// the plan creates account for all unknown ones.
func TestRun_setOfGroups(t *testing.T) {
	t.Parallel()
	newGroup := instance("", "iam_group.new", nil, m{"name": m{"en": "New"}, "user_type": "EMPLOYEE", "effective_access": m{"tax": "read"}}, m{"id": true})
	const (
		lost   = "loses read on orders through G (g)"
		media  = "gains read on media through H (h)"
		taxes  = "gains read on tax through New (iam_group.new)"
		reason = "iam_user.ann: some groups are not known before the apply: the review adds "
		rest   = " to the present groups of the user"
	)
	made, kept := []string{"iam_group.new.id", "iam_group.new"}, []string{"iam_group.h.id", "iam_group.h"}
	other := []string{"terraform_data.x.output", "terraform_data.x"}
	for name, c := range map[string]struct {
		groups, unknown any
		references      []string
		want            string
		notes           string
	}{
		"one of them is created":           {[]any{"h", nil}, []any{false, true}, slices.Concat(kept, made), lost + "; " + media + "; " + taxes, ""},
		"only one, which is created":       {[]any{nil}, []any{true}, made, lost + "; " + taxes, ""},
		"one is created, one is unknown":   {[]any{nil, nil}, []any{true, true}, made, taxes, reason + "iam_group.new" + rest},
		"one is created, or another value": {[]any{nil}, []any{true}, slices.Concat(made, other), taxes, reason + "iam_group.new" + rest},
		"unknown number of groups":         {nil, true, made, taxes, reason + "iam_group.new" + rest},
		"unknown present group":            {nil, true, kept, media, reason + "h" + rest},
		"a present group, twice":           {[]any{"h", nil}, []any{false, true}, kept, media, reason + "h" + rest},
		"a group that is read later":       {[]any{nil}, []any{true}, []string{"data.iam_group.x.id", "data.iam_group.x"}, "", "iam_user.ann: the groups are not known before the apply"},
		"unknown value":                    {[]any{nil}, []any{true}, other, "", "iam_user.ann: the groups are not known before the apply"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := offline(people(), newGroup, change("iam_group.h", "no-op", group("h", m{"media": "read"}), group("h", m{"media": "read"}), m{}),
				with(with(change("iam_group.x", "read", nil, m{}, m{"id": true}), "mode", "data"), "address", "data.iam_group.x"),
				change("iam_user.ann", "update", user("ann"), user("ann", m{"group_ids": c.groups}), m{"group_ids": c.unknown}))
			plan["configuration"] = m{"root_module": m{"resources": []m{configured("iam_user.ann", m{"group_ids": references(c.references...)})}}}
			r := ask(t, asText(t, plan), nil)
			want := ""
			if c.want != "" {
				want = "ann@acme.example; " + c.want
			}
			if got, said := happening(r), strings.Join(notes(r), "\n"); got != want || said != c.notes {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, want, said)
			}
		})
	}
}
