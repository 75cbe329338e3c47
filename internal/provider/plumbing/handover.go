package plumbing

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Pair is a membership: the ids of a group and of a user.
type Pair struct{ Group, User string }

// applied records what an apply has done with memberships so far, by user and group.
// Terraform creates and destroys independent resources in any order and tells
// neither about the other. From this record a destroy learns that another resource
// holds the membership from this run on, and a read that lags behind is corrected by
// what was written since.
//
// Callers that write to it hold the user's lock, so no other write of the user's
// memberships is under way.
type applied struct {
	fates map[string]map[string]*membershipState
	start time.Time // of the first removal
}

// membershipState is what the apply has done with a membership.
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

// Hold records that a resource holds the membership from this run on.
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

// Joined records that the API has the membership.
func (m *Memberships) Joined(p Pair) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.membershipState(p)
	f.joined, f.left = true, false
}

// Left records that the API no longer has the membership.
func (m *Memberships) Left(p Pair) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.membershipState(p)
	f.joined, f.left = false, true
}

// HasLeft reports whether this run removed the membership.
func (m *Memberships) HasLeft(p Pair) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.membershipState(p).left
}

// Present returns the current groups of a user: the groups that were read, corrected
// by changes of this run that the read may not show yet.
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

// headStart is how long the first removals of a run wait for other resources to
// claim the same memberships. Without a dependency between them both run at once.
const headStart = 200 * time.Millisecond

// GiveHeadStart waits until other resources had time to call Hold. Only the first
// removals of a run wait.
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
