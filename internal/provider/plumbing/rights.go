package plumbing

import (
	"context"
	"maps"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Rights are the access controls, role templates and scopes that a tenant's groups
// can have, as this run plans them.
type Rights struct {
	access.Rights

	// List are the role templates that the tenant has.
	List    []api.Template
	unknown map[string]bool // access controls with scopes that are unknown until the apply
}

// KnowsAll reports whether the scopes of all the access controls are known.
func (r Rights) KnowsAll(controls []string) bool {
	for _, id := range controls {
		if r.unknown[id] || !r.Knows(id) {
			return false
		}
	}
	return true
}

// controlPlans records the access controls and scopes that a run plans.
type controlPlans struct {
	controls map[string]access.OwnControl
	unknown  map[string]bool
	scopes   map[string]bool
}

// PlanControl records the plan of a custom access control. known reports whether its
// scopes are known.
func (d *Data) PlanControl(id string, c access.OwnControl, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.controlPlans.controls == nil {
		d.controlPlans.controls, d.controlPlans.unknown = map[string]access.OwnControl{}, map[string]bool{}
	}
	d.controlPlans.controls[id], d.controlPlans.unknown[id] = c, !known
}

// PlanScope records whether the tenant will have a custom scope after the apply.
func (d *Data) PlanScope(id string, exists bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.controlPlans.scopes == nil {
		d.controlPlans.scopes = map[string]bool{}
	}
	d.controlPlans.scopes[id] = exists
}

// PresentRights returns the current rights of the tenant, without the plans of this
// run. They are read once per run.
func (d *Data) PresentRights(ctx context.Context) (Rights, error) {
	templates, err := d.Templates(ctx)
	if err != nil {
		return Rights{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rights == nil {
		if err := d.readRights(ctx); err != nil {
			return Rights{}, err
		}
	}
	r := Rights{
		Rights: access.Rights{Controls: maps.Clone(d.rights.Controls), Templates: map[string][]string{}, Scopes: maps.Clone(d.rights.Scopes), Available: d.rights.Available},
		List:   templates,
	}
	for _, t := range templates {
		r.Templates[t.ID] = t.AccessControls
	}
	if r.Controls == nil {
		r.Controls = map[string]access.OwnControl{}
	}
	return r, nil
}

// Rights returns the rights of the tenant with the plans of this run applied.
func (d *Data) Rights(ctx context.Context) (Rights, error) {
	r, err := d.PresentRights(ctx)
	if err != nil {
		return r, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	r.unknown = maps.Clone(d.controlPlans.unknown)
	maps.Copy(r.Controls, d.controlPlans.controls)
	if r.Scopes != nil {
		maps.Copy(r.Scopes, d.controlPlans.scopes)
	}
	return r, nil
}

// HasScope reports whether the tenant has a custom scope, or will have it according
// to this run's plans. If the token may not read scopes, HasScope reports true.
func (d *Data) HasScope(ctx context.Context, id string) (bool, error) {
	d.mu.Lock()
	exists, planned := d.controlPlans.scopes[id]
	d.mu.Unlock()
	if planned {
		return exists, nil
	}
	_, err := d.Client.Scope(ctx, id)
	return existsOrHidden(err)
}

// HasControl is HasScope for an access control that Rights does not have, because
// lists may lag behind.
func (d *Data) HasControl(ctx context.Context, id string) (bool, error) {
	_, err := d.Client.AccessControl(ctx, id)
	return existsOrHidden(err)
}

func existsOrHidden(err error) (bool, error) {
	switch {
	case client.IsNotFound(err):
		return false, nil
	case client.IsForbidden(err) || client.IsUnsupported(err):
		return true, nil
	}
	return err == nil, err
}

func (d *Data) readRights(ctx context.Context) error {
	rights, err := d.Client.Rights(ctx)
	if client.IsForbidden(err) {
		rights, err = access.Rights{}, nil // groups are assumed to have all they can
	}
	if err == nil {
		d.rights = &rights
	}
	return err
}

// ForgetRights clears the cache of access controls and scopes. Call it after a write.
func (d *Data) ForgetRights() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rights = nil
}
