package plumbing

import (
	"context"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/client"
)

// User is the user with the e-mail address, the natural key of users: it is
// compared in lower case.
func User(email string) Object { return Object{Kind: "user", ID: strings.ToLower(email)} }

// TeamMember is the member of the team with the e-mail address.
func TeamMember(email string) Object { return Object{Kind: "team member", ID: strings.ToLower(email)} }

// Claim is what one resource says of an object.
type Claim struct {
	Type    string // iam_user
	Label   string // tells it from others of its type, as in `first_name = "Jo"`; empty: nothing does
	Mark    string // tells one resource that is planned twice from two
	ID      string // of the object in the state; empty for a creation
	Creates bool
}

// same reports whether both come from one resource that is planned twice: with
// one mark, or with the same object of the state.
func (c Claim) same(other Claim) bool {
	return c.Mark == other.Mark || c.Type == other.Type && c.ID != "" && c.ID == other.ID
}

// Keys is the ledger of a run: which objects its resources hold and end, and
// which of them the states have. Each object has one resource. The zero value is
// an empty ledger.
type Keys struct {
	mu      sync.Mutex
	objects map[Object]*ledgerEntry

	listing sync.Mutex
	listed  map[string]map[string]bool // the tenant's keys by kind; true: predefined
}

// ledgerEntry is what the run knows of an object.
type ledgerEntry struct {
	shown    bool   // a state has it
	held     *Claim // by who creates or keeps it
	ended    *Claim // by who destroys it
	made     *Claim // by whose Create in this process it was made or adopted
	adopted  bool   // it was there before
	replaced bool   // a Delete of this process removed it, for a Create to come
	left     any    // what that Delete found, for the Create

	whole, part *Claim // who manages all of a list, and who a value of it
}

// entry returns the entry of an object. The caller holds the lock.
func (k *Keys) entry(o Object) *ledgerEntry {
	if k.objects == nil {
		k.objects = map[Object]*ledgerEntry{}
	}
	e := k.objects[o]
	if e == nil {
		e = &ledgerEntry{}
		k.objects[o] = e
	}
	return e
}

// NoteInState notes that a state has the object.
func (k *Keys) NoteInState(o Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.entry(o).shown = true
}

// InState reports whether a state has the object.
func (k *Keys) InState(o Object) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entry(o).shown
}

// NoteMissing notes that a refresh did not find the object of a state.
func (k *Keys) NoteMissing(o Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(o)
	e.shown, e.made = false, nil
}

// Hold notes that a resource creates or keeps the object. The diagnostic, if
// there is one, says who else does, or who ends it; name names it.
func (k *Keys) Hold(o Object, name string, mine Claim, at path.Path) diag.Diagnostics {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(o)
	switch {
	case e.held != nil && !e.held.same(mine):
		return heldTwice(o, name, mine, *e.held, at)
	case e.made != nil && mine.Creates:
		return heldTwice(o, name, mine, *e.made, at)
	case e.ended != nil && e.ended.Mark != mine.Mark:
		return endedAndHeld(o, name, *e.ended, mine, at)
	}
	e.held = &mine
	return nil
}

// NoteRemoval notes that a resource destroys the object.
func (k *Keys) NoteRemoval(o Object, name string, mine Claim, at path.Path) diag.Diagnostics {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(o)
	if e.held != nil && e.made == nil && e.held.Mark != mine.Mark {
		return endedAndHeld(o, name, mine, *e.held, at)
	}
	e.ended = &mine
	return nil
}

// HoldList notes that a resource manages the whole of a list, or a value of it. Who
// manages the whole leaves nothing to others.
func (k *Keys) HoldList(list Object, name string, mine Claim, whole bool, at path.Path) diag.Diagnostics {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(list)
	other := e.whole
	if whole {
		e.whole, other = &mine, e.part
	} else {
		e.part = &mine
	}
	if other == nil {
		return nil
	}
	return heldTwice(list, name, mine, *other, at)
}

// Holds reports whether a resource creates or keeps the object, as far as the
// plan has come.
func (k *Keys) Holds(o Object) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entry(o).held != nil
}

// OnlyRemoved reports whether a resource destroys the object, and none holds it.
func (k *Keys) OnlyRemoved(o Object) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(o)
	return e.ended != nil && e.held == nil
}

// NoteCreated notes that a Create of this process made the object, or adopted it. What
// was planned is done with that.
func (k *Keys) NoteCreated(o Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(o)
	if e.made = e.held; e.made == nil {
		e.made = &Claim{}
	}
	e.held, e.ended, e.left, e.replaced = nil, nil, nil, false
}

// Created reports whether a Create of this process made the object.
func (k *Keys) Created(o Object) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entry(o).made != nil
}

// NoteAdopted notes that a Create of this process is about to adopt the object.
func (k *Keys) NoteAdopted(o Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.entry(o).adopted = true
}

// Adopted reports whether a Create of this process adopted the object: then no
// Delete may end it. With create_before_destroy the Delete comes last.
func (k *Keys) Adopted(o Object) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entry(o).adopted
}

// NoteDeleted notes that a Delete of this process ends the object.
func (k *Keys) NoteDeleted(o Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.objects, o)
}

// NoteReplaced notes that a Delete of this process ends the object for a Create to
// come, and what that Create needs to know.
func (k *Keys) NoteReplaced(o Object, left any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	*k.entry(o) = ledgerEntry{replaced: true, left: left}
}

// Replaced reports whether Replace was called for the object, and with what.
func (k *Keys) Replaced(o Object) (left any, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(o)
	return e.left, e.replaced
}

// Exists reports whether the tenant has the object, and whether that is one of
// those which every tenant has and nobody manages. The tenant's keys of the kind
// are read once; where they cannot be listed nothing exists, and the apply shows
// what does.
func (k *Keys) Exists(ctx context.Context, o Object, list func(context.Context) (map[string]bool, error)) (exists, predefined bool, err error) {
	k.listing.Lock()
	defer k.listing.Unlock()
	if _, ok := k.listed[o.Kind]; !ok {
		keys, err := list(ctx)
		if err != nil && !client.IsForbidden(err) && !client.IsUnsupported(err) {
			return false, false, err
		}
		if k.listed == nil {
			k.listed = map[string]map[string]bool{}
		}
		k.listed[o.Kind] = keys
	}
	predefined, exists = k.listed[o.Kind][o.ID]
	return exists, predefined, nil
}
