package providertest

// MustRun plans and applies a run that must give no error.
func (s *Stack) MustRun(run Run) *Planned {
	s.p.t.Helper()
	planned := s.Plan(run)
	if planned.Failed() {
		s.p.t.Fatalf("planning: %v", planned.Said)
	}
	if d := s.Apply(planned); d.Failed() {
		s.p.t.Fatalf("applying: %v", d)
	}
	return planned
}
