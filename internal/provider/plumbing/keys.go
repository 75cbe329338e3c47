package plumbing

import (
	"context"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/client"
)

// User is the user with the e-mail address, the natural key of users. It is compared
// in lower case.
func User(email string) Object { return Object{Kind: "user", ID: strings.ToLower(email)} }

// TeamMember is the team member with the e-mail address.
func TeamMember(email string) Object { return Object{Kind: "team member", ID: strings.ToLower(email)} }

// Claim is a resource's claim to create, keep or destroy an object.
type Claim struct {
	Type    string // iam_user
	Label   string // distinguishes it from others of its type, as in `first_name = "Jo"`; may be empty
	Mark    string // distinguishes two resources from one that is planned twice
	ID      string // natural key of the object in the state; empty for a creation
	Creates bool
}

// same reports whether both claims come from one resource that is planned twice:
// they have the same mark, or the same object in the state.
func (c Claim) same(other Claim) bool {
	return c.Mark == other.Mark || c.Type == other.Type && c.ID != "" && c.ID == other.ID
}

// Keys is the ledger of a run: which objects its resources hold and remove, and
// which objects the states have. Each object has one resource. The zero value is an
// empty ledger.
type Keys struct {
	// Runs tells whether claims can be compared at all. Nil is one run.
	Runs *Runs

	mu      sync.Mutex
	objects map[Object]*ledgerEntry

	listing sync.Mutex
	listed  map[string]map[string]bool // the tenant's keys by kind; true: predefined
}

// ledgerEntry is what the run knows about an object.
type ledgerEntry struct {
	inState  bool   // a state has the object
	held     *Claim // of the resource that creates or keeps it
	removed  *Claim // of the resource that destroys it
	created  *Claim // of the resource whose Create in this process created or adopted it
	adopted  bool   // it existed before
	replaced bool   // a Delete of this process removed it and a Create follows
	left     any    // what that Delete passes to the Create

	whole, part *Claim // of the resource that manages a whole list, and of one that manages a value
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

// NoteInState records that a state has the object.
func (k *Keys) NoteInState(o Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.entry(o).inState = true
}

// InState reports whether a state has the object.
func (k *Keys) InState(o Object) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entry(o).inState
}

// NoteMissing records that a refresh did not find the object of a state.
func (k *Keys) NoteMissing(o Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(o)
	e.inState, e.created = false, nil
}

// Hold records that a resource creates or keeps the object. It returns an error if
// another resource does so as well, or destroys the object. name names the object in
// the error.
func (k *Keys) Hold(o Object, name string, mine Claim, at path.Path) diag.Diagnostics {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(o)
	switch {
	case k.Runs.Several():
	case e.held != nil && !e.held.same(mine):
		return heldTwice(o, name, mine, *e.held, at)
	case e.created != nil && mine.Creates:
		return heldTwice(o, name, mine, *e.created, at)
	case e.removed != nil && e.removed.Mark != mine.Mark:
		return removedAndHeld(o, name, *e.removed, mine, at)
	}
	e.held = &mine
	return nil
}

// NoteRemoval records that a resource destroys the object. It returns an error if
// another resource holds it.
func (k *Keys) NoteRemoval(o Object, name string, mine Claim, at path.Path) diag.Diagnostics {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(o)
	if e.held != nil && e.created == nil && e.held.Mark != mine.Mark && !k.Runs.Several() {
		return removedAndHeld(o, name, mine, *e.held, at)
	}
	e.removed = &mine
	return nil
}

// HoldList records that a resource manages a whole list, or one value of a list. It
// returns an error if one resource manages the whole list and another a value.
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
	if other == nil || k.Runs.Several() {
		return nil
	}
	return heldTwice(list, name, mine, *other, at)
}

// Holds reports whether a resource planned so far creates or keeps the object.
func (k *Keys) Holds(o Object) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entry(o).held != nil
}

// OnlyRemoved reports whether a resource planned so far destroys the object and none
// holds it.
func (k *Keys) OnlyRemoved(o Object) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(o)
	return e.removed != nil && e.held == nil
}

// NoteCreated records that a Create of this process created or adopted the object,
// which completes what was planned.
func (k *Keys) NoteCreated(o Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(o)
	if e.created = e.held; e.created == nil {
		e.created = &Claim{}
	}
	e.held, e.removed, e.left, e.replaced = nil, nil, nil, false
}

// Created reports whether a Create of this process created or adopted the object.
func (k *Keys) Created(o Object) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entry(o).created != nil
}

// NoteAdopted records that a Create of this process is about to adopt the object.
func (k *Keys) NoteAdopted(o Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.entry(o).adopted = true
}

// Adopted reports whether a Create of this process adopted the object. A Delete must
// then keep it: with create_before_destroy the Delete runs last.
func (k *Keys) Adopted(o Object) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entry(o).adopted
}

// NoteDeleted records that a Delete of this process deletes the object.
func (k *Keys) NoteDeleted(o Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.objects, o)
}

// NoteReplaced records that a Delete of this process deletes the object and that a
// Create of the same key follows, to which left is passed.
func (k *Keys) NoteReplaced(o Object, left any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	*k.entry(o) = ledgerEntry{replaced: true, left: left}
}

// Replaced reports whether NoteReplaced was called for the object, and with what.
func (k *Keys) Replaced(o Object) (left any, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entry(o)
	return e.left, e.replaced
}

// Exists reports whether the tenant has the object, and whether it is predefined:
// one that every tenant has and that cannot be managed. The tenant's keys of the kind
// are read once. If the API does not list them, Exists reports false and leaves the
// error to the apply.
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
