package server

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/query"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// vendorPageSize is the default page size of the vendor service.
const vendorPageSize = 16

// vendorFilters are the query parameters that filter vendors.
var vendorFilters = map[string]func(v api.Vendor, text string) bool{
	"id":       func(v api.Vendor, text string) bool { return v.ID == text },
	"name":     func(v api.Vendor, text string) bool { return containsFold(v.Name, text) },
	"type":     func(v api.Vendor, text string) bool { return string(v.Type) == text },
	"parentId": func(v api.Vendor, text string) bool { return v.ParentID == text },
	"legalInfo.legalName": func(v api.Vendor, text string) bool {
		return v.LegalInfo != nil && containsFold(v.LegalInfo.LegalName, text)
	},
	"legalInfo.registrationDate": func(v api.Vendor, text string) bool {
		return v.LegalInfo != nil && query.OnDate(v.LegalInfo.RegistrationDate, text)
	},
	"legalInfo.countryOfRegistration": func(v api.Vendor, text string) bool {
		return v.LegalInfo != nil && containsFold(v.LegalInfo.CountryOfRegistration, text)
	},
	"legalInfo.taxRegistrationNumber": func(v api.Vendor, text string) bool {
		return v.LegalInfo != nil && v.LegalInfo.TaxRegistrationNumber == text
	},
}

// handleVendorList answers GET /vendor/{tenant}/vendors.
func (s *Server) handleVendorList(c *call) error { return s.writeVendors(c, c.query("q")) }

// handleVendorSearch answers POST /vendor/{tenant}/vendors/search: a list with a q that may
// be longer than a URL.
func (s *Server) handleVendorSearch(c *call) error {
	var body api.VendorSearch
	if err := c.decode(&body); err != nil {
		return err
	}
	return s.writeVendors(c, body.Q)
}

func (s *Server) writeVendors(c *call, q string) error {
	if t := c.query("type"); t != "" && !validVendorType(api.VendorType(t)) {
		return badRequest(vendorTypeRule)
	}
	records, err := s.store.Documents(c.ctx, c.tenant, store.KindVendor)
	if err != nil {
		return fmt.Errorf("listing vendors: %w", err)
	}
	locations, err := s.locations(c)
	if err != nil {
		return err
	}
	byID := make(map[string]api.Location, len(locations))
	for _, l := range locations {
		byID[l.ID] = l
	}
	vendors := make([]api.Vendor, len(records))
	for i, d := range records {
		if vendors[i], err = wire.Vendor(d, byID); err != nil {
			return err
		}
	}
	return writeSelected(c, vendors, q, vendorFilters)
}

// handleVendorGet answers GET /vendor/{tenant}/vendors/{vendorId}.
func (s *Server) handleVendorGet(c *call) error {
	d, err := s.vendor(c.ctx, s.store, c.tenant, c.value("vendorId"))
	if err != nil {
		return err
	}
	v, err := wire.Vendor(d, nil)
	if err != nil {
		return err
	}
	for i, l := range v.Locations {
		d, err := s.store.Document(c.ctx, c.tenant, store.KindLocation, l.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue // deleted since the vendor was read
		}
		if err != nil {
			return fmt.Errorf("reading location: %w", err)
		}
		if v.Locations[i], err = wire.Location(d); err != nil {
			return err
		}
	}
	return c.writePicked(v)
}

// handleVendorCreate answers POST /vendor/{tenant}/vendors.
func (s *Server) handleVendorCreate(c *call) error {
	var body api.VendorCreate
	if err := c.decode(&body, "name"); err != nil {
		return err
	}
	if body.ID == "" {
		body.ID = s.newID()
	}
	if body.Type == "" {
		body.Type = api.VendorCompany
	}
	v := wire.StoredVendor(body.ID, api.VendorUpdate{
		Name: body.Name, Type: body.Type, ParentID: body.ParentID, LegalInfo: body.LegalInfo,
		ContactDetails: body.ContactDetails, Locations: body.Locations, Mixins: body.Mixins,
	})
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		_, err := tx.Document(c.ctx, c.tenant, store.KindVendor, v.ID)
		if err == nil {
			return conflict("Error while creating vendor", v.ID, fmt.Sprintf("Vendor with id '%s' already exists", v.ID))
		}
		if !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("reading vendor: %w", err)
		}
		return s.createVendor(c, tx, v)
	})
	if err != nil {
		return err
	}
	return c.write(http.StatusCreated, api.Created{ID: v.ID})
}

// createVendor creates a vendor, and the task that creates its groups.
func (s *Server) createVendor(c *call, tx store.Tx, v api.Vendor) error {
	if !api.ValidVendorID(v.ID) {
		return violation(v.ID, `The id of a vendor has 1 to 66 letters, digits, hyphens and underscores, and is not "search"`)
	}
	if err := s.putVendor(c, tx, v); err != nil {
		return err
	}
	return s.promiseVendorGroups(c.ctx, tx, c.tenant, v.ID)
}

// handleVendorPut answers PUT /vendor/{tenant}/vendors/{vendorId}: it replaces or creates the
// vendor. The groups of a vendor keep their names.
func (s *Server) handleVendorPut(c *call) error {
	var body api.VendorUpdate
	if err := c.decode(&body, "name", "type"); err != nil {
		return err
	}
	id, created := c.value("vendorId"), false
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		d, err := tx.Document(c.ctx, c.tenant, store.KindVendor, id)
		created = errors.Is(err, store.ErrNotFound)
		switch {
		case created:
			return s.createVendor(c, tx, wire.StoredVendor(id, body))
		case err != nil:
			return fmt.Errorf("reading vendor: %w", err)
		}
		if err := checkVersion("vendor", d, body.Metadata); err != nil {
			return err
		}
		return s.putVendor(c, tx, wire.StoredVendor(id, body))
	})
	switch {
	case err != nil:
		return err
	case created:
		return c.write(http.StatusCreated, api.Created{ID: id})
	}
	return c.done()
}

// putVendor checks and stores a vendor.
func (s *Server) putVendor(c *call, tx store.Tx, v api.Vendor) error {
	if strings.TrimSpace(v.Name) == "" {
		return badRequest("name must not be empty")
	}
	if !validVendorType(v.Type) {
		return violation(v.ID, vendorTypeRule)
	}
	if err := checkParents(c, tx, v); err != nil {
		return err
	}
	for _, l := range v.Locations {
		if l.ID == "" {
			return badRequest("Each of the locations must have an id")
		}
		_, err := tx.Document(c.ctx, c.tenant, store.KindLocation, l.ID)
		if errors.Is(err, store.ErrNotFound) {
			return violation(l.ID, fmt.Sprintf("Location '%s' does not exist", l.ID))
		}
		if err != nil {
			return fmt.Errorf("reading location: %w", err)
		}
	}
	return s.putDocument(c, tx, store.KindVendor, v.ID, v)
}

const vendorTypeRule = "The type of a vendor is COMPANY or SUBSIDIARY"

func validVendorType(t api.VendorType) bool {
	return t == api.VendorCompany || t == api.VendorSubsidiary
}

// checkParents refuses a parent that does not exist, or that has the vendor as an ancestor.
func checkParents(c *call, tx store.Tx, v api.Vendor) error {
	for id := v.ParentID; id != ""; {
		if id == v.ID {
			return violation(v.ParentID, fmt.Sprintf("Vendor '%s' cannot be the parent of '%s': it is the same vendor, or a descendant", v.ParentID, v.ID))
		}
		d, err := tx.Document(c.ctx, c.tenant, store.KindVendor, id)
		if errors.Is(err, store.ErrNotFound) {
			return violation(id, fmt.Sprintf("Parent vendor '%s' does not exist", id))
		}
		if err != nil {
			return fmt.Errorf("reading vendor: %w", err)
		}
		parent, err := wire.Vendor(d, nil)
		if err != nil {
			return err
		}
		id = parent.ParentID
	}
	return nil
}

// handleVendorDelete answers DELETE /vendor/{tenant}/vendors/{vendorId}. It deletes the
// groups of the vendor as well, if they have no members.
func (s *Server) handleVendorDelete(c *call) error {
	id := c.value("vendorId")
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		if _, err := s.vendor(c.ctx, tx, c.tenant, id); err != nil {
			return err
		}
		if err := checkVendorUnused(c, tx, id); err != nil {
			return err
		}
		if err := deleteVendorGroups(c.ctx, tx, c.tenant, id); err != nil {
			return err
		}
		err := tx.DeleteTask(c.ctx, c.tenant, vendorTaskID(id))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("removing the task: %w", err)
		}
		return tx.DeleteDocument(c.ctx, c.tenant, store.KindVendor, id)
	})
	if err != nil {
		return err
	}
	return c.done()
}

// checkVendorUnused refuses to delete the parent of other vendors.
func checkVendorUnused(c *call, tx store.DocumentTx, id string) error {
	return checkUnreferenced(c, tx, "Vendor", id, func(v api.Vendor) bool { return v.ParentID == id })
}
