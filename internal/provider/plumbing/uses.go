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

// What a plan makes of a use. NotPlanned also stands for an object that is
// planned later, as Terraform plans in no fixed order.
const (
	NotPlanned Use = iota
	NotKnown       // until the apply
	Dropped        // by a change, or with the user of the object
	Kept
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

// Keeps notes which objects of a kind an object will use once the plan is
// applied; whole is false while some of them are not known.
func (u *Uses) Keeps(by Object, kind string, ids []string, whole bool) {
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

// Ends notes that the plan destroys an object.
func (u *Uses) Ends(o Object) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended == nil {
		u.ended = map[Object]bool{}
	}
	u.ended[o] = true
	delete(u.by, o)
}

// Stays notes that the plan creates, changes or keeps an object. One that another
// resource destroys is there all the same.
func (u *Uses) Stays(o Object) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.ended, o)
}

// Ended reports whether the plan destroys the object, as far as it has come.
func (u *Uses) Ended(o Object) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.ended[o]
}

// Of returns what the plan makes of the use of an object by another.
func (u *Uses) Of(o, by Object) Use {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended[by] {
		return Dropped
	}
	planned, ok := u.by[by][o.Kind]
	switch {
	case !ok:
		return NotPlanned
	case slices.Contains(planned.ids, o.ID):
		return Kept
	case planned.whole:
		return Dropped
	}
	return NotKnown
}

// Leaving reports whether the plan takes the user out of the group, as far as it
// has come.
func (d *Data) Leaving(group string, user Person) bool {
	return d.Keys.Ending(User(user.Email)) || d.Members.Leaving(group, user)
}
