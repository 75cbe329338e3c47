package plumbing

import (
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Owners remembers which resources of one plan manage which memberships. One
// that two resources manage in different ways would come and go with each
// apply. Who lists the same as another does no harm and is not reported; nor is
// another state's resource, which no plan can see.
type Owners struct {
	mu     sync.Mutex
	groups map[string]owned   // by group: the users of an authoritative list
	users  map[string]owned   // by user: the groups of an authoritative list
	single pairs              // by group: users that were added one by one
	inOne  pairs              // the same by user
	people map[string]account // by e-mail in lower case
	leave  map[string]string  // the resource types that end users, by e-mail in lower case
	stay   emails             // users that a replaced resource left where they are
	taken  emails             // users that a new resource manages from this run on
}

// account is who manages a user, and what it says of the user.
type account struct{ by, says string }

// emails are addresses in lower case.
type emails map[string]bool

func (e *emails) add(email string) {
	if *e == nil {
		*e = emails{}
	}
	(*e)[strings.ToLower(email)] = true
}

// pairs are memberships by one of their ends.
type pairs map[string]map[string]bool

func (p *pairs) add(from, to string) {
	if *p == nil {
		*p = pairs{}
	}
	if (*p)[from] == nil {
		(*p)[from] = map[string]bool{}
	}
	(*p)[from][to] = true
}

// owned is what an authoritative resource lists.
type owned struct {
	by     string // the resource type
	listed map[string]bool
	whole  bool // nothing of it is unknown
}

func newOwned(by string, elements []attr.Value) owned {
	o := owned{by: by, listed: map[string]bool{}, whole: true}
	for _, v := range elements {
		if text, ok := v.(types.String); ok && IsSet(text) {
			o.listed[text.ValueString()] = true
		} else {
			o.whole = false
		}
	}
	return o
}

// leavesOut reports whether the list surely does not have the id.
func (o owned) leavesOut(id string) bool { return o.whole && !o.listed[id] }

// disagrees reports whether two lists of the same thing surely differ.
func (o owned) disagrees(other owned) bool {
	for id := range o.listed {
		if other.leavesOut(id) {
			return true
		}
	}
	for id := range other.listed {
		if o.leavesOut(id) {
			return true
		}
	}
	return false
}

// Account notes that a resource type manages the user with the e-mail address,
// and what it says of it. Resources of one type that say the same are left in
// peace.
func (o *Owners) Account(by, email, says string, at path.Path) diag.Diagnostics {
	o.mu.Lock()
	defer o.mu.Unlock()
	mine := account{by, says}
	if other, taken := o.people[strings.ToLower(email)]; taken && other != mine {
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Two Owners Of One User",
			fmt.Sprintf("%s is managed by an %s of this configuration, too. Each apply could undo the other's: manage a user in one place.", email, other.by))}
	}
	if from, leaves := o.leave[strings.ToLower(email)]; leaves && !renamed(from, by) {
		return endedAndManaged(email, from, by, at)
	}
	if o.people == nil {
		o.people = map[string]account{}
	}
	o.people[strings.ToLower(email)] = mine
	return nil
}

// Leaves notes that a resource of a type is to take the user with the e-mail
// address out of the tenant, or to lock it. Who moves to another resource would
// be taken over first, and then be gone.
func (o *Owners) Leaves(by, email string, at path.Path) diag.Diagnostics {
	o.mu.Lock()
	defer o.mu.Unlock()
	if other, taken := o.people[strings.ToLower(email)]; taken && !renamed(by, other.by) {
		return endedAndManaged(email, by, other.by, at)
	}
	if o.leave == nil {
		o.leave = map[string]string{}
	}
	o.leave[strings.ToLower(email)] = by
	return nil
}

// renamed reports whether the user goes from one iam_user to another, which can
// do no harm: the new one does not take over who is there.
func renamed(from, to string) bool { return from == "iam_user" && to == "iam_user" }

func endedAndManaged(email, from, to string, at path.Path) diag.Diagnostics {
	deposed := ""
	if from == to {
		deposed = " Where Terraform calls the object deposed, as it does after a replacement with create_before_destroy that failed, " +
			"take both out of the state with terraform state rm and import the resource again."
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "User Removed And Managed",
		fmt.Sprintf("%s goes from an %s, which would take the user out of the tenant, and is managed by an %s of this configuration, too: "+
			"the user could be taken over first and then be gone. For a row that goes, set on_destroy = \"keep\" for its table; "+
			"for a whole resource, forget it with a removed block and destroy = false, or, where it only got another name, write a moved block.%s", email, from, to, deposed))}
}

// Stay notes that the user with the e-mail address stays in the tenant while the
// resource that managed it is replaced.
func (o *Owners) Stay(email string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stay.add(email)
}

// Stayed reports whether Stay was called for the user.
func (o *Owners) Stayed(email string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.stay[strings.ToLower(email)]
}

// Take notes that a resource which is made in this run manages the user with the
// e-mail address.
func (o *Owners) Take(email string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.taken.add(email)
}

// Taken reports whether Take was called for the user. While something is being
// planned it was for nobody: Terraform plans nothing in a run that applies but
// what it is about to do, and a deposed object, which goes last.
func (o *Owners) Taken(email string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.taken[strings.ToLower(email)]
}

// Group notes that a resource type lists all users of a group. The diagnostic,
// if there is one, is about the attribute with the list.
func (o *Owners) Group(by, group string, users []attr.Value, at path.Path) diag.Diagnostics {
	o.mu.Lock()
	defer o.mu.Unlock()
	mine := newOwned(by, users)
	if other, taken := o.groups[group]; taken && mine.disagrees(other) {
		return twoOwners(at, fmt.Sprintf("another %s of group %s lists other members", other.by, group))
	}
	for user, other := range o.users {
		if mine.leavesOut(user) && other.listed[group] {
			return twoOwners(at, fmt.Sprintf("%s puts user %s into group %s, and this list leaves the user out", other.by, user, group))
		}
		if mine.listed[user] && other.leavesOut(group) {
			return twoOwners(at, fmt.Sprintf("%s of user %s leaves group %s out, and this list has the user", other.by, user, group))
		}
	}
	for user := range o.single[group] {
		if mine.leavesOut(user) {
			return twoOwners(at, fmt.Sprintf("iam_group_membership adds user %s to group %s, and this list leaves the user out", user, group))
		}
	}
	if o.groups == nil {
		o.groups = map[string]owned{}
	}
	o.groups[group] = mine
	return nil
}

// User notes that a resource type lists all groups of a user.
func (o *Owners) User(by, user string, groups []attr.Value, at path.Path) diag.Diagnostics {
	o.mu.Lock()
	defer o.mu.Unlock()
	mine := newOwned(by, groups)
	if other, taken := o.users[user]; taken && mine.disagrees(other) {
		return twoOwners(at, fmt.Sprintf("%s lists other groups of user %s", other.by, user))
	}
	for group, other := range o.groups {
		if mine.leavesOut(group) && other.listed[user] {
			return twoOwners(at, fmt.Sprintf("%s of group %s has user %s, and this list leaves the group out", other.by, group, user))
		}
		if mine.listed[group] && other.leavesOut(user) {
			return twoOwners(at, fmt.Sprintf("%s of group %s leaves user %s out, and this list has the group", other.by, group, user))
		}
	}
	for group := range o.inOne[user] {
		if mine.leavesOut(group) {
			return twoOwners(at, fmt.Sprintf("iam_group_membership adds user %s to group %s, and this list leaves the group out", user, group))
		}
	}
	if o.users == nil {
		o.users = map[string]owned{}
	}
	o.users[user] = mine
	return nil
}

// Membership notes that a resource adds one user to one group.
func (o *Owners) Membership(group, user string) diag.Diagnostics {
	o.mu.Lock()
	defer o.mu.Unlock()
	if other, taken := o.groups[group]; taken && other.leavesOut(user) {
		return twoOwners(path.Root("user_id"), fmt.Sprintf("%s of group %s leaves user %s out", other.by, group, user))
	}
	if other, taken := o.users[user]; taken && other.leavesOut(group) {
		return twoOwners(path.Root("group_id"), fmt.Sprintf("%s of user %s leaves group %s out", other.by, user, group))
	}
	o.single.add(group, user)
	o.inOne.add(user, group)
	return nil
}

func twoOwners(at path.Path, how string) diag.Diagnostics {
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Two Owners Of One Membership",
		fmt.Sprintf("Two resources of this configuration disagree: %s. Each apply would undo the other's. "+
			"Manage a membership in one place: in the list of the group, in the list of the user, or one by one.", how))}
}
