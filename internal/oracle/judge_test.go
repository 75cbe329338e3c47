package oracle_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// disagreement is something that the review reports but did not happen, or the
// reverse.
type disagreement struct{ kind, text string }

// delta is what changed for a person.
type delta struct {
	email            string
	was, is          *person
	gained, lost     []string // scopes that reach more, or fewer, records
	lifted, narrowed []string // of these, the ones that were and are held
	admin            bool     // gains or loses a part of managing users and groups
	teamUp, teamDown bool
	rightUp          []string // rights in the team
	rightDown        []string
	got, left        []string // products
	role             []string // products with another role, or other permissions
	makeUp, makeDown []string // roles in Make
	// makeOpen is a tenant whose organization is added, removed or replaced: no list
	// says what happens to its members.
	makeOpen bool
	// carriesMore and carriesLess report whether groups bring access controls that
	// they did not bring before, or the reverse. Two controls may have the same
	// scopes, of entities that a review distinguishes.
	carriesMore, carriesLess bool
}

// adminScopes are the scopes that only managing users and groups grants.
var adminScopes = []string{
	"iam.user_create", "iam.user_update", "iam.user_delete", "iam.group_manage", "iam.assignment_manage", "iam.access_manage",
}

var nobody = &person{scopes: map[string]reach{}, products: map[string]string{}}

func compare(email string, before, after *facts) delta {
	d := delta{email: email, was: before.people[email], is: after.people[email]}
	if d.was == nil {
		d.was = nobody
	}
	if d.is == nil {
		d.is = nobody
	}
	held, holds := withLower(d.was.scopes), withLower(d.is.scopes)
	for _, s := range union(held, holds) {
		was, wasHeld := held[s]
		is, isHeld := holds[s]
		if is.wider(was) {
			d.gained = append(d.gained, s)
			if wasHeld && is.all {
				d.lifted = append(d.lifted, s)
			}
		}
		if was.wider(is) {
			d.lost = append(d.lost, s)
			if isHeld {
				d.narrowed = append(d.narrowed, s)
			}
		}
	}
	for _, id := range union(d.was.controls, d.is.controls) {
		d.carriesMore = d.carriesMore || d.is.controls[id].wider(d.was.controls[id])
		d.carriesLess = d.carriesLess || d.was.controls[id].wider(d.is.controls[id])
	}
	d.admin = slices.ContainsFunc(slices.Concat(d.gained, d.lost), func(s string) bool { return slices.Contains(adminScopes, s) })
	rank := []string{"", "billing_contact", "member", "admin", "owner"}
	was, is := slices.Index(rank, d.was.team), slices.Index(rank, d.is.team)
	d.teamUp, d.teamDown = is > was, is < was
	for _, r := range union(d.was.rights(), d.is.rights()) {
		switch had, has := d.was.rights()[r] != nil, d.is.rights()[r] != nil; {
		case has && !had:
			d.rightUp = append(d.rightUp, r)
		case had && !has:
			d.rightDown = append(d.rightDown, r)
		}
	}
	d.admin = d.admin || slices.Contains(slices.Concat(d.rightUp, d.rightDown), "manage_team")
	for _, p := range union(d.was.products, d.is.products) {
		switch was, is := d.was.products[p], d.is.products[p]; {
		case was == "":
			d.got = append(d.got, p)
		case is == "":
			d.left = append(d.left, p)
		case was != is:
			d.role = append(d.role, p)
		}
	}
	d.compareMake(before, after)
	return d
}

// ladder lists the levels of the Orchestration Engine: a scope is for one of them
// and includes the lower ones.
var ladder = []string{"_read", "_edit", "_manage", "_administrate"}

func withLower(scopes map[string]reach) map[string]reach {
	all := maps.Clone(scopes)
	for s, r := range scopes {
		for i, level := range ladder {
			if thing, ok := strings.CutSuffix(s, level); ok && strings.HasPrefix(s, "oe.") {
				for _, lower := range ladder[:i] {
					all[thing+lower] = r
				}
			}
		}
	}
	return all
}

// compareMake compares roles in Make for a tenant with one organization and a
// running sync: losing the roles counts, whether a member or not.
func (d *delta) compareMake(before, after *facts) {
	if after.make == nil || !after.make.Sync || before.make != nil && (!before.make.Sync || before.make.OrganizationID != after.make.OrganizationID) {
		d.makeOpen = before.make != nil || after.make != nil
		return
	}
	for _, r := range d.is.make {
		if !slices.Contains(d.was.make, r) {
			d.makeUp = append(d.makeUp, r)
		}
	}
	for _, r := range d.was.make {
		if !slices.Contains(d.is.make, r) {
			d.makeDown = append(d.makeDown, r)
		}
	}
	if d.was.inMake && !d.is.inMake && len(d.makeDown) == 0 {
		d.makeDown = append(d.makeDown, "membership") // a stale one that goes at last
	}
}

func union[V any](a, b map[string]V) []string {
	m := maps.Clone(a)
	if m == nil {
		m = map[string]V{}
	}
	maps.Copy(m, b)
	return sortedKeys(m)
}

// judge compares the review with what happened to everyone.
func (r *trial) judge() {
	if r.review.Code == 1 {
		r.report("error", "the review ended with 1: %s", r.review.Stderr)
		return
	}
	var lost, mayLose, admin, lifted bool
	for i, t := range r.tenants {
		excused := r.excused(i)
		for _, email := range union(r.before[i].people, r.after[i].people) {
			d := compare(email, r.before[i], r.after[i])
			lost = lost || d.loses()
			mayLose = mayLose || d.carriesLess || d.makeOpen
			admin = admin || d.admin
			lifted = lifted || len(d.lifted) > 0
			if !excused[email] {
				r.judgePerson(t.name, d, r.review.row(t.name, email))
			}
		}
		for _, row := range r.review.Users {
			if row.Tenant == t.name && strings.Contains(row.Email, "@") && r.before[i].people[strings.ToLower(row.Email)] == nil && r.after[i].people[strings.ToLower(row.Email)] == nil {
				r.report(r.phantom(), "%s: there is no %s, neither before nor after: %v", t.name, row.Email, &row)
			}
		}
	}
	r.judgeVerdict(verdict{lost, mayLose, admin, lifted})
}

// verdict is what a review can fail on.
type verdict struct{ lost, mayLose, admin, lifted bool }

func (d *delta) loses() bool {
	return len(d.lost) > 0 || d.teamDown || len(d.rightDown) > 0 || len(d.left) > 0 || len(d.makeDown) > 0
}

func (r *trial) report(kind, format string, args ...any) {
	r.wrong = append(r.wrong, disagreement{kind, fmt.Sprintf(format, args...)})
}

// judgeVerdict checks the kinds that occur, and the exit code.
func (r *trial) judgeVerdict(v verdict) {
	happens := r.review.Happens
	if bad := v.lost || v.admin || v.lifted; bad && r.review.Code == 0 {
		kind := "silent exit"
		if len(r.review.Unresolved) > 0 {
			kind = "silent exit, unresolved"
		}
		r.report(kind, "exit code 0; lost %v, admin %v, unrestricted %v; the review says %v", v.lost, v.admin, v.lifted, happens)
	}
	if len(r.review.Unresolved) > 0 {
		if r.review.Code != 2 {
			r.report("silent exit, unresolved", "exit code %d, and something is unresolved: %v", r.review.Code, r.review.Unresolved)
		}
		return
	}
	for _, h := range []struct {
		name    string
		is, may bool
	}{
		{"lost", v.lost, v.mayLose},
		{"admin", v.admin, false},
		// Whether a restriction is lifted also depends on levels: a user who viewed
		// some records and now manages all has two scopes that never met.
		{"unrestricted", v.lifted, true},
	} {
		switch says := slices.Contains(happens, h.name); {
		case h.is && !says:
			r.report("verdict", "%q happens, and the review says %v", h.name, happens)
		case says && !h.is && !h.may:
			r.report("verdict", "%q does not happen, and the review says %v", h.name, happens)
		}
	}
	if code := map[bool]int{false: 0, true: 2}[len(happens) > 0]; r.review.Code != code {
		r.report("verdict", "exit code %d, and the review says %v: %s", r.review.Code, happens, r.review.Stderr)
	}
}

// judgePerson compares what the review says about a person with what happened.
func (r *trial) judgePerson(tenant string, d delta, w *row) {
	miss := func(kind, format string, args ...any) {
		if r.review.reviewed(tenant) {
			r.report(kind, "%s: %s %s; the review says: %v", tenant, d.email, fmt.Sprintf(format, args...), w)
		} else {
			r.report("wrong tenant", "%s: %s %s; the review says nothing of this tenant", tenant, d.email, fmt.Sprintf(format, args...))
		}
	}
	rights := []string{"", "scopes", "make"}
	if len(d.gained) > 0 && !w.says(false, rights...) {
		miss(d.kind("gain", d.gained, d.lifted), "gains %v", d.gained)
	} else if silent := w.leavesOut(false, d.gained); len(silent) > 0 {
		miss("part of a gain", "gains %v", silent)
	}
	if len(d.lost) > 0 && !w.says(true, rights...) {
		miss(d.kind("loss", d.lost, d.narrowed), "loses %v", d.lost)
	} else if silent := w.leavesOut(true, d.lost); len(silent) > 0 {
		miss("part of a loss", "loses %v", silent)
	}
	if d.was.present && d.is.present && d.was.locked != d.is.locked && d.was.id == d.is.id {
		if want := map[bool]string{true: "locked", false: "unlocked"}[d.is.locked]; w.event() != want {
			miss("lock", "is %s", want)
		}
	}
	r.judgeTeam(d, w, miss)
	if len(d.makeUp) > 0 && !w.says(false, "make") {
		miss("make", "gets in Make %v", d.makeUp)
	}
	if len(d.makeDown) > 0 && !w.says(true, "make") {
		miss("make", "loses in Make %v", d.makeDown)
	}
	r.judgePhantom(tenant, d, w)
}

func (r *trial) judgeTeam(d delta, w *row, miss func(kind, format string, args ...any)) {
	if d.teamUp && !w.says(false, "team") || d.teamDown && !w.says(true, "team") {
		miss("team", "is %q in the team, after %q", d.is.team, d.was.team)
	}
	for _, right := range d.rightUp {
		if !w.saysOf("team_right", false, right) {
			miss("team right", "gets %s", right)
		}
	}
	for _, right := range d.rightDown {
		if !w.saysOf("team_right", true, right) {
			miss("team right", "loses %s", right)
		}
	}
	// Products held by the team role are reported with that role.
	for _, p := range d.got {
		if !w.saysOf("product", false, p) && (!d.teamUp || !w.says(false, "team")) {
			miss("product", "gets %s", p)
		}
	}
	for _, p := range d.left {
		if !w.saysOf("product", true, p) && (!d.teamDown || !w.says(true, "team")) {
			miss("product", "loses %s", p)
		}
	}
	for _, p := range d.role {
		if !w.saysOf("product", true, p) && !w.saysOf("product", false, p) && !w.says(d.teamDown, "team") {
			miss("product", "is %s in %s, after %s", d.is.products[p], p, d.was.products[p])
		}
	}
}

// kind names a gain or a loss of scopes that the review does not report.
func (d *delta) kind(direction string, scopes, reach []string) string {
	vendor := func(s string) bool { return !strings.HasSuffix(s, "_by_vendor") }
	switch {
	case slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(adminScopes, s) }):
		return "silent admin"
	case !slices.ContainsFunc(scopes, vendor):
		return "vendor"
	case len(reach) == len(scopes):
		return "restriction"
	}
	return "silent " + direction
}

// phantom names something that the review reports but that did not happen.
func (r *trial) phantom() string {
	if slices.ContainsFunc(r.tenants, func(t *tenant) bool { return !r.review.reviewed(t.name) }) {
		return "wrong tenant"
	}
	return "phantom"
}

// judgePhantom looks for changes that the review reports but that did not happen.
func (r *trial) judgePhantom(tenant string, d delta, w *row) {
	if w == nil {
		return
	}
	phantom := func(what string) {
		r.report(r.phantom(), "%s: %s %s; the review says: %v; before %v %q, after %v %q", tenant, d.email, what, w, d.was.tokens(), d.was.team, d.is.tokens(), d.is.team)
	}
	replaced := d.was.id != d.is.id
	for _, c := range w.Changes {
		var is bool
		switch {
		case c.Area == "" || c.Area == "scopes":
			is = c.Loss && (len(d.lost) > 0 || d.carriesLess) || !c.Loss && (len(d.gained) > 0 || d.carriesMore)
		case c.Area == "team":
			is = c.Loss && d.teamDown || !c.Loss && d.teamUp
		case c.Area == "team_right":
			is = c.Loss && slices.Contains(d.rightDown, c.Entity) || !c.Loss && slices.Contains(d.rightUp, c.Entity)
		case c.Area == "product" && c.Loss:
			is = slices.Contains(d.left, c.Entity) || slices.Contains(d.role, c.Entity)
		case c.Area == "product":
			is = slices.Contains(d.got, c.Entity) || slices.Contains(d.role, c.Entity)
		case c.Area == "make":
			// Without an organization, the roles are those that the scopes stand for.
			is = d.makeOpen || c.Loss && len(d.makeDown)+count(d.lost, "integromat.") > 0 || !c.Loss && len(d.makeUp)+count(d.gained, "integromat.") > 0
		}
		if !is {
			phantom(fmt.Sprintf("has no such change: %s %s %s", c.Kind, c.Area, c.Entity))
			return
		}
	}
	event := map[string]bool{
		"": true, "added": !d.was.present && d.is.present || replaced, "removed": d.was.present && !d.is.present || replaced,
		"locked": d.is.locked && (!d.was.locked || replaced), "unlocked": d.was.locked && !d.is.locked,
	}
	if !event[w.Event] {
		phantom("is not " + w.Event)
	}
}

func count(list []string, prefix string) int {
	n := 0
	for _, s := range list {
		if strings.HasPrefix(s, prefix) {
			n++
		}
	}
	return n
}

// reviewed reports whether the review says that it covers the tenant.
func (r *review) reviewed(tenant string) bool { return slices.Contains(r.Tenants, tenant) }

// excused returns the people about whom the review says that it does not know:
// those whom the resources it calls unresolved may affect.
func (r *trial) excused(i int) map[string]bool {
	excused := map[string]bool{}
	objects := r.objects()
	for _, u := range r.review.Unresolved {
		if u.Tenant != "" && u.Tenant != r.tenants[i].name {
			continue
		}
		ids := objects[u.Address]
		if ids == nil { // a provider configuration, or something that says of nobody in particular
			return r.everybody(i)
		}
		maps.Copy(excused, r.before[i].related(ids))
		maps.Copy(excused, r.after[i].related(ids))
		for id := range ids {
			excused[strings.ToLower(id)] = true
		}
	}
	return excused
}

func (r *trial) everybody(i int) map[string]bool {
	all := map[string]bool{}
	for _, email := range union(r.before[i].people, r.after[i].people) {
		all[email] = true
	}
	return all
}

// concerned lists, by type, the attributes that say whom or what a resource is
// about. The first one that is set counts.
var concerned = map[string][]string{
	"iam_user": {"id email"}, "iam_users_csv": {"csv"}, "iam_user_groups": {"user_id", "group_ids"},
	"iam_group_membership": {"user_id", "group_id"}, "iam_group_members": {"group_id members"},
	"iam_group": {"id"}, "iam_access_control": {"id"}, "iam_role_template": {"id"}, "iam_scope": {"id"},
	"iam_vendor": {"id"}, "iam_team_member": {"id email"}, "iam_product_assignment": {"member_id"},
	"iam_restriction": {"value"}, "iam_site": {"code"},
}

// planned is a change of the plan.
type planned struct {
	Address string `json:"address"`
	Type    string `json:"type"`
	Change  struct {
		Actions []string       `json:"actions"`
		Before  map[string]any `json:"before"`
		After   map[string]any `json:"after"`
	} `json:"change"`
}

func (r *trial) changes() []planned {
	var plan struct {
		Changes []planned `json:"resource_changes"`
	}
	r.must(json.Unmarshal(r.plan, &plan))
	return plan.Changes
}

// does lists what the plan does, to print.
func (r *trial) does() string {
	var texts []string
	for _, c := range r.changes() {
		if !slices.Equal(c.Change.Actions, []string{"no-op"}) {
			texts = append(texts, strings.Join(c.Change.Actions, "+")+" "+c.Address)
		}
	}
	return strings.Join(texts, ", ")
}

// objects returns, for each resource of the plan and of the state after it, what
// it is about. Types that are about everyone are omitted.
func (r *trial) objects() map[string]map[string]bool {
	objects := map[string]map[string]bool{}
	note := func(typ, address string, values map[string]any) {
		if objects[address] == nil && concerned[typ] != nil {
			objects[address] = map[string]bool{}
		}
		for _, names := range concerned[typ] {
			found := map[string]bool{}
			for _, name := range strings.Fields(names) {
				texts(values[name], found)
			}
			maps.Copy(objects[address], found)
			if len(found) > 0 {
				return
			}
		}
	}
	for _, c := range r.changes() {
		note(c.Type, c.Address, c.Change.Before)
		note(c.Type, c.Address, c.Change.After)
	}
	text, err := os.ReadFile(filepath.Join(r.w.Dir, "terraform.tfstate"))
	r.must(err)
	var state struct {
		Resources []struct {
			Module, Type, Name string
			Instances          []struct {
				Key        any `json:"index_key"`
				Attributes map[string]any
			}
		}
	}
	r.must(json.Unmarshal(text, &state))
	for _, res := range state.Resources {
		address := res.Type + "." + res.Name
		if res.Module != "" {
			address = res.Module + "." + address
		}
		for _, instance := range res.Instances {
			if key, ok := instance.Key.(string); ok {
				note(res.Type, address+"["+quote(key)+"]", instance.Attributes)
			}
			note(res.Type, address, instance.Attributes)
		}
	}
	return objects
}

// texts collects the texts of a value; of a table each cell.
func texts(value any, found map[string]bool) {
	switch v := value.(type) {
	case string:
		found[v] = true
		if strings.Contains(v, "\n") {
			for _, cell := range strings.FieldsFunc(v, func(c rune) bool { return c == '\n' || c == ',' || c == ' ' }) {
				found[cell] = true
			}
		}
	case []any:
		for _, e := range v {
			texts(e, found)
		}
	case map[string]any:
		for k, e := range v {
			found[k] = true
			texts(e, found)
		}
	}
}
