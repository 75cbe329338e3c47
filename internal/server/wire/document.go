package wire

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Document decodes a stored JSON document.
func Document[T any](d store.Document) (T, error) {
	var document T
	if err := json.Unmarshal([]byte(d.Body), &document); err != nil {
		return document, fmt.Errorf("reading %s %s: %w", d.Kind, d.ID, err)
	}
	return document, nil
}

// storedMetadata returns the part of a body's metadata that is stored with the
// document; the record holds the rest.
func storedMetadata(m *api.VendorExpected) *api.VendorMetadata {
	if m == nil || len(m.Mixins) == 0 {
		return nil
	}
	return &api.VendorMetadata{Mixins: m.Mixins}
}

func metadataToWire(d store.Document, stored *api.VendorMetadata) *api.VendorMetadata {
	m := &api.VendorMetadata{Version: d.Version, CreatedAt: Time(d.CreatedAt), ModifiedAt: Time(d.ModifiedAt)}
	if stored != nil {
		m.Mixins = stored.Mixins
	}
	return m
}

// StoredVendor converts a body to the document that is stored. Of the locations it
// keeps the ids only.
func StoredVendor(id string, body api.VendorUpdate) api.Vendor {
	v := api.Vendor{
		ID: id, Name: body.Name, Type: body.Type, ParentID: body.ParentID, LegalInfo: body.LegalInfo,
		ContactDetails: body.ContactDetails, Mixins: body.Mixins, Metadata: storedMetadata(body.Metadata),
	}
	for _, l := range body.Locations {
		if known := slices.ContainsFunc(v.Locations, func(k api.Location) bool { return k.ID == l.ID }); !known {
			v.Locations = append(v.Locations, api.Location{ID: l.ID})
		}
	}
	return v
}

// Vendor converts a stored vendor, and replaces the ids of its locations with those
// of the given locations that it has.
func Vendor(d store.Document, locations map[string]api.Location) (api.Vendor, error) {
	v, err := Document[api.Vendor](d)
	if err != nil {
		return v, err
	}
	v.ID, v.Metadata = d.ID, metadataToWire(d, v.Metadata)
	for i, l := range v.Locations {
		if whole, ok := locations[l.ID]; ok {
			v.Locations[i] = whole
		}
	}
	return v, nil
}

// StoredLocation converts a body to the document that is stored.
func StoredLocation(id string, body api.LocationUpdate) api.Location {
	return api.Location{
		ID: id, Name: body.Name, Type: body.Type, ContactDetails: body.ContactDetails, Mixins: body.Mixins, Metadata: storedMetadata(body.Metadata),
	}
}

// Location converts a stored location.
func Location(d store.Document) (api.Location, error) {
	l, err := Document[api.Location](d)
	l.ID, l.Metadata = d.ID, metadataToWire(d, l.Metadata)
	return l, err
}

// Setting converts a stored configuration item.
func Setting(d store.Document) (api.Setting, error) {
	var item api.Setting
	if err := json.Unmarshal([]byte(d.Body), &item); err != nil {
		return item, fmt.Errorf("reading the setting %s of %s: %w", d.ID, d.Tenant, err)
	}
	item.Version = d.Version
	if item.Client != "" {
		item.ID = item.Client + "_" + item.Key // as on the platform
	}
	return item, nil
}
