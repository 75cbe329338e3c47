package plumbing

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// Pair is a membership: the ids of a group and of a user.
type Pair struct{ Group, User string }

// applied is what an apply has done with memberships so far, by user and group.
// Terraform creates and destroys resources that do not depend on each other in
// any order, and tells neither of the other. By this a destroy finds that another
// resource holds the membership from this run on, and whoever reads a user or a
// group that lags behind what has been written since.
//
// Whoever writes here has the user's lock, so that no other write of the user's
// memberships is under way.
type applied struct {
	fates map[string]map[string]*membershipState
	start time.Time // of the first removal
}

// membershipState is what became of a membership.
type membershipState struct{ held, joined, left bool }

func (m *Memberships) membershipState(p Pair) *membershipState {
	if m.fates == nil {
		m.fates = map[string]map[string]*membershipState{}
	}
	if m.fates[p.User] == nil {
		m.fates[p.User] = map[string]*membershipState{}
	}
	f := m.fates[p.User][p.Group]
	if f == nil {
		f = new(membershipState)
		m.fates[p.User][p.Group] = f
	}
	return f
}

// Hold notes that a resource holds the membership from this run on.
func (m *Memberships) Hold(p Pair) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.membershipState(p).held = true
}

// Held reports whether Hold was called for the membership.
func (m *Memberships) Held(p Pair) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.membershipState(p).held
}

// Joined notes that the API has the membership.
func (m *Memberships) Joined(p Pair) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.membershipState(p)
	f.joined, f.left = true, false
}

// Left notes that the API has the membership no longer.
func (m *Memberships) Left(p Pair) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.membershipState(p)
	f.joined, f.left = false, true
}

// HasLeft reports whether this run ended the membership.
func (m *Memberships) HasLeft(p Pair) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.membershipState(p).left
}

// Present returns the groups of a user: those that were read, and what this run
// has changed in them, which a read may not show yet.
func (m *Memberships) Present(user string, read []string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	present := slices.DeleteFunc(slices.Clone(read), func(group string) bool {
		f := m.fates[user][group]
		return f != nil && f.left
	})
	for _, group := range slices.Sorted(maps.Keys(m.fates[user])) {
		if m.fates[user][group].joined && !slices.Contains(present, group) {
			present = append(present, group)
		}
	}
	return present
}

// headStart is how long the first removals of a run wait for resources that may
// hold the same: those run at the same time where nothing orders them.
const headStart = 200 * time.Millisecond

// GiveHeadStart waits until resources that may hold the membership had the time
// to say so. Only the first removals of a run wait.
func (m *Memberships) GiveHeadStart(ctx context.Context) {
	m.mu.Lock()
	if m.start.IsZero() {
		m.start = time.Now()
	}
	left := headStart - time.Since(m.start)
	m.mu.Unlock()
	if left <= 0 {
		return
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Disagreement is the diagnostic of a conflict, if there is one, on the
// attribute that takes part in it.
func (d *Data) ConflictError(ctx context.Context, c *Conflict, at path.Path) diag.Diagnostics {
	switch {
	case c == nil:
		return nil
	case c.Giver == "":
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Membership Managed By Two Resources",
			fmt.Sprintf("Two resources of this configuration manage the same: %s. Each apply would undo the other's work. "+
				"Manage a membership in one place: in the list of the group, in the list of the user, or one by one.", strings.ReplaceAll(c.How, userPlaceholder, d.NameOf(ctx, c.Who))))}
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Membership Removed And Managed", fmt.Sprintf(
		"This plan takes %s out of group %s with an %s, while an %s of this configuration keeps the membership unchanged: the apply would not put the user back. "+
			"If the %s is to go, forget it instead of destroying it:\n\n  removed {\n    from = %s.NAME\n    lifecycle {\n      destroy = false\n    }\n  }\n\n"+
			"If it only got another name, write a moved block. If Terraform calls the object deposed, remove the resource from the state with terraform state rm and import it again.",
		d.NameOf(ctx, c.Who), c.Group, c.Giver, c.Keeper, c.Giver, c.Giver))}
}
