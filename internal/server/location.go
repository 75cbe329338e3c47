package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// locationFilters are the query parameters that filter locations.
var locationFilters = map[string]func(l api.Location, text string) bool{
	"name":                 func(l api.Location, text string) bool { return containsFold(l.Name, text) },
	"type":                 func(l api.Location, text string) bool { return string(l.Type) == text },
	"contactDetails.email": inContact(func(c api.Contact) []string { return slices.Concat(c.Emails, []string{c.Email}) }),
	"contactDetails.phone": inContact(func(c api.Contact) []string { return slices.Concat(c.Phones, []string{c.Phone}) }),
	"contactDetails.city":  inContact(func(c api.Contact) []string { return []string{c.City} }),
	"contactDetails.state": inContact(func(c api.Contact) []string { return []string{c.State} }),
	"contactDetails.address": inContact(func(c api.Contact) []string {
		return []string{c.AddressLine1, c.AddressLine2}
	}),
	"contactDetails.postcode":    inContact(func(c api.Contact) []string { return []string{c.Postcode} }),
	"contactDetails.countryCode": inContact(func(c api.Contact) []string { return []string{c.CountryCode} }),
}

// inContact returns a filter for locations: one of the texts of the contact must contain the
// text.
func inContact(texts func(c api.Contact) []string) func(l api.Location, text string) bool {
	return func(l api.Location, text string) bool {
		return l.ContactDetails != nil && slices.ContainsFunc(texts(*l.ContactDetails), func(t string) bool { return containsFold(t, text) })
	}
}

// handleLocationList answers GET /vendor/{tenant}/locations.
func (s *Server) handleLocationList(c *call) error {
	if t := c.query("type"); t != "" && !validLocationType(api.LocationType(t)) {
		return badRequest(locationTypeRule)
	}
	locations, err := s.locations(c)
	if err != nil {
		return err
	}
	return writeSelected(c, locations, c.query("q"), locationFilters)
}

// locations loads all locations of the tenant.
func (s *Server) locations(c *call) ([]api.Location, error) {
	records, err := s.store.Documents(c.ctx, c.tenant, store.KindLocation)
	if err != nil {
		return nil, fmt.Errorf("listing locations: %w", err)
	}
	locations := make([]api.Location, len(records))
	for i, d := range records {
		if locations[i], err = wire.Location(d); err != nil {
			return nil, err
		}
	}
	return locations, nil
}

// handleLocationGet answers GET /vendor/{tenant}/locations/{locationId}.
func (s *Server) handleLocationGet(c *call) error {
	id := c.value("locationId")
	d, err := s.store.Document(c.ctx, c.tenant, store.KindLocation, id)
	if errors.Is(err, store.ErrNotFound) {
		return locationNotFound(id)
	}
	if err != nil {
		return fmt.Errorf("reading location: %w", err)
	}
	l, err := wire.Location(d)
	if err != nil {
		return err
	}
	return c.writePicked(l)
}

func locationNotFound(id string) error {
	return notFound("Error while getting location", id, fmt.Sprintf("Location with id '%s' not found", id))
}

// handleLocationCreate answers POST /vendor/{tenant}/locations.
func (s *Server) handleLocationCreate(c *call) error {
	var body api.LocationCreate
	if err := c.decode(&body, "type", "contactDetails"); err != nil {
		return err
	}
	if body.ID == "" {
		body.ID = s.newID()
	}
	l := wire.StoredLocation(body.ID, api.LocationUpdate{Name: body.Name, Type: body.Type, ContactDetails: body.ContactDetails, Mixins: body.Mixins})
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		_, err := tx.Document(c.ctx, c.tenant, store.KindLocation, l.ID)
		if err == nil {
			return conflict("Error while creating location", l.ID, fmt.Sprintf("Location with id '%s' already exists", l.ID))
		}
		if !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("reading location: %w", err)
		}
		return s.putLocation(c, tx, l)
	})
	if err != nil {
		return err
	}
	return c.write(http.StatusCreated, api.Created{ID: l.ID})
}

// handleLocationPut answers PUT /vendor/{tenant}/locations/{locationId}: it replaces or
// creates the location.
func (s *Server) handleLocationPut(c *call) error {
	var body api.LocationUpdate
	if err := c.decode(&body, "type", "contactDetails"); err != nil {
		return err
	}
	id, created := c.value("locationId"), false
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		d, err := tx.Document(c.ctx, c.tenant, store.KindLocation, id)
		created = errors.Is(err, store.ErrNotFound)
		if err != nil && !created {
			return fmt.Errorf("reading location: %w", err)
		}
		if !created {
			if err := checkVersion("location", d, body.Metadata); err != nil {
				return err
			}
		}
		return s.putLocation(c, tx, wire.StoredLocation(id, body))
	})
	switch {
	case err != nil:
		return err
	case created:
		return c.write(http.StatusCreated, api.Created{ID: id})
	}
	return c.done()
}

// putLocation checks and stores a location.
func (s *Server) putLocation(c *call, tx store.Tx, l api.Location) error {
	if !api.ValidLocationID(l.ID) {
		return violation(l.ID, "The id of a location has 1 to 66 letters, digits, hyphens and underscores")
	}
	if !validLocationType(l.Type) {
		return violation(l.ID, locationTypeRule)
	}
	return s.putDocument(c, tx, store.KindLocation, l.ID, l)
}

const locationTypeRule = "The type of a location is HEADQUARTER, WAREHOUSE or OFFICE"

func validLocationType(t api.LocationType) bool {
	return t == api.LocationHeadquarter || t == api.LocationWarehouse || t == api.LocationOffice
}

// handleLocationDelete answers DELETE /vendor/{tenant}/locations/{locationId}. It refuses a
// location that vendors refer to.
func (s *Server) handleLocationDelete(c *call) error {
	id := c.value("locationId")
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		err := checkUnreferenced(c, tx, "Location", id, func(v api.Vendor) bool {
			return slices.ContainsFunc(v.Locations, func(l api.Location) bool { return l.ID == id })
		})
		if err != nil {
			return err
		}
		return tx.DeleteDocument(c.ctx, c.tenant, store.KindLocation, id)
	})
	if errors.Is(err, store.ErrNotFound) {
		return locationNotFound(id)
	}
	if err != nil {
		return err
	}
	return c.done()
}
