package providertest

import (
	"fmt"
	"slices"
	"testing"
)

// Step is a change of one resource; a nil configuration destroys it.
type Step struct {
	Type   string
	Prior  State
	Config Values
	Known  Values // the configuration at apply, where the plan does not know all of it
}

// EachOrder plans the steps that made returns in each order and applies them in
// each order, as Terraform does with independent resources. The apply is
// another run than the plan, plans again what it does not destroy, and does not
// stop at errors. check gets the diagnostics of both; after a failed plan
// nothing is applied.
func EachOrder(t *testing.T, backend func(testing.TB) Backend, made func(*Provider, Backend) []Step, check func(t *testing.T, b Backend, first Step, planned, applied Diagnostics)) {
	t.Helper()
	probe := made(providerOf(t, backend))
	for _, plans := range permutations(len(probe)) {
		for _, applies := range permutations(len(probe)) {
			t.Run(fmt.Sprintf("planned %v, applied %v", plans, applies), func(t *testing.T) {
				t.Parallel()
				p, b := providerOf(t, backend)
				steps := made(p, b)
				p.NextRun()
				plan := make([]State, len(steps))
				var planned, applied Diagnostics
				for _, i := range plans {
					var d Diagnostics
					plan[i], _, d = p.Plan(steps[i].Type, steps[i].Prior, steps[i].Config)
					planned = append(planned, d...)
				}
				if !planned.Failed() {
					p.NextRun()
					for _, i := range applies {
						_, d := p.ApplyStep(steps[i], plan[i])
						applied = append(applied, d...)
					}
				}
				check(t, b, steps[plans[0]], planned, applied)
			})
		}
	}
}

func providerOf(t testing.TB, backend func(testing.TB) Backend) (*Provider, Backend) {
	b := backend(t)
	return New(t, b.Config), b
}

// ApplyStep applies a step that an earlier run has planned.
func (p *Provider) ApplyStep(c Step, planned State) (State, Diagnostics) {
	p.t.Helper()
	if c.Known != nil {
		return p.ApplyPlanned(c.Type, c.Prior, planned, c.Known)
	}
	return p.ApplyPlanned(c.Type, c.Prior, planned, c.Config)
}

// permutations returns the orders of n things.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, rest := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(rest), i, n-1))
		}
	}
	return all
}
