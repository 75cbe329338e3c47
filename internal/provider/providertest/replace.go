package providertest

// Replacement is why and how Terraform replaces an object.
type Replacement struct {
	Forced      bool // by -replace or replace_triggered_by; otherwise the object is tainted, and planned as if it did not exist
	CreateFirst bool // create_before_destroy
}

// Replace replaces an object whose attributes need no replacement. Plan and
// apply are runs of their own, as they are for Terraform. It returns the new
// object and what is left of the old one.
func (p *Provider) Replace(typeName string, prior State, config Values, how Replacement) (made, left State, d Diagnostics) {
	p.t.Helper()
	defer p.begin(false)()
	if read, _ := p.Refresh(typeName, prior); read.Values == nil {
		p.t.Fatalf("the object to replace no longer exists: %v", prior.Values)
	}
	var start State
	if how.Forced {
		var first State
		if first, _, d = p.plan(typeName, prior, config); d.Failed() {
			return State{}, prior, d
		}
		start.Private = first.Private
	}
	planned, _, dd := p.plan(typeName, start, config)
	if d = append(d, dd...); d.Failed() {
		return State{}, prior, d
	}
	p.applies()
	left = prior
	if !how.CreateFirst {
		// The destruction has no plan of its own.
		if left, dd = p.apply(typeName, prior, State{Private: planned.Private}, nil); dd.Failed() {
			return State{}, left, append(d, dd...)
		}
		d = append(d, dd...)
	}
	made, dd = p.applyInRun(typeName, State{}, config)
	if d = append(d, dd...); d.Failed() {
		return made, left, d
	}
	if how.CreateFirst {
		// The old object is deposed, and its destruction planned only now.
		left, dd = p.applyInRun(typeName, prior, nil)
		d = append(d, dd...)
	}
	return made, left, d
}
