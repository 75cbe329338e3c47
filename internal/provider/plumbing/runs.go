package plumbing

import "sync/atomic"

// Runs reports whether one configured provider serves several runs. Terraform 1.16
// does that in "terraform test" for a provider block of a test file: it validates,
// plans and applies every run with the same provider, and the provider cannot tell a
// resource that is planned again from a second resource. Everywhere else a run
// validates the provider block before it configures the provider, and plans each
// resource that it validates.
type Runs struct {
	provider           atomic.Bool
	validated, planned atomic.Int64
}

// NoteProvider records that the provider block was validated.
func (r *Runs) NoteProvider() { r.provider.Store(true) }

// NoteValidated records that a resource passed its validation.
func (r *Runs) NoteValidated() { r.validated.Add(1) }

// NotePlanned records that a resource is planned, and not for its destruction.
func (r *Runs) NotePlanned() { r.planned.Add(1) }

// Several reports whether the provider serves several runs. A nil r is one run.
func (r *Runs) Several() bool {
	return r != nil && !r.provider.Load() && r.validated.Load() > r.planned.Load()
}
