package plumbing

import (
	"slices"
	"sync"
)

// Kinds of objects that use others or are used.
const (
	KindGroup       = "group"
	KindControl     = "access control"
	KindTemplate    = "role template"
	KindScope       = "scope"
	KindRestriction = "restriction"
	KindSite        = "site"
	KindVendor      = "vendor"
)

// Object is an object of the tenant: a kind and an id.
type Object struct{ Kind, ID string }

// Use is the plan for the use of one object by another.
type Use int

// The plans for a use. UseNotPlanned includes users that are planned later, because
// Terraform plans in no fixed order.
const (
	UseNotPlanned Use = iota
	UseUnknown        // until the apply
	UseDropped        // by a change, or with the user of the object
	UseKept
)

// Uses records which objects the plan destroys and which objects use others after the
// apply. The destroy of an object learns from it which of its uses end as well, and
// the plan of another object that it refers to a destroyed one.
type Uses struct {
	mu      sync.Mutex
	removed map[Object]bool
	by      map[Object]map[string]uses // by user, then by the kind of the used objects
}

// uses are the objects of one kind that an object will use.
type uses struct {
	ids   []string
	whole bool // all ids are known
}

// NoteUses records which objects of a kind an object will use after the apply. whole
// is false if some of them are unknown.
func (u *Uses) NoteUses(by Object, kind string, ids []string, whole bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.removed, by)
	if u.by == nil {
		u.by = map[Object]map[string]uses{}
	}
	if u.by[by] == nil {
		u.by[by] = map[string]uses{}
	}
	u.by[by][kind] = uses{ids, whole}
}

// NoteRemoval records that the plan destroys an object.
func (u *Uses) NoteRemoval(o Object) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.removed == nil {
		u.removed = map[Object]bool{}
	}
	u.removed[o] = true
	delete(u.by, o)
}

// NoteKept records that the plan creates, changes or keeps an object, even if another
// resource destroys it.
func (u *Uses) NoteKept(o Object) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.removed, o)
}

// Removed reports whether the plan so far destroys the object.
func (u *Uses) Removed(o Object) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.removed[o]
}

// Planned returns the plan for the use of an object by another.
func (u *Uses) Planned(o, by Object) Use {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.removed[by] {
		return UseDropped
	}
	planned, ok := u.by[by][o.Kind]
	switch {
	case !ok:
		return UseNotPlanned
	case slices.Contains(planned.ids, o.ID):
		return UseKept
	case planned.whole:
		return UseDropped
	}
	return UseUnknown
}

// Leaving reports whether the plan so far removes the user from the group.
func (d *Data) Leaving(group string, user Person) bool {
	return d.Keys.OnlyRemoved(User(user.Email)) || d.Members.Leaving(group, user)
}
