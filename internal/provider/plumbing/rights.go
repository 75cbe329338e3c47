package plumbing

import (
	"context"
	"maps"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Rights are what a tenant's groups can be given, as this run plans it.
type Rights struct {
	access.Rights

	// List are the role templates that the tenant has.
	List    []api.Template
	unknown map[string]bool // access controls whose scopes are not known yet
}

// KnowsAll reports whether it is known what all of the access controls give.
func (r Rights) KnowsAll(controls []string) bool {
	for _, id := range controls {
		if r.unknown[id] || !r.Knows(id) {
			return false
		}
	}
	return true
}

// controlPlans remembers what the access controls and scopes that a run plans
// will be.
type controlPlans struct {
	controls map[string]access.OwnControl
	unknown  map[string]bool
	scopes   map[string]bool
}

// PlanControl notes what an access control of the tenant's own will be; known is
// false while its scopes are not.
func (d *Data) PlanControl(id string, c access.OwnControl, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.controlPlans.controls == nil {
		d.controlPlans.controls, d.controlPlans.unknown = map[string]access.OwnControl{}, map[string]bool{}
	}
	d.controlPlans.controls[id], d.controlPlans.unknown[id] = c, !known
}

// PlanScope notes that the tenant will have a scope of its own, or no longer.
func (d *Data) PlanScope(id string, exists bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.controlPlans.scopes == nil {
		d.controlPlans.scopes = map[string]bool{}
	}
	d.controlPlans.scopes[id] = exists
}

// PresentRights returns what the tenant's groups can be given as it is now, read
// once per run: what a read shows, whatever the run plans.
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

// Rights returns what the tenant's groups can be given, with what the run plans
// laid over what is there.
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

// HasScope reports whether the tenant has a scope that is not predefined, or will
// have it by what the run plans. Where the token may not read scopes it is taken to
// have all.
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

// HasControl is HasScope for an access control that Rights does not show: a list may
// lag behind.
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
		rights, err = access.Rights{}, nil // groups are taken to have all that they can
	}
	if err == nil {
		d.rights = &rights
	}
	return err
}

// ForgetRights makes Rights read access controls and scopes again: call it after
// a write.
func (d *Data) ForgetRights() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rights = nil
}
