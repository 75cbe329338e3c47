package client

import (
	"context"
	"fmt"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Rights reads what the tenant's groups can carry in addition to what is predefined:
// its role templates, access controls and scopes.
func (c *Client) Rights(ctx context.Context) (access.Rights, error) {
	rights, err := c.templateRights(ctx)
	if err == nil {
		err = c.addControls(ctx, &rights)
	}
	return rights, err
}

// rightsOf reads the part of the rights that the groups need.
func (c *Client) rightsOf(ctx context.Context, groups []access.Group) (rights access.Rights, err error) {
	if slices.ContainsFunc(groups, func(g access.Group) bool { return len(g.Templates) > 0 }) {
		if rights, err = c.templateRights(ctx); err != nil {
			return rights, err
		}
	}
	if who := carriesOwn(groups, rights); who != "" {
		if err := c.addControls(ctx, &rights); err != nil {
			return rights, unreadControls(who, err)
		}
	}
	return rights, nil
}

// unreadControls names the carrier of access controls that could not be read.
func unreadControls(who string, err error) error {
	err = fmt.Errorf("%s carries custom access controls: %w", who, err)
	if IsForbidden(err) {
		err = fmt.Errorf("%w (%w)", err, ErrControlsUnread)
	}
	return err
}

// carriesOwn returns the first group or role template that carries a custom access
// control; "" if none does.
func carriesOwn(groups []access.Group, rights access.Rights) string {
	own := func(id string) bool { _, predefined := access.ControlByID(id); return !predefined }
	for _, g := range groups {
		if slices.ContainsFunc(g.Controls, own) {
			return "group " + g.ID
		}
		for _, template := range g.Templates {
			if slices.ContainsFunc(rights.TemplateControls(template), own) {
				return "role template " + template
			}
		}
	}
	return ""
}

func (c *Client) templateRights(ctx context.Context) (access.Rights, error) {
	templates, err := c.Templates(ctx)
	rights := access.Rights{Templates: make(map[string][]string, len(templates))}
	for _, t := range templates {
		rights.Templates[t.ID] = t.AccessControls
	}
	return rights, err
}

// addControls adds the custom access controls and scopes of the tenant.
func (c *Client) addControls(ctx context.Context, rights *access.Rights) error {
	controls, err := c.AccessControls(ctx)
	if err != nil {
		return err
	}
	rights.Controls, rights.Scopes, rights.Available = map[string]access.OwnControl{}, map[string]bool{}, map[string]bool{}
	for _, a := range controls {
		rights.Available[a.ID] = true
		if _, predefined := access.ControlByID(a.ID); predefined {
			continue
		}
		if len(a.Scopes) == 0 { // some servers omit them in lists
			whole, err := c.AccessControl(ctx, a.ID)
			if err != nil {
				return err
			}
			a = *whole
		}
		rights.Controls[a.ID] = OwnControl(a)
	}
	if len(rights.Controls) == 0 {
		return nil
	}
	scopes, err := c.Scopes(ctx)
	if IsForbidden(err) {
		rights.Scopes = nil // all scopes of access controls count
		return nil
	}
	for _, s := range scopes {
		rights.Scopes[s.ID] = true
	}
	return err
}

// OwnControl converts a custom access control for the access rules.
func OwnControl(a api.AccessControl) access.OwnControl {
	return access.OwnControl{Scopes: a.Scopes, RestrictionAware: a.RestrictionAware, VendorAware: a.VendorAware}
}
