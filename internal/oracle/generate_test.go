package oracle_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// generator generates configurations and changes to them.
type generator struct {
	*rand.Rand
	tenants []*tenant
	minor   int // of the CLI's version: Terraform 1.minor
	next    int
	c       *config

	// styles say how the memberships of a user are managed, by its address.
	styles map[string]string
	// listed are groups whose members a configuration lists: no one else
	// manages memberships in them.
	listed map[string]bool
	// unknowns are addresses of blocks with a value that is not known before
	// the apply.
	unknowns []string
	did      []string // what changes there are, to print
}

func (g *generator) name(prefix string) string {
	g.next++
	return fmt.Sprintf("%s%d", prefix, g.next)
}

func (g *generator) pick(list []string) string { return pick(g.Rand, list) }
func (g *generator) chance(percent int) bool   { return chance(g.Rand, percent) }

func quoted(list []string) []string {
	q := make([]string, len(list))
	for i, s := range list {
		q[i] = quote(s)
	}
	return q
}

func quotedMap(m map[string]string) map[string]string {
	q := maps.Clone(m)
	for k, v := range q {
		q[k] = quote(v)
	}
	return q
}

// generate makes the first configuration.
func (g *generator) generate() {
	g.c = &config{moduled: -1, named: g.chance(40)}
	if g.chance(30) {
		g.c.moduled = 0
		if len(g.tenants) > 1 && g.chance(60) {
			g.c.moduled = 1
		}
	}
	for t := range g.tenants {
		g.rights(t)
		for range 2 + g.IntN(2) {
			g.addGroup(t)
		}
		for range 2 + g.IntN(3) {
			g.addUser(t)
		}
		if g.chance(30) {
			g.addStaff(t)
		}
		g.memberships(t)
		g.others(t)
	}
}

// rights adds scopes, access controls and role templates.
func (g *generator) rights(t int) {
	if g.chance(40) {
		g.c.add(resource(t, "iam_scope", g.name("s"), map[string]any{"id": quote(fmt.Sprintf("own.scope%d", g.next))}))
	}
	for range g.IntN(3) {
		g.addControl(t)
	}
	if g.chance(50) {
		g.addTemplate(t)
	}
}

func (g *generator) addControl(t int) *block {
	scopes := quoted(some(g.Rand, somescopes, 4))
	for _, s := range g.c.of(t, "iam_scope") {
		if g.chance(60) {
			scopes = append(scopes, s.ref("id"))
		}
	}
	name := g.name("x")
	return g.c.add(resource(t, "iam_access_control", name, map[string]any{
		"id": quote("c-" + name), "name": map[string]string{"en": quote("Control " + name)}, "scopes": scopes,
	}))
}

func (g *generator) addTemplate(t int) *block {
	name := g.name("t")
	args := map[string]any{"id": quote("t-" + name), "name": map[string]string{"en": quote("Template " + name)}, "access": quotedMap(levels(g.Rand, commerce, 3))}
	if g.chance(50) {
		args["based_on"] = quote(g.pick(roleTemplates))
	}
	return g.c.add(resource(t, "iam_role_template", name, args))
}

// addGroup adds a group of one of the two engines.
func (g *generator) addGroup(t int) *block {
	name := g.name("g")
	b := resource(t, "iam_group", name, map[string]any{"name": map[string]string{"en": quote("Group " + name)}})
	if g.chance(70) {
		b.args["id"] = quote("g-" + name)
	}
	if g.chance(40) {
		b.args["force_delete"] = "true"
	}
	if g.chance(25) {
		b.args["access"] = quotedMap(levels(g.Rand, orchestration, 3))
		if g.chance(40) {
			b.args["role_template"] = quote(g.pick(engineTemplates))
		}
	} else {
		g.grant(b)
	}
	return g.c.add(b)
}

// grant grants a group of the Commerce Engine something, in one or several ways.
func (g *generator) grant(b *block) {
	for _, arg := range []string{"role_template", "access", "access_control_ids", "restrictions"} {
		delete(b.args, arg)
	}
	templates := quoted(append([]string{g.tenants[b.tenant].template}, roleTemplates...))
	for _, t := range g.c.of(b.tenant, "iam_role_template") {
		templates = append(templates, t.ref("id"), t.ref("id"))
	}
	if g.chance(50) {
		b.args["role_template"] = g.pick(templates)
	}
	if g.chance(50) || b.args["role_template"] == nil {
		b.args["access"] = quotedMap(levels(g.Rand, commerce, 3))
	}
	if g.chance(50) {
		b.args["access_control_ids"] = g.controlIDs(b.tenant)
	}
	if g.chance(35) {
		g.limit(b)
	}
}

// limit restricts a group.
func (g *generator) limit(b *block) {
	allowed := quoted(values)
	for _, r := range g.c.of(b.tenant, "iam_restriction") {
		allowed = append(allowed, r.ref("value"))
	}
	b.args["restrictions"] = some(g.Rand, allowed, 2)
}

func (g *generator) controlIDs(t int) []string {
	ids := quoted(g.tenants[t].controls)
	for _, c := range g.c.of(t, "iam_access_control") {
		ids = append(ids, c.ref("id"))
	}
	return some(g.Rand, ids, 2)
}

// groupRefs returns expressions for groups whose memberships any resource may
// manage.
func (g *generator) groupRefs(t int) []string {
	refs := quoted(g.tenants[t].groups)
	for _, b := range g.c.of(t, "iam_group") {
		refs = append(refs, b.ref("id"), b.ref("id"))
	}
	return slices.DeleteFunc(refs, func(r string) bool { return g.listed[fmt.Sprint(t, r)] })
}

func (g *generator) addUser(t int) *block {
	name := g.name("h")
	b := resource(t, "iam_user", name, map[string]any{
		"email": quote(name + "@corp.example"), "first_name": quote("Tf"), "last_name": quote(strings.ToUpper(name)),
	})
	b.label = name + "@corp.example"
	if g.chance(15) {
		b.args["locked"] = "true"
	}
	if g.chance(20) {
		b.args["on_destroy"] = quote(g.pick([]string{"lock", "remove"}))
	}
	style := g.pick([]string{"inline", "user_groups", "single", "listed"})
	g.styles[b.address()] = style
	if style == "inline" {
		b.args["group_ids"] = some(g.Rand, g.groupRefs(t), 2)
	}
	return g.c.add(b)
}

// addStaff adds users by one block.
func (g *generator) addStaff(t int) *block {
	name := g.name("f")
	people := map[string]string{}
	for i := range 2 + g.IntN(2) {
		people[fmt.Sprintf("%s-%d@corp.example", name, i)] = quote(fmt.Sprint("Staff ", i))
	}
	return g.c.add(resource(t, "iam_user", name, map[string]any{"for_each": people, "email": "each.key", "first_name": quote("Tf"), "last_name": "each.value"}))
}

// userRefs returns expressions for the ids of users of a style, those of the
// API included in "single".
func (g *generator) userRefs(t int, style string) []string {
	var refs []string
	for _, b := range g.c.of(t, "iam_user") {
		if g.styles[b.address()] == style {
			refs = append(refs, b.ref("id"))
		}
		if people, ok := b.args["for_each"].(map[string]string); ok && style == "single" {
			for _, email := range sortedKeys(people) {
				refs = append(refs, fmt.Sprintf("%s[%q].id", b.address(), email))
			}
		}
	}
	if style == "single" {
		for _, a := range g.tenants[t].people {
			refs = append(refs, quote(a.id))
		}
	}
	return refs
}

// memberships adds resources that put users into groups.
func (g *generator) memberships(t int) {
	if g.chance(60) {
		g.addList(t)
	}
	for _, user := range g.userRefs(t, "user_groups") {
		g.c.add(resource(t, "iam_user_groups", g.name("w"), map[string]any{"user_id": user, "group_ids": some(g.Rand, g.groupRefs(t), 3)}))
	}
	for range 1 + g.IntN(3) {
		g.addMembership(t)
	}
	if vendor := g.tenants[t].vendor; vendor != nil && g.chance(50) {
		g.c.add(resource(t, "iam_user_groups", g.name("w"), map[string]any{"user_id": quote(g.tenants[t].clerk.id), "group_ids": quoted(some(g.Rand, g.tenants[t].vendorGroups(), 3))}))
	}
}

// addList lists the members of a group in which nothing else manages any.
func (g *generator) addList(t int) {
	group := g.pick(g.groupRefs(t))
	used := slices.ContainsFunc(g.c.blocks, func(b *block) bool {
		return b.typ != "iam_group" && strings.Contains(b.text(), group)
	})
	if used || group == quote(predefined[1]) { // the Owner stays where it is
		return
	}
	g.listed[fmt.Sprint(t, group)] = true
	b := g.c.add(resource(t, "iam_group_members", g.name("m"), map[string]any{"group_id": group, "members": g.members(t)}))
	for _, u := range g.c.of(t, "iam_user") {
		if u.args["for_each"] != nil && g.chance(60) {
			b.args["members"] = "{ for k, u in " + u.address() + " : k => u.id }"
		}
	}
}

// members lists users of the configuration and users created by API.
func (g *generator) members(t int) map[string]string {
	members := map[string]string{}
	for _, b := range g.c.of(t, "iam_user") {
		if g.styles[b.address()] == "listed" && g.chance(75) {
			members["("+b.ref("email")+")"] = b.ref("id")
		}
	}
	for _, a := range g.tenants[t].people {
		if g.chance(40) {
			members[a.email] = quote(a.id)
		}
	}
	return members
}

func (g *generator) addMembership(t int) *block {
	users := g.userRefs(t, "single")
	groups := g.groupRefs(t)
	user, group := g.pick(users), g.pick(groups)
	for _, b := range g.c.of(t, "iam_group_membership") {
		if b.args["user_id"] == user && b.args["group_id"] == group {
			return nil
		}
	}
	return g.c.add(resource(t, "iam_group_membership", g.name("j"), map[string]any{"user_id": user, "group_id": group}))
}

// others adds tables, vendors, restrictions, the team and Make.
func (g *generator) others(t int) {
	if g.chance(35) {
		g.addTable(t)
	}
	if g.chance(35) {
		g.addVendor(t)
	}
	if g.chance(20) {
		g.c.add(resource(t, "iam_restriction", g.name("r"), map[string]any{"value": quote(fmt.Sprintf("R%d", g.next))}))
	}
	for range g.IntN(3) {
		g.addTeamMember(t)
	}
	if g.chance(30) {
		g.addAssignment(t, "")
	}
	if g.chance(15) {
		g.c.add(resource(t, "iam_team_owner", g.name("o"), map[string]any{"member_id": quote(pick(g.Rand, g.tenants[t].team).id)}))
	}
	if !g.tenants[t].hasMake && g.chance(35) {
		g.addMake(t)
	}
	if g.chance(10) {
		g.c.add(resource(t, "iam_site", g.name("z"), map[string]any{"code": quote(fmt.Sprintf("Z%d", g.next)), "name": quote("Site")}))
	}
}

func (g *generator) addMake(t int) {
	b := g.c.add(resource(t, "iam_make_organization", g.name("k"), map[string]any{"organization_id": quote("9")}))
	if g.chance(50) {
		b.args["prune_stale"] = "true"
	}
}

// tableGroups are groups that a row may name.
func (g *generator) tableGroups(t int) []string {
	var ids []string
	for _, ref := range g.groupRefs(t) {
		if strings.HasPrefix(ref, `"`) {
			ids = append(ids, strings.Trim(ref, `"`))
		} else {
			ids = append(ids, "${"+ref+"}")
		}
	}
	return ids
}

func (g *generator) row(t int, email string) string {
	var groups []string
	if g.chance(85) {
		groups = some(g.Rand, g.tableGroups(t), 2)
	}
	return fmt.Sprintf("%s,Row,R,%v,%s", email, g.chance(15), strings.Join(groups, " "))
}

func (g *generator) addTable(t int) {
	name := g.name("v")
	var rows []string
	for i := range 2 + g.IntN(2) {
		rows = append(rows, g.row(t, fmt.Sprintf("%s-%d@corp.example", name, i)))
	}
	b := g.c.add(resource(t, "iam_users_csv", name, nil))
	b.args = map[string]any{}
	b.setRows(rows)
	if g.chance(30) {
		b.args["on_destroy"] = quote(g.pick([]string{"lock", "keep", "remove"}))
	}
}

// rows and setRows are the rows of a table.
func (b *block) rows() []string {
	text := strings.Trim(b.args["csv"].(string), `"`)
	return strings.Split(text, `\n`)[1:]
}

func (b *block) setRows(rows []string) {
	b.args["csv"] = `"email,first_name,last_name,locked,groups\n` + strings.Join(rows, `\n`) + `"`
}

func (g *generator) addVendor(t int) {
	name := g.name("n")
	b := g.c.add(resource(t, "iam_vendor", name, map[string]any{"id": quote("v-" + name), "name": quote("Vendor " + name), "delete_groups": "true", "product_managers_publish": fmt.Sprint(g.chance(50))}))
	u := g.addUser(t)
	delete(u.args, "group_ids")
	g.styles[u.address()] = "vendor"
	kinds := some(g.Rand, []string{"order_manager", "order_viewer", "product_manager", "product_viewer"}, 2)
	for i, k := range kinds {
		kinds[i] = fmt.Sprintf("%s[%q]", b.ref("group_ids"), k)
	}
	g.c.add(resource(t, "iam_user_groups", g.name("w"), map[string]any{"user_id": u.ref("id"), "group_ids": kinds}))
}

func (g *generator) addTeamMember(t int) *block {
	name := g.name("q")
	email := quote(name + "@corp.example")
	if users := g.c.of(t, "iam_user"); len(users) > 0 && g.chance(30) {
		if u := pick(g.Rand, users); u.label != "" && !slices.ContainsFunc(g.c.of(t, "iam_team_member"), func(b *block) bool { return b.args["email"] == u.ref("email") }) {
			email = u.ref("email")
		}
	}
	b := g.c.add(resource(t, "iam_team_member", name, map[string]any{
		"email": email, "role": quote(g.pick([]string{"admin", "member", "member", "billing_contact"})),
	}))
	if b.args["role"] == `"member"` && g.chance(60) {
		g.addAssignment(t, b.ref("id"))
	}
	return b
}

// addAssignment assigns a product to a member, created by API if the
// configuration has none.
func (g *generator) addAssignment(t int, member string) *block {
	product := g.pick(products)
	if member == "" {
		a := pick(g.Rand, g.tenants[t].team)
		if a.role != "member" || a.product == product {
			return nil
		}
		member = quote(a.id)
	}
	for _, b := range g.c.of(t, "iam_product_assignment") {
		if b.args["member_id"] == member && b.args["product"] == quote(product) {
			return nil
		}
	}
	args := map[string]any{"member_id": member, "product": quote(product)}
	if role := productRole(g.Rand, product); role != "" {
		args["role"] = quote(role)
	}
	return g.c.add(resource(t, "iam_product_assignment", g.name("p"), args))
}
