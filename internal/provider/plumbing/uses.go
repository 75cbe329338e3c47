package plumbing

import (
	"slices"
	"sync"
)

// Kinds of objects that use others, or are used.
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

// Use is what a plan makes of the use of one object by another.
type Use int

// What a plan makes of a use. UseNotPlanned also stands for an object that is
// planned later, as Terraform plans in no fixed order.
const (
	UseNotPlanned Use = iota
	UseUnknown        // until the apply
	UseDropped        // by a change, or with the user of the object
	UseKept
)

// Uses remembers what the plan under way makes of objects that others use. An
// object that is destroyed tells from it which uses go as well, and an object that
// is planned later that it refers to what will be gone.
type Uses struct {
	mu    sync.Mutex
	ended map[Object]bool
	by    map[Object]map[string]uses // by user, then by the kind of what it uses
}

// uses are what an object will use of one kind.
type uses struct {
	ids   []string
	whole bool // no id is unknown
}

// NoteUses notes which objects of a kind an object will use once the plan is
// applied; whole is false while some of them are not known.
func (u *Uses) NoteUses(by Object, kind string, ids []string, whole bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.ended, by)
	if u.by == nil {
		u.by = map[Object]map[string]uses{}
	}
	if u.by[by] == nil {
		u.by[by] = map[string]uses{}
	}
	u.by[by][kind] = uses{ids, whole}
}

// NoteRemoval notes that the plan destroys an object.
func (u *Uses) NoteRemoval(o Object) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended == nil {
		u.ended = map[Object]bool{}
	}
	u.ended[o] = true
	delete(u.by, o)
}

// NoteKept notes that the plan creates, changes or keeps an object. One that another
// resource destroys is there all the same.
func (u *Uses) NoteKept(o Object) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.ended, o)
}

// Removed reports whether the plan destroys the object, as far as it has come.
func (u *Uses) Removed(o Object) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.ended[o]
}

// Of returns what the plan makes of the use of an object by another.
func (u *Uses) Planned(o, by Object) Use {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended[by] {
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

// Leaving reports whether the plan takes the user out of the group, as far as it
// has come.
func (d *Data) Leaving(group string, user Person) bool {
	return d.Keys.OnlyRemoved(User(user.Email)) || d.Members.Leaving(group, user)
}
