package api

// TemplateDefinition is a role template with what it was made from, as the
// answer of GET PathTemplate. Only the reference backend has it.
type TemplateDefinition struct {
	Template

	BasedOn    string            `json:"basedOn,omitempty"` // id of another template
	Access     map[string]string `json:"access,omitempty"`  // entity to level, laid over BasedOn
	Predefined bool              `json:"predefined"`
	Metadata   *Metadata         `json:"metadata,omitempty"`
}

// TemplateUpdate is the body of PUT PathTemplate. It makes the template, or
// replaces it: members left out become unset.
type TemplateUpdate struct {
	Name        Text              `json:"name"`
	Description Text              `json:"description,omitempty"`
	BasedOn     string            `json:"basedOn,omitempty"`
	Access      map[string]string `json:"access"`
	Metadata    *Expected         `json:"metadata,omitempty"`
}
