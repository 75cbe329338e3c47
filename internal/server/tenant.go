package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/audit"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// EnsureTenant creates the tenant with its initial objects, or leaves an existing one
// unchanged. Owner is the e-mail address of a new tenant's Owner; empty means
// owner@TENANT.example.
func (s *Server) EnsureTenant(ctx context.Context, name, owner string) (created bool, err error) {
	if !api.ValidTenant(name) {
		return false, fmt.Errorf("tenant %q: a tenant's name has 3 to 16 lower-case letters and digits and starts with a letter", name)
	}
	if owner == "" {
		owner = "owner@" + name + ".example"
	}
	if _, err := s.store.Tenant(ctx, name); err == nil {
		return false, nil
	} else if !errors.Is(err, store.ErrNotFound) {
		return false, fmt.Errorf("looking for tenant %s: %w", name, err)
	}
	// One event for the tenant with all that it starts with.
	err = s.unrecorded.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		if err := audit.NewTx(tx, s.now).CreateTenant(ctx, store.Tenant{Name: name, CreatedAt: s.timestamp()}); err != nil {
			return err
		}
		return s.fillTenant(ctx, tx, name, owner)
	})
	if errors.Is(err, store.ErrExists) {
		return false, nil // another process created it meanwhile
	}
	if err != nil {
		return false, fmt.Errorf("creating tenant %s: %w", name, err)
	}
	return true, nil
}

// fillTenant creates the settings, the predefined objects and the Owner of a new tenant.
func (s *Server) fillTenant(ctx context.Context, tx store.Tx, tenant, owner string) error {
	if err := s.putSettings(ctx, tx, tenant); err != nil {
		return err
	}
	if err := s.putFirstSite(ctx, tx, tenant); err != nil {
		return err
	}
	now := s.timestamp() // the same for all: lists are sorted by time, then id
	for _, c := range access.Controls() {
		err := tx.CreateAccessControl(ctx, store.AccessControl{
			Tenant: tenant, ID: c.ID, Name: wire.English(c.Label), Domains: []string{c.Label}, Scopes: c.Scopes,
			RestrictionAware: c.RestrictionAware(), RestrictedTo: string(c.RestrictedTo), VendorAware: c.VendorAware,
			Predefined: true, CreatedAt: now,
		})
		if err != nil {
			return fmt.Errorf("creating access control %s: %w", c.ID, err)
		}
	}
	for _, t := range access.Templates() {
		err := tx.CreateTemplate(ctx, store.Template{
			Tenant: tenant, ID: t.ID, Name: wire.English(t.Label), AccessControls: access.ControlIDs(access.Expand(t.Access, nil)),
			Predefined: true, CreatedAt: now,
		})
		if err != nil {
			return fmt.Errorf("creating template %s: %w", t.ID, err)
		}
	}
	for _, g := range access.PredefinedGroups() {
		err := tx.CreateGroup(ctx, store.Group{
			Tenant: tenant, ID: g.ID, Name: wire.English(g.Name), Description: wire.English(g.Description), Code: g.Code,
			UserType: string(g.UserType), AccessControls: g.Controls, Predefined: true, CreatedAt: now,
		})
		if err != nil {
			return fmt.Errorf("creating group %s: %w", g.ID, err)
		}
	}
	return s.createOwner(ctx, tx, tenant, owner)
}

// createOwner creates the Owner of the tenant's team, who is also a user and can manage
// everything: without such a user, no one could add others.
func (s *Server) createOwner(ctx context.Context, tx store.Tx, tenant, email string) error {
	u, err := s.createUser(ctx, tx, tenant, api.UserCreate{
		FirstName: "Tenant", LastName: "Owner", ContactEmail: email, Department: "Administration",
		PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{access.OwnerGroupID},
	})
	if err != nil {
		return fmt.Errorf("creating the Owner %s: %w", email, err)
	}
	err = tx.CreateTeamMember(ctx, store.TeamMember{
		Tenant: tenant, ID: u.ID, Email: email, Role: string(access.RoleOwner), Status: string(api.MemberActive), CreatedAt: u.CreatedAt, JoinedAt: u.CreatedAt,
	})
	if err != nil {
		return fmt.Errorf("creating the team of %s: %w", email, err)
	}
	if err := register(ctx, tx, email, u.CreatedAt); err != nil {
		return err
	}
	return tx.UpdateUser(ctx, tenant, u.ID, func(u *store.User) error {
		u.Status = string(api.UserActive)
		return nil
	})
}

// putSettings creates the settings of a new tenant: languages, currencies, no restrictions.
func (s *Server) putSettings(ctx context.Context, tx store.Tx, tenant string) error {
	languages, err := options("en", "de", "fr")
	if err != nil {
		return err
	}
	currencies, err := options("EUR", "USD", "GBP")
	if err != nil {
		return err
	}
	for key, value := range map[string]any{
		api.SettingLanguages: languages, api.SettingCurrencies: currencies,
		api.SettingRestrictions: []string{}, api.SettingSiteSync: false,
	} {
		text, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("encoding the setting %s: %w", key, err)
		}
		if _, err := s.storeSetting(ctx, tx, settingOwner{tenant: tenant}, api.Setting{Key: key, Value: text}); err != nil {
			return err
		}
	}
	return nil
}

// putFirstSite creates the default site of a new tenant. A migration of the database created
// the same one for older tenants.
func (s *Server) putFirstSite(ctx context.Context, tx store.DocumentTx, tenant string) error {
	doc, err := plain(api.Site{
		Code: "main", Name: "Main", Active: true, Default: true, DefaultLanguage: "en", Languages: []string{"en", "de", "fr"},
		Currency: "EUR", AvailableCurrencies: []string{"EUR", "USD", "GBP"},
		HomeBase:        api.HomeBase{Address: api.SiteAddress{Country: "DE", ZipCode: "10115"}},
		ShipToCountries: []string{"DE"}, TaxDeterminationBasedOn: api.TaxByBillingAddress,
	})
	if err != nil {
		return err
	}
	return s.storeSite(ctx, tx, tenant, doc)
}

// options returns choices as the platform stores them: JSON in a text, the default first.
func options(ids ...string) (string, error) {
	var list []api.SettingOption
	for i, id := range ids {
		list = append(list, api.SettingOption{ID: id, Label: id, Default: i == 0, Required: i == 0})
	}
	text, err := json.Marshal(list)
	return string(text), err
}

// handleReset answers POST /iam/{tenant}/reset: it restores the tenant to its seed. It
// requires every scope, because it undoes what each of them allows.
func (s *Server) handleReset(c *call) error {
	missing := slices.DeleteFunc(api.AllScopes(), c.holds)
	if len(missing) > 0 {
		return forbidden(missing...)
	}
	if err := s.reset(c.ctx); err != nil {
		return fmt.Errorf("resetting the tenant: %w", err)
	}
	return c.done()
}
