package oracle_test

import (
	"fmt"
	"slices"
	"strings"
)

// change is what a second configuration changes, besides its text.
type change struct {
	options []string // of the plan
	replace []string // addresses for -replace
	taint   []string // addresses that are tainted first
}

// mutation changes the configuration; it returns false if there is nothing to
// change.
type mutation struct {
	name  string
	apply func(g *generator, ch *change, t int) bool
}

func mutations() []mutation {
	return []mutation{
		{"regrant", (*generator).regrant},
		{"regrant", (*generator).regrant},
		{"restrict", (*generator).restrict},
		{"control", (*generator).changeControl},
		{"template", (*generator).changeTemplate},
		{"lock", (*generator).changeLock},
		{"groups", (*generator).changeGroups},
		{"groups", (*generator).changeGroups},
		{"members", (*generator).changeMembers},
		{"membership", (*generator).changeMembership},
		{"table", (*generator).changeTable},
		{"table", (*generator).changeTable},
		{"team", (*generator).changeTeam},
		{"team", (*generator).changeTeam},
		{"make", (*generator).changeMake},
		{"delete", (*generator).delete},
		{"delete", (*generator).delete},
		{"add", (*generator).addSomething},
		{"add", (*generator).addSomething},
		{"rename", (*generator).renameSomething},
		{"replace", (*generator).replaceSomething},
		{"taint", (*generator).taintSomething},
		{"forget", (*generator).forget},
		{"id", (*generator).changeID},
		{"unknown", (*generator).hide},
		{"import", (*generator).importSomething},
		{"action", (*generator).act},
		{"action", (*generator).act},
		{"action", (*generator).act},
		{"action", (*generator).act},
		{"vendor", (*generator).changeVendor},
		{"staff", (*generator).changeStaff},
	}
}

// mutate derives the second configuration from the first.
func (g *generator) mutate() change {
	var ch change
	g.c = g.c.clone()
	all := mutations()
	for done, tries := 0, 0; done < 1+g.IntN(5) && tries < 60; tries++ {
		m := pick(g.Rand, all)
		t := g.IntN(len(g.tenants))
		if m.apply(g, &ch, t) {
			g.did = append(g.did, fmt.Sprintf("%s(%d)", m.name, t))
			done++
		}
	}
	switch percent := g.IntN(100); {
	case percent < 10:
		ch.options = []string{"-refresh=false"}
	case percent < 15:
		ch.options = []string{"-destroy"}
	case percent < 24:
		if b := g.any(0); b != nil {
			ch.options = []string{"-target=" + b.planned()}
		}
	}
	return ch
}

// one returns one of the tenant's blocks of a type.
func (g *generator) one(t int, types ...string) *block {
	var found []*block
	for _, typ := range types {
		found = append(found, g.c.of(t, typ)...)
	}
	if len(found) == 0 {
		return nil
	}
	return pick(g.Rand, found)
}

func (g *generator) regrant(_ *change, t int) bool {
	b := g.one(t, "iam_group")
	if b == nil {
		return false
	}
	if access, ok := b.args["access"].(map[string]string); ok && (g.chance(50) || isEngine(access)) {
		entities := commerce
		if isEngine(access) {
			entities = orchestration
		}
		for e, l := range levels(g.Rand, entities, 2) {
			access[e] = quote(l)
		}
		return true
	}
	g.grant(b)
	return true
}

func isEngine(access map[string]string) bool {
	return slices.ContainsFunc(sortedKeys(access), func(e string) bool { return slices.Contains(orchestration, e) })
}

func (g *generator) restrict(_ *change, t int) bool {
	b := g.one(t, "iam_group")
	if b == nil {
		return false
	}
	if access, ok := b.args["access"].(map[string]string); ok && isEngine(access) {
		return false
	}
	if b.args["restrictions"] != nil && g.chance(50) {
		delete(b.args, "restrictions")
	} else {
		g.limit(b)
	}
	return true
}

func (g *generator) changeControl(_ *change, t int) bool {
	b := g.one(t, "iam_access_control")
	if b == nil {
		return false
	}
	b.args["scopes"] = quoted(some(g.Rand, somescopes, 4))
	return true
}

func (g *generator) changeTemplate(_ *change, t int) bool {
	b := g.one(t, "iam_role_template")
	if b == nil {
		return false
	}
	b.args["access"] = quotedMap(levels(g.Rand, commerce, 3))
	return true
}

func (g *generator) changeLock(_ *change, t int) bool {
	b := g.one(t, "iam_user")
	if b == nil || b.args["for_each"] != nil {
		return false
	}
	switch {
	case b.args["locked"] == nil:
		b.args["locked"] = "true"
	case g.chance(50):
		b.args["locked"] = map[any]string{"true": "false", "false": "true"}[b.args["locked"]]
	default:
		delete(b.args, "locked")
	}
	return true
}

func (g *generator) changeGroups(_ *change, t int) bool {
	b := g.one(t, "iam_user", "iam_user_groups")
	if b == nil || b.args["group_ids"] == nil {
		return false
	}
	if list := b.args["group_ids"].([]string); slices.ContainsFunc(list, g.ofVendor(t)) {
		return false
	}
	b.args["group_ids"] = some(g.Rand, g.groupRefs(t), 3)
	if g.chance(15) {
		b.args["group_ids"] = []string{}
	}
	return true
}

// ofVendor reports whether a group is a vendor's.
func (g *generator) ofVendor(t int) func(ref string) bool {
	return func(ref string) bool {
		return strings.Contains(ref, "iam_vendor.") || slices.Contains(quoted(g.tenants[t].vendorGroups()), ref)
	}
}

func (g *generator) changeVendor(_ *change, t int) bool {
	if vendor := g.one(t, "iam_vendor"); vendor != nil && g.chance(30) {
		publish := vendor.args["product_managers_publish"] == "true"
		vendor.args["product_managers_publish"] = fmt.Sprint(!publish)
		return true
	}
	for _, b := range g.c.of(t, "iam_user_groups") {
		list := b.args["group_ids"].([]string)
		if !slices.ContainsFunc(list, g.ofVendor(t)) {
			continue
		}
		switch vendor := g.one(t, "iam_vendor"); {
		case g.chance(40):
			b.args["group_ids"] = []string{}
		case strings.Contains(list[0], "iam_vendor.") && vendor != nil:
			groups, _, _ := strings.Cut(list[0], "[")
			b.args["group_ids"] = []string{fmt.Sprintf("%s[%q]", groups, g.pick([]string{"order_manager", "product_viewer"}))}
		default:
			b.args["group_ids"] = quoted(some(g.Rand, g.tenants[t].vendorGroups(), 2))
		}
		return true
	}
	return false
}

func (g *generator) changeMembers(_ *change, t int) bool {
	b := g.one(t, "iam_group_members")
	if b == nil {
		return false
	}
	if _, ok := b.args["members"].(map[string]string); !ok {
		return g.changeStaff(nil, t)
	}
	b.args["members"] = g.members(t)
	return true
}

// changeStaff removes a user from a block of several users, and adds another.
func (g *generator) changeStaff(_ *change, t int) bool {
	for _, b := range g.c.of(t, "iam_user") {
		people, ok := b.args["for_each"].(map[string]string)
		if !ok {
			continue
		}
		if len(people) > 1 && g.chance(60) {
			gone := g.pick(sortedKeys(people))
			delete(people, gone)
			g.c.removeReferences(fmt.Sprintf("%s[%q]", b.address(), gone))
		}
		if g.chance(60) {
			people[g.name("f")+"@corp.example"] = quote("New")
		}
		return true
	}
	return false
}

func (g *generator) changeMembership(_ *change, t int) bool {
	b := g.one(t, "iam_group_membership")
	if b == nil || g.chance(30) {
		return g.addMembership(t) != nil
	}
	group := g.pick(g.groupRefs(t))
	for _, other := range g.c.of(t, "iam_group_membership") {
		if other.args["user_id"] == b.args["user_id"] && other.args["group_id"] == group {
			return false
		}
	}
	b.args["group_id"] = group
	return true
}

func (g *generator) changeTable(_ *change, t int) bool {
	b := g.one(t, "iam_users_csv")
	if b == nil {
		return false
	}
	rows := b.rows()
	i := g.IntN(len(rows))
	email, _, _ := strings.Cut(rows[i], ",")
	switch g.IntN(3) {
	case 0:
		rows[i] = g.row(t, email)
	case 1:
		rows = append(rows, g.row(t, g.name("y")+"@corp.example"))
	case 2:
		if len(rows) == 1 {
			return false
		}
		rows = slices.Delete(rows, i, i+1)
	}
	b.setRows(rows)
	return true
}

func (g *generator) changeTeam(_ *change, t int) bool {
	b := g.one(t, "iam_team_member", "iam_product_assignment", "iam_team_owner")
	if b == nil {
		return g.addTeamMember(t) != nil
	}
	switch b.typ {
	case "iam_team_member":
		if slices.ContainsFunc(g.c.of(t, "iam_product_assignment"), func(p *block) bool { return p.args["member_id"] == b.ref("id") }) {
			g.c.remove(b)
			return true
		}
		b.args["role"] = quote(g.pick([]string{"admin", "member", "billing_contact"}))
	case "iam_product_assignment":
		switch b.args["role"] {
		case `"admin"`:
			b.args["role"] = `"analyst"`
		case `"analyst"`:
			b.args["role"] = `"admin"`
		default:
			g.c.remove(b)
		}
	default:
		b.args["member_id"] = quote(pick(g.Rand, append(slices.Clone(g.tenants[t].team), g.tenants[t].owner)).id)
	}
	return true
}

func (g *generator) changeMake(_ *change, t int) bool {
	b := g.one(t, "iam_make_organization")
	if b == nil {
		if g.tenants[t].hasMake {
			return false
		}
		g.addMake(t)
		return true
	}
	switch g.IntN(3) {
	case 0:
		b.args["prune_stale"] = "true"
	case 1:
		b.args["sync"] = "false"
	case 2:
		g.c.remove(b)
	}
	return true
}

// any returns a block of the tenant that the provider manages.
func (g *generator) any(t int) *block {
	var found []*block
	for _, b := range g.c.blocks {
		if b.tenant == t && b.kind == "resource" && b.typ != "terraform_data" {
			found = append(found, b)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return pick(g.Rand, found)
}

func (g *generator) delete(_ *change, t int) bool {
	b := g.any(t)
	if b == nil {
		return false
	}
	g.c.remove(b)
	return true
}

func (g *generator) addSomething(_ *change, t int) bool {
	switch g.IntN(7) {
	case 0:
		b := g.addGroup(t)
		g.addMembership(t)
		g.c.add(resource(t, "iam_group_membership", g.name("j"), map[string]any{"user_id": g.pick(g.userRefs(t, "single")), "group_id": b.ref("id")}))
	case 1:
		b := g.addUser(t)
		switch g.styles[b.address()] {
		case "single", "listed":
			g.styles[b.address()] = "single"
			g.c.add(resource(t, "iam_group_membership", g.name("j"), map[string]any{"user_id": b.ref("id"), "group_id": g.pick(g.groupRefs(t))}))
		case "user_groups":
			g.c.add(resource(t, "iam_user_groups", g.name("w"), map[string]any{"user_id": b.ref("id"), "group_ids": some(g.Rand, g.groupRefs(t), 2)}))
		}
	case 2:
		g.addTable(t)
	case 3:
		g.addVendor(t)
	case 4:
		g.addTeamMember(t)
	case 5:
		b := g.one(t, "iam_group")
		if b == nil || b.args["role_template"] == nil && b.args["access"] != nil && isEngine(b.args["access"].(map[string]string)) {
			return false
		}
		b.args["access_control_ids"] = []string{g.addControl(t).ref("id")}
	case 6:
		return g.addAssignment(t, "") != nil
	}
	return true
}

// renameSomething gives a block another name, with or without a moved block.
func (g *generator) renameSomething(_ *change, t int) bool {
	b := g.any(t)
	if b == nil {
		return false
	}
	from, planned := b.address(), b.planned()
	g.c.rename(b, b.name+"b")
	g.styles[b.address()] = g.styles[from]
	if g.chance(60) {
		g.c.extra = append(g.c.extra, fmt.Sprintf("moved {\n  from = %s\n  to   = %s\n}\n", planned, b.planned()))
	}
	return true
}

func (g *generator) replaceSomething(ch *change, t int) bool {
	b := g.any(t)
	if b == nil {
		return false
	}
	address := b.planned()
	if people, ok := b.args["for_each"].(map[string]string); ok {
		address += fmt.Sprintf("[%q]", g.pick(sortedKeys(people)))
	}
	ch.replace = append(ch.replace, address)
	g.createFirst(b)
	return true
}

func (g *generator) taintSomething(ch *change, t int) bool {
	b := g.any(t)
	if b == nil {
		return false
	}
	ch.taint = append(ch.taint, b.address())
	g.createFirst(b)
	return true
}

// createFirst sets create_before_destroy on some of the blocks.
func (g *generator) createFirst(b *block) {
	if len(b.meta) == 0 && g.chance(30) {
		b.meta = append(b.meta, "lifecycle {", "  create_before_destroy = true", "}")
	}
}

// forget replaces a block with a removed block, which keeps the object.
func (g *generator) forget(_ *change, t int) bool {
	b := g.any(t)
	if b == nil {
		return false
	}
	g.c.remove(b)
	g.c.extra = append(g.c.extra, fmt.Sprintf("removed {\n  from = %s\n  lifecycle {\n    destroy = %v\n  }\n}\n", b.planned(), g.chance(30)))
	return true
}

// changeID replaces an object with one of another id.
func (g *generator) changeID(_ *change, t int) bool {
	b := g.one(t, "iam_access_control", "iam_group", "iam_role_template", "iam_user")
	if b == nil {
		return false
	}
	key := "id"
	if b.typ == "iam_user" {
		key = "email"
	}
	old, ok := b.args[key].(string)
	if !ok || !strings.HasPrefix(old, `"`) || b.args["for_each"] != nil {
		return false
	}
	if key == "email" {
		b.args[key] = quote("z" + strings.Trim(old, `"`))
	} else {
		b.args[key] = quote(strings.Trim(old, `"`) + "-z")
	}
	b.meta = nil
	g.createFirst(b)
	return true
}

// hide makes a value come from an object that the apply creates.
func (g *generator) hide(_ *change, t int) bool {
	b := g.any(t)
	if b == nil {
		return false
	}
	data := &block{kind: "resource", typ: "terraform_data", name: g.name("d"), tenant: t, args: map[string]any{}}
	name := g.pick(sortedKeys(b.args))
	if name == "for_each" {
		return false // Terraform must know the keys
	}
	switch v := b.args[name].(type) {
	case string:
		if strings.ContainsAny(v, ".{") && !strings.HasPrefix(v, `"`) {
			return false
		}
		data.args["input"], b.args[name] = v, data.ref("output")
	case []string:
		if len(v) == 0 {
			return false
		}
		i := g.IntN(len(v))
		data.args["input"], v[i] = v[i], data.ref("output")
	case map[string]string:
		if len(v) == 0 {
			return false
		}
		k := g.pick(sortedKeys(v))
		data.args["input"], v[k] = v[k], data.ref("output")
	}
	g.c.add(data)
	g.unknowns = append(g.unknowns, b.address())
	return true
}

// importSomething imports an object created by API, and may change it.
func (g *generator) importSomething(_ *change, t int) bool {
	var b *block
	var id string
	if g.chance(50) {
		ids := g.tenants[t].groups[len(predefined):]
		i := g.IntN(len(ids))
		id = ids[i]
		b = resource(t, "iam_group", g.name("i"), map[string]any{"id": quote(id), "name": map[string]string{"en": quote(fmt.Sprintf("Api %d", i))}})
		g.grant(b)
	} else {
		a := pick(g.Rand, g.tenants[t].people)
		id = a.id
		b = resource(t, "iam_user", g.name("i"), map[string]any{"email": quote(a.email), "first_name": quote("Api"), "last_name": quote(a.email[:2])})
		if g.chance(50) {
			b.args["locked"] = "true"
		}
		g.styles[b.address()] = "imported"
	}
	for _, other := range g.c.of(t, b.typ) {
		if other.args["id"] == b.args["id"] && other.args["email"] == b.args["email"] {
			return false
		}
	}
	g.c.add(b)
	g.c.extra = append(g.c.extra, fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", b.planned(), id))
	return true
}

// act runs an action when something is created, which requires Terraform 1.14.
func (g *generator) act(_ *change, t int) bool {
	if g.minor < 14 {
		return false
	}
	email := pick(g.Rand, g.tenants[t].people).email
	if u := g.one(t, "iam_user"); u != nil && u.label != "" && g.chance(50) {
		email = u.label
	}
	typ := g.pick([]string{"iam_lock_user", "iam_lock_user", "iam_unlock_user", "iam_transfer_team_owner", "iam_sync_make"})
	args := map[string]any{"email": quote(email)}
	switch typ {
	case "iam_transfer_team_owner":
		args["email"] = quote(pick(g.Rand, g.tenants[t].team).email)
	case "iam_sync_make":
		if !g.tenants[t].hasMake {
			return false
		}
		args = map[string]any{}
	}
	action := g.c.add(&block{kind: "action", typ: typ, name: g.name("a"), tenant: t, args: args})
	g.c.add(&block{kind: "resource", typ: "terraform_data", name: g.name("d"), tenant: t, args: map[string]any{"input": quote("now")}, meta: []string{
		"lifecycle {", "  action_trigger {", "    events  = [after_create]", "    actions = [" + action.address() + "]", "  }", "}",
	}})
	return true
}
