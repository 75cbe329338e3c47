package providertest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Stack is a configuration of several resources, run by run, in this process:
// a run plans every block, in an order that the test chooses, and applies the
// plan in another run and another order, as the CLI does. It is for what
// resources of one run do to one another; use a Workspace for what only the CLI
// decides.
type Stack struct {
	p *Provider

	mu      sync.Mutex
	objects map[string]object // the state, by address
	made    []string          // their addresses, oldest first
}

type object struct {
	State

	tainted bool
}

// NewStack returns a stack without objects. The provider is configured.
func NewStack(p *Provider) *Stack { return &Stack{p: p, objects: map[string]object{}} }

// Block is a resource block.
type Block struct {
	Address     string // such as "iam_user.anna"
	Config      Values // may hold Refs
	CreateFirst bool   // create_before_destroy
}

// Ref is a reference to an attribute of another block. The block stands
// further up in the run.
type Ref struct{ Address, Attribute string }

// Deferred is a value that is unknown in the plan, as what a data source that is
// read in the apply answers.
type Deferred struct{ Value any }

// Order says when objects without a block are planned or destroyed.
type Order int

// The orders. Terraform chooses any of them for what has no references.
const (
	RemovalsLast Order = iota
	RemovalsFirst
	Together // at the same time as the rest; in the plan the same as RemovalsLast
)

// Run is one plan and its apply.
type Run struct {
	Blocks      []Block
	Replace     []string // the addresses of -replace
	Forget      []string // of removed blocks with destroy = false
	Targets     []string // of -target; all when empty
	NoRefresh   bool     // -refresh=false
	PlanOrder   Order
	Apply       Order
	OldestFirst bool // objects without a block go in the order in which they were created
}

// Step is what a plan does with an object.
type step struct {
	address string
	block   Block
	action  string // create, update, delete, replace, forget or no-op
	forced  bool   // a replacement that the configuration does not need
	prior   object
	planned State
}

// Planned is the plan of a run.
type Planned struct {
	Said  Diagnostics // each ends with the address in brackets
	run   Run
	steps []step
}

// Failed reports whether the plan has errors.
func (p *Planned) Failed() bool { return p.Said.Failed() }

// Actions returns what the plan does, without what stays as it is: "address
// action" each.
func (p *Planned) Actions() []string {
	var all []string
	for _, s := range p.steps {
		if s.action != "no-op" {
			all = append(all, s.address+" "+s.action)
		}
	}
	return all
}

// Taint marks an object, as a creation that failed halfway does.
func (s *Stack) Taint(address string) {
	o := s.objects[address]
	o.tainted = true
	s.objects[address] = o
}

// Adopt puts an object into the state, as an import does.
func (s *Stack) Adopt(address string, state State) { s.keep(address, object{State: state}) }

// Lose takes an object out of the state, as when nobody recorded it.
func (s *Stack) Lose(address string) { s.keep(address, object{}) }

// State returns an object of the state. Its values are nil when there is none.
func (s *Stack) State(address string) State { return s.objects[address].State }

func (s *Stack) keep(address string, o object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made = slices.DeleteFunc(s.made, func(a string) bool { return a == address })
	if o.Values == nil {
		delete(s.objects, address)
		return
	}
	s.objects[address] = o
	s.made = append(s.made, address)
}

func typeOf(address string) string {
	name, _, _ := strings.Cut(address, ".")
	return name
}

func at(address string, d Diagnostics) (all Diagnostics) {
	for _, text := range d {
		all = append(all, text+" ["+address+"]")
	}
	return all
}

// refresh reads every object again. What is gone leaves the state.
func (s *Stack) refresh() (said Diagnostics) {
	s.p.t.Helper()
	for _, address := range slices.Clone(s.made) {
		o := s.objects[address]
		read, d := s.p.Refresh(typeOf(address), o.State)
		said = append(said, at(address, d)...)
		if d.Failed() {
			continue
		}
		if read.Values == nil {
			s.keep(address, object{})
			continue
		}
		o.State = read
		s.objects[address] = o
	}
	return said
}

// Plan plans a run.
func (s *Stack) Plan(run Run) *Planned {
	s.p.t.Helper()
	s.p.NextRun()
	planned := &Planned{run: run}
	if !run.NoRefresh {
		planned.Said = s.refresh()
	}
	removals := s.removals(run)
	if run.PlanOrder == RemovalsFirst {
		s.planRemovals(planned, removals)
	}
	values := map[string]Values{}
	for _, b := range run.Blocks {
		if targeted(run, b.Address) {
			s.planBlock(planned, b, values)
		}
	}
	if run.PlanOrder != RemovalsFirst {
		s.planRemovals(planned, removals)
	}
	return planned
}

func targeted(run Run, address string) bool {
	return len(run.Targets) == 0 || slices.Contains(run.Targets, address)
}

// removals are the objects without a block, newest first unless the run says
// otherwise.
func (s *Stack) removals(run Run) (addresses []string) {
	made := slices.Clone(s.made)
	if !run.OldestFirst {
		slices.Reverse(made)
	}
	for _, address := range made {
		if !slices.ContainsFunc(run.Blocks, func(b Block) bool { return b.Address == address }) && targeted(run, address) {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

func (s *Stack) planRemovals(planned *Planned, addresses []string) {
	s.p.t.Helper()
	for _, address := range addresses {
		prior := s.objects[address]
		if slices.Contains(planned.run.Forget, address) { // the provider is not asked
			planned.steps = append(planned.steps, step{address: address, action: "forget", prior: prior})
			continue
		}
		gone, _, d := s.p.Plan(typeOf(address), prior.State, nil)
		planned.Said = append(planned.Said, at(address, d)...)
		planned.steps = append(planned.steps, step{address: address, action: "delete", prior: prior, planned: gone})
	}
}

// planBlock plans a block as Terraform does: a tainted object as if it did not
// exist, and a replacement twice, the second time as a creation with the
// private data of the first plan.
func (s *Stack) planBlock(planned *Planned, b Block, values map[string]Values) {
	s.p.t.Helper()
	typeName := typeOf(b.Address)
	config, _ := resolve(b.Config, func(v any) any {
		if r, ok := v.(Ref); ok {
			return lookup(r, values[r.Address], s.objects[r.Address])
		}
		return Unknown
	}).(Values)
	next := step{address: b.Address, block: b, prior: s.objects[b.Address]}
	start := next.prior.State
	if next.prior.tainted {
		start = State{}
	}
	first, replace, d := s.p.Plan(typeName, start, config)
	planned.Said = append(planned.Said, at(b.Address, d)...)
	if d.Failed() {
		return
	}
	next.planned = first
	next.forced = slices.Contains(planned.run.Replace, b.Address) && !replace
	switch {
	case next.prior.tainted:
		next.action, next.forced = "replace", true
	case start.Values == nil:
		next.action = "create"
	case replace || next.forced:
		next.action = "replace"
		next.planned, _, d = s.p.Plan(typeName, State{Private: first.Private}, config)
		planned.Said = append(planned.Said, at(b.Address, d)...)
	case same(first.Values, start.Values):
		next.action = "no-op"
	default:
		next.action = "update"
	}
	values[b.Address] = next.planned.Values
	planned.steps = append(planned.steps, next)
}

func lookup(r Ref, planned Values, o object) any {
	if planned != nil {
		return planned[r.Attribute]
	}
	return o.Values[r.Attribute]
}

// resolve returns a value with something else in the place of each Ref and
// Deferred.
func resolve(v any, lookup func(any) any) any {
	switch v := v.(type) {
	case Ref, Deferred:
		return lookup(v)
	case Values:
		if v == nil {
			return v
		}
		out := Values{}
		for name, item := range v {
			out[name] = resolve(item, lookup)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = resolve(item, lookup)
		}
		return out
	}
	return v
}

// same compares values as they print, in which maps have one order.
func same(a, b Values) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

// Apply applies a plan in a separate run. An error in one step stops only the
// steps that refer to it.
func (s *Stack) Apply(planned *Planned) (said Diagnostics) {
	s.p.t.Helper()
	if planned.Failed() {
		s.p.t.Fatalf("the plan has errors: %v", planned.Said)
	}
	s.p.NextRun()
	said, deposed := s.applySteps(planned)
	for _, old := range deposed {
		_, d := s.p.applyInRun(typeOf(old.address), old.prior.State, nil)
		said = append(said, at(old.address+" (deposed)", d)...)
	}
	return said
}

// applySteps applies the steps in the order of the run, and returns what
// create_before_destroy leaves to be destroyed.
func (s *Stack) applySteps(planned *Planned) (said Diagnostics, deposed []step) {
	s.p.t.Helper()
	var removals, others []step
	for _, next := range planned.steps {
		if next.action == "delete" || next.action == "forget" {
			removals = append(removals, next)
		} else {
			others = append(others, next)
		}
	}
	var mu sync.Mutex
	apply := func(steps []step) {
		for _, next := range steps {
			d, left := s.applyStep(next)
			mu.Lock()
			said = append(said, at(next.address, d)...)
			if left {
				deposed = append(deposed, next)
			}
			mu.Unlock()
		}
	}
	switch planned.run.Apply {
	case RemovalsFirst:
		apply(slices.Concat(removals, others))
	case RemovalsLast:
		apply(slices.Concat(others, removals))
	case Together:
		var all sync.WaitGroup
		all.Go(func() { apply(others) })
		for _, next := range removals {
			all.Go(func() { apply([]step{next}) })
		}
		all.Wait()
	}
	return said, deposed
}

// applyStep applies a step. Left reports whether the old object is still to be
// destroyed.
func (s *Stack) applyStep(next step) (d Diagnostics, left bool) {
	s.p.t.Helper()
	typeName := typeOf(next.address)
	switch next.action {
	case "forget":
		s.keep(next.address, object{})
		return nil, false
	case "delete":
		after, d := s.p.apply(typeName, next.prior.State, State{Private: next.planned.Private}, nil)
		s.keep(next.address, object{State: after})
		return d, false
	case "no-op":
		return nil, false
	}
	config, _ := resolve(next.block.Config, s.known).(Values)
	prior := next.prior.State
	if next.action == "replace" {
		if !next.block.CreateFirst {
			gone, d := s.p.apply(typeName, prior, State{Private: next.planned.Private}, nil)
			s.keep(next.address, object{State: gone})
			if d.Failed() {
				return d, false
			}
		}
		prior = State{}
	}
	d = s.create(next, prior, config)
	return d, next.action == "replace" && next.block.CreateFirst && !d.Failed()
}

// known returns what a Ref or a Deferred turns out to be.
func (s *Stack) known(v any) any {
	switch v := v.(type) {
	case Ref:
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.objects[v.Address].Values[v.Attribute]
	case Deferred:
		return v.Value
	}
	return v
}

// create makes or changes an object. It is planned once more, now that every
// reference is known: what was known in the plan must be the same.
func (s *Stack) create(next step, prior State, config Values) Diagnostics {
	s.p.t.Helper()
	typeName := typeOf(next.address)
	start := prior
	if prior.Values == nil {
		start.Private = nil
	}
	final, replace, d := s.p.Plan(typeName, start, config)
	if d.Failed() {
		return d
	}
	if at, ok := consistent(next.planned.Values, final.Values); !ok || replace && prior.Values != nil {
		return append(d, fmt.Sprintf("error: inconsistent final plan: %s was %v and is %v (replaced: %t)", at, next.planned.Values, final.Values, replace))
	}
	if prior.Values != nil && same(final.Values, prior.Values) {
		return d // Terraform has nothing to do then
	}
	after, dd := s.p.apply(typeName, prior, final, config)
	d = append(d, dd...)
	s.keep(next.address, object{State: after, tainted: dd.Failed() && prior.Values == nil})
	if at, ok := consistent(final.Values, after.Values); !ok && !dd.Failed() {
		d = append(d, fmt.Sprintf("error: inconsistent result: %s was planned as %v and is %v", at, final.Values, after.Values))
	}
	return d
}

// consistent reports whether values match the known planned values. at names an
// attribute that does not.
func consistent(promised, values any) (at string, ok bool) {
	if promised == any(Unknown) {
		return "", true
	}
	if m, isMap := promised.(Values); isMap {
		have, _ := values.(Values)
		for name, item := range m {
			if _, ok := consistent(item, have[name]); !ok {
				return name, false
			}
		}
		return "", len(have) == len(m)
	}
	if items, isList := promised.([]any); isList && slices.Contains(items, any(Unknown)) {
		have, _ := values.([]any)
		return "", len(have) == len(items)
	}
	return "", fmt.Sprint(promised) == fmt.Sprint(values)
}
