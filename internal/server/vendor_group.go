package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// taskVendorGroups is the kind of the tasks that create the groups of a vendor.
const taskVendorGroups = "vendor-groups"

// vendorTask is the body of such a task.
type vendorTask struct {
	VendorID string `json:"vendorId"`
}

// vendorTaskID is the same for all tasks of a vendor: a vendor has one task at most, which is
// deleted with the vendor.
func vendorTaskID(vendorID string) string { return taskVendorGroups + " " + vendorID }

// promiseVendorGroups creates the task that creates the groups of a new vendor.
func (s *Server) promiseVendorGroups(ctx context.Context, tx store.Tx, tenant, vendorID string) error {
	body, err := json.Marshal(vendorTask{VendorID: vendorID})
	if err != nil {
		return fmt.Errorf("encoding the task: %w", err)
	}
	now := s.timestamp()
	err = tx.CreateTask(ctx, store.Task{
		Tenant: tenant, ID: vendorTaskID(vendorID), Kind: taskVendorGroups, Body: string(body),
		DueAt: now.Add(s.vendorGroupDelay), CreatedAt: now,
	})
	if err != nil {
		return fmt.Errorf("creating the task: %w", err)
	}
	return nil
}

// createVendorGroups creates the initial groups of a vendor, unless the vendor was deleted
// meanwhile.
func (s *Server) createVendorGroups(ctx context.Context, tx store.Tx, t store.Task) error {
	var body vendorTask
	if err := json.Unmarshal([]byte(t.Body), &body); err != nil {
		return fmt.Errorf("reading the task: %w", err)
	}
	d, err := tx.Document(ctx, t.Tenant, store.KindVendor, body.VendorID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading vendor: %w", err)
	}
	v, err := wire.Vendor(d, nil)
	if err != nil {
		return err
	}
	known, err := tenantLanguages(ctx, tx, t.Tenant)
	if err != nil {
		return err
	}
	// The names are English. Without English they are in the tenant's default language.
	language := known[0]
	if slices.Contains(known, "en") {
		language = "en"
	}
	now := s.timestamp()
	for _, g := range access.VendorGroups() {
		err := tx.CreateGroup(ctx, store.Group{
			Tenant: t.Tenant, ID: s.newID(), Name: map[string]string{language: v.Name + " " + g.Label},
			UserType: string(access.VendorUserType), VendorID: v.ID, AccessControls: g.Controls, CreatedAt: now,
		})
		if err != nil {
			return fmt.Errorf("creating group %s of vendor %s: %w", g.Kind, v.ID, err)
		}
	}
	return nil
}

// groupsOfVendor loads all groups of a vendor, not only the initial ones.
func groupsOfVendor(ctx context.Context, tx store.GroupTx, tenant, vendorID string) ([]store.Group, error) {
	groups, err := tx.Groups(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("listing groups: %w", err)
	}
	return slices.DeleteFunc(groups, func(g store.Group) bool { return g.VendorID != vendorID }), nil
}

// deleteVendorGroups deletes the groups of a vendor. It refuses if groups have members, and
// names these groups.
func deleteVendorGroups(ctx context.Context, tx store.Tx, tenant, vendorID string) error {
	groups, err := groupsOfVendor(ctx, tx, tenant, vendorID)
	if err != nil {
		return err
	}
	var details []string
	for _, g := range groups {
		_, members, err := tx.Members(ctx, tenant, g.ID, store.Page{Limit: 1})
		if err != nil {
			return fmt.Errorf("counting members: %w", err)
		}
		if members > 0 {
			details = append(details, fmt.Sprintf("Group '%s' has members: %d", g.ID, members))
		}
	}
	if len(details) > 0 {
		return violation(vendorID, fmt.Sprintf("Vendor '%s' cannot be deleted while its groups have members", vendorID), details...)
	}
	for _, g := range groups {
		if err := tx.DeleteGroup(ctx, tenant, g.ID); err != nil {
			return fmt.Errorf("deleting group %s: %w", g.ID, err)
		}
	}
	return nil
}

// checkGroupVendor refuses a new group of a vendor that does not exist, or with a user type
// that vendors do not have.
func checkGroupVendor(ctx context.Context, tx store.DocumentTx, g store.Group) error {
	if g.VendorID == "" {
		return nil
	}
	if g.UserType != string(access.VendorUserType) {
		return violation(g.ID, fmt.Sprintf("A group of a vendor takes users of type %s only", access.VendorUserType))
	}
	_, err := tx.Document(ctx, g.Tenant, store.KindVendor, g.VendorID)
	if errors.Is(err, store.ErrNotFound) {
		return violation(g.VendorID, fmt.Sprintf("Vendor '%s' does not exist", g.VendorID))
	}
	if err != nil {
		return fmt.Errorf("reading vendor: %w", err)
	}
	return nil
}
