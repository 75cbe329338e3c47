package plumbing

import (
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// Owners remembers which resources of one plan manage which users. What two
// resources say of one would come and go with each apply. Another state's
// resource is no concern: no plan can see it.
type Owners struct {
	mu     sync.Mutex
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

// Leaving reports whether a resource is to take the user with the e-mail address
// out of the tenant, or to lock it.
func (o *Owners) Leaving(email string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, leaves := o.leave[strings.ToLower(email)]
	return leaves
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
