package api

// TemplateDefinition is a role template with its definition, as returned by GET
// PathTemplate. Only the reference backend has it.
type TemplateDefinition struct {
	Template

	BasedOn    string            `json:"basedOn,omitempty"` // id of another template
	Access     map[string]string `json:"access,omitempty"`  // level by entity, overlaid on BasedOn
	Predefined bool              `json:"predefined"`
	Metadata   *Metadata         `json:"metadata,omitempty"`
}

// TemplateUpdate is the body of PUT PathTemplate. It creates or replaces the
// template: omitted members become unset.
type TemplateUpdate struct {
	Name        Text              `json:"name"`
	Description Text              `json:"description,omitempty"`
	BasedOn     string            `json:"basedOn,omitempty"`
	Access      map[string]string `json:"access"`
	Metadata    *Expected         `json:"metadata,omitempty"`
}
