package plumbing

import (
	"context"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// templatePlans records the access of the role templates that a run plans. Groups
// planned after a template show the access they will have, not what they would have
// today.
type templatePlans struct {
	mu      sync.Mutex
	planned map[string]plannedTemplate
	used    map[string]access.Access // current access of templates that other plans are based on
}

type plannedTemplate struct {
	gives access.Access
	known bool
}

// PlanTemplate records the access that a role template gives after the apply. known
// reports whether that is known. late is true if a group was already planned with the
// template's current access although the template changes: Terraform did not know
// that the group depends on the template.
func (d *Data) PlanTemplate(id string, gives access.Access, known bool) (late bool) {
	d.plans.mu.Lock()
	defer d.plans.mu.Unlock()
	if d.plans.planned == nil {
		d.plans.planned = map[string]plannedTemplate{}
	}
	d.plans.planned[id] = plannedTemplate{gives, known}
	before, used := d.plans.used[id]
	return used && (!known || before != gives)
}

// TemplateAccess returns the access that a role template gives: as this run plans it,
// or else as in the tenant's list. found is false if the template is in neither;
// known is false if its plan is not known yet.
func (d *Data) TemplateAccess(id string, tenant []api.Template) (gives access.Access, found, known bool) {
	d.plans.mu.Lock()
	defer d.plans.mu.Unlock()
	if p, ok := d.plans.planned[id]; ok {
		return p.gives, true, p.known
	}
	for _, t := range tenant {
		if t.ID != id {
			continue
		}
		if d.plans.used == nil {
			d.plans.used = map[string]access.Access{}
		}
		d.plans.used[id] = t.Levels()
		return t.Levels(), true, true
	}
	return gives, false, false
}

// Templates returns the tenant's role templates. They are read once per run, and
// again after ForgetTemplates.
func (d *Data) Templates(ctx context.Context) ([]api.Template, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.templates == nil {
		list, err := d.Client.Templates(ctx)
		if err != nil {
			return nil, err
		}
		d.templates = list
	}
	return d.templates, nil
}

// ForgetTemplates clears the cache of Templates. Call it after a write, which may
// also change other templates.
func (d *Data) ForgetTemplates() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.templates = nil
}
