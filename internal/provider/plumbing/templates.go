package plumbing

import (
	"context"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// templatePlans remembers what the role templates that a run plans will give.
// Groups planned after a template show what they will have, not what they would
// have today.
type templatePlans struct {
	mu      sync.Mutex
	planned map[string]plannedTemplate
	used    map[string]access.Access // what others were planned from, as the tenant has it

	asked       bool
	unsupported error
}

type plannedTemplate struct {
	gives access.Access
	known bool
}

// PlanTemplate notes what a role template will give once the plan is applied;
// known is false while that is not. It reports whether something was planned
// before from what the template gives today, although that changes: Terraform
// did not know that it depends on the template.
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

// TemplateAccess returns what a role template of the tenant gives: as this run
// plans it, or else as it is in the tenant's list. Found is false when it is
// neither; known is false when it is planned and not known yet.
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

// Templates returns the tenant's role templates, read once per run and again
// after one was written.
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

// ForgetTemplates makes Templates read the list again: call it after a write,
// which may change other templates, too.
func (d *Data) ForgetTemplates() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.templates = nil
}

// TemplatesSupported returns an error when the API can only list role templates,
// asked once per run. When that cannot be found out it is for the attempt to
// show.
func (d *Data) TemplatesSupported(ctx context.Context) error {
	d.plans.mu.Lock()
	defer d.plans.mu.Unlock()
	if !d.plans.asked {
		_, err := d.Client.Template(ctx, access.Templates()[0].ID)
		d.plans.asked = err == nil || client.IsUnsupported(err)
		if client.IsUnsupported(err) {
			d.plans.unsupported = err
		}
	}
	return d.plans.unsupported
}
