package review

import (
	"maps"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
)

// noteChangedSince notes how the tenant has changed since the plan was created. These
// changes are not in the plan, but they affect the apply. If the plan is not
// whole, an object can also be one that the plan left out and did not refresh.
func (a *applied) noteChangedSince(t *part, whole bool) {
	text, remedy := "the tenant has changed since the plan was created", "create the plan again"
	if !whole {
		text, remedy = "the tenant has changed since the plan was created, or the plan leaves this out", "create the plan again without -target"
	}
	for _, p := range t.prior {
		look := since()[p.typeName]
		if p.mode != managed || look == nil {
			continue
		}
		for _, change := range look(a, p.values) {
			a.noteAt(p.address, "%s: %s; %s", text, change, remedy)
		}
	}
}

// since returns, by type, functions that compare an object with its state in
// the plan. They return a text for each difference.
func since() map[string]func(*applied, values) []string {
	return map[string]func(*applied, values) []string{
		"iam_user":             (*applied).sinceUser,
		"iam_users_csv":        (*applied).sinceUsers,
		"iam_group":            (*applied).sinceGroup,
		"iam_group_membership": (*applied).sinceMembership,
		"iam_group_members":    (*applied).sinceMembers,
		"iam_user_groups": func(a *applied, v values) []string {
			return a.sinceGroups(access.StateUser{ID: v.text("user_id")}, v.texts("group_ids"))
		},
		"iam_access_control":     (*applied).sinceControl,
		"iam_role_template":      (*applied).sinceTemplate,
		"iam_vendor":             (*applied).sinceVendor,
		"iam_team_member":        (*applied).sinceMember,
		"iam_team_owner":         (*applied).sinceOwner,
		"iam_product":            (*applied).sinceProduct,
		"iam_product_assignment": (*applied).sinceAssignment,
	}
}

func (a *applied) sinceUser(v values) []string {
	u := access.StateUser{ID: v.text("id"), Email: v.text("email")}
	is, ok := a.User(access.StateUser{ID: u.ID})
	if !ok {
		return []string{u.Email + " is gone"}
	}
	var texts []string
	locked, known := v["locked"].(bool)
	if status := v.text("status"); !known && status != "" {
		locked, known = status == "INACTIVE", true
	}
	if known && is.Locked != locked {
		texts = append(texts, u.Email+lockChange(is))
	}
	if v["group_ids"] != nil {
		texts = append(texts, a.sinceGroups(u, v.texts("group_ids"))...)
	}
	return texts
}

func (a *applied) sinceUsers(v values) []string {
	table, err := usertable.Parse(v.text("csv"))
	if err != nil {
		return nil
	}
	var texts []string
	for _, row := range table.Users {
		is, ok := a.User(access.StateUser{Email: row.Email})
		switch {
		case !ok || is.Outside:
			texts = append(texts, row.Email+" is gone")
			continue
		case table.Has("locked") && is.Locked != row.Locked:
			texts = append(texts, row.Email+lockChange(is))
		}
		if table.Has("groups") {
			texts = append(texts, a.sinceGroups(is, row.Groups)...)
		}
	}
	return texts
}

func lockChange(u access.StateUser) string {
	if u.Locked {
		return " is locked"
	}
	return " is no longer locked"
}

// sinceGroups compares a user's groups.
func (a *applied) sinceGroups(u access.StateUser, groups []string) []string {
	is, ok := a.User(u)
	if !ok {
		return []string{"user " + u.ID + " is gone"}
	}
	return differences(groups, is.GroupIDs, is.Email+" has left group ", is.Email+" has joined group ")
}

// differences returns a text for each removed element, with the prefix gone,
// and for each added one, with the prefix come.
func differences(was, is []string, gone, come string) []string {
	var texts []string
	for _, v := range slices.Sorted(slices.Values(was)) {
		if !slices.Contains(is, v) {
			texts = append(texts, gone+v)
		}
	}
	for _, v := range slices.Sorted(slices.Values(is)) {
		if !slices.Contains(was, v) {
			texts = append(texts, come+v)
		}
	}
	return texts
}

func (a *applied) sinceGroup(v values) []string {
	id := v.text("id")
	if v.text("user_type") == string(access.Customer) {
		return nil
	}
	g, ok := a.Group(id)
	if !ok {
		return []string{"group " + id + " is gone"}
	}
	var texts []string
	is := a.Rights().Access(g)
	if v.text("role_template") == access.VendorRole {
		is = a.Rights().VendorAccess(g)
	}
	if is != v.effectiveAccess() {
		texts = append(texts, "group "+id+" gives different access")
	}
	return append(texts, differences(v.texts("restrictions"), g.Restrictions, "group "+id+" is no longer restricted to ", "group "+id+" is restricted to ")...)
}

func (a *applied) sinceMembership(v values) []string {
	if v.text("user_type") == string(access.Customer) {
		return nil
	}
	is, ok := a.User(access.StateUser{ID: v.text("user_id")})
	switch {
	case !ok:
		return []string{"user " + v.text("user_id") + " is gone"}
	case !slices.Contains(is.GroupIDs, v.text("group_id")):
		return []string{is.Email + " has left group " + v.text("group_id")}
	}
	return nil
}

func (a *applied) sinceMembers(v values) []string {
	if v.text("user_type") == string(access.Customer) {
		return nil
	}
	var was, is []string
	for email := range v.textMap("members") {
		was = append(was, strings.ToLower(email))
	}
	for _, u := range a.Members(v.text("group_id")) {
		is = append(is, strings.ToLower(u.Email))
	}
	return differences(was, is, "group "+v.text("group_id")+" has lost ", "group "+v.text("group_id")+" has gained ")
}

func (a *applied) sinceControl(v values) []string {
	id := v.text("id")
	own, ok := a.Rights().Controls[id]
	if !ok {
		return []string{"access control " + id + " is gone"}
	}
	return differences(v.texts("scopes"), own.Scopes, "access control "+id+" has lost the scope ", "access control "+id+" has the scope ")
}

func (a *applied) sinceTemplate(v values) []string {
	id := v.text("id")
	switch _, ok := a.Rights().Templates[id]; {
	case !ok:
		return []string{"role template " + id + " is gone"}
	case a.Rights().TemplateAccess(id) != v.effectiveAccess():
		return []string{"role template " + id + " gives different access"}
	}
	return nil
}

func (a *applied) sinceVendor(v values) []string {
	var texts []string
	groups := v.textMap("group_ids")
	for _, kind := range slices.Sorted(maps.Keys(groups)) {
		if _, ok := a.Group(groups[kind]); !ok {
			texts = append(texts, "the vendor's group "+groups[kind]+" is gone")
		}
	}
	g, ok := a.Group(groups[access.VendorPublisher])
	all, some := access.Publishes(g.Controls)
	if before, known := v[publishing].(bool); ok && known && (all != before || some != before) {
		texts = append(texts, "what the vendor's group "+groups[access.VendorPublisher]+" can publish has changed")
	}
	return texts
}

func (a *applied) sinceMember(v values) []string {
	email := v.text("email")
	switch is, ok := a.User(access.StateUser{Email: email}); {
	case !ok || is.Team == nil:
		return []string{email + " has left the team"}
	case string(is.Team.Role) != v.text("role"):
		return []string{email + " is " + string(is.Team.Role) + " in the team"}
	}
	return nil
}

func (a *applied) sinceOwner(v values) []string {
	id := v.text("member_id")
	if is, ok := a.User(access.StateUser{ID: id, Email: a.members[id]}); !ok || is.Team == nil || is.Team.Role != access.RoleOwner {
		return []string{"somebody else is the Owner of the team"}
	}
	return nil
}

func (a *applied) sinceProduct(v values) []string {
	id := v.text("id")
	switch is, ok := access.FindProduct(a.State().Products, id); {
	case !ok:
		return []string{"the product " + id + " is gone"}
	case !slices.Equal(is.Roles, v.texts("roles")):
		return []string{"the product " + id + " has other roles"}
	}
	return nil
}

func (a *applied) sinceAssignment(v values) []string {
	id, product := v.text("member_id"), v.text("product")
	is, ok := a.User(access.StateUser{ID: id, Email: a.members[id]})
	if !ok || is.Team == nil {
		return []string{"member " + id + " has left the team"}
	}
	permissions := slices.Sorted(slices.Values(v.texts("permissions")))
	switch how, has := is.Team.Assigned[product]; {
	case !has:
		return []string{is.Email + " has lost the product " + product}
	case how.Role != v.text("role"):
		return []string{is.Email + " is " + how.Role + " in the product " + product}
	case !slices.Equal(how.Permissions, permissions):
		return []string{is.Email + " has other permissions in the product " + product}
	}
	return nil
}
