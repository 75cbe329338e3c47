package plumbing

// Guardrails are the limits that the provider block sets to plans.
type Guardrails struct {
	RequireDependencies bool
}
