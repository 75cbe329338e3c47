package server

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/access-config/terraform-provider-iam/internal/server/seal"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// The backend stores two kinds of secrets that it must read again: the signing keys of
// tokens and the keys of Make. It seals both if it has an encryption key.

// integromatPlace returns the place that the key of a Make is encrypted for. It includes the
// address of the Make, so nobody can have the key sent elsewhere by changing the database.
func integromatPlace(tenant string, o wire.IntegromatOrganization) seal.Place {
	return seal.Place{Tenant: tenant, Kind: store.KindMake, ID: o.APIURL}
}

// sealKey returns the organization with its key in the stored form.
func (s *Server) sealKey(tenant string, o wire.IntegromatOrganization) wire.IntegromatOrganization {
	if o.APIKey != "" && s.seal.ID() != "" {
		o.SealedKey, o.APIKey = s.seal.Seal(integromatPlace(tenant, o), o.APIKey), ""
	}
	return o
}

// openKey returns the key of a stored organization.
func (s *Server) openKey(tenant string, o wire.IntegromatOrganization) (string, error) {
	if o.SealedKey == "" {
		return o.APIKey, nil
	}
	key, err := s.seal.Open(integromatPlace(tenant, o), o.SealedKey)
	if err != nil {
		return "", fmt.Errorf("reading the key of Make of tenant %s: %w", tenant, seal.Hint(err))
	}
	return key, nil
}

// checkSealed checks that the keys of all Make organizations can be read.
func (s *Server) checkSealed(ctx context.Context) error {
	return s.eachIntegromatKey(ctx, s.store, func(d store.Document, o wire.IntegromatOrganization) error {
		_, err := s.openKey(d.Tenant, o)
		return err
	})
}

// Reseal encrypts the secrets that are stored plain, or under another key than the first,
// under the first key: all or none. It returns their number. Without a key it does nothing.
func (s *Server) Reseal(ctx context.Context) (count int, err error) {
	if s.seal.ID() == "" {
		return 0, nil
	}
	err = s.unrecorded.InTx(ctx, store.AllTenants, func(tx store.Tx) error { // only the form of the secrets changes
		if count, err = s.signingKeys.Reseal(ctx, tx); err != nil {
			return err
		}
		return s.eachIntegromatKey(ctx, tx, func(d store.Document, o wire.IntegromatOrganization) error {
			if seal.IDOf(o.SealedKey) == s.seal.ID() {
				return nil
			}
			if o.APIKey, err = s.openKey(d.Tenant, o); err != nil {
				return err
			}
			text, err := json.Marshal(s.sealKey(d.Tenant, o))
			if err != nil {
				return fmt.Errorf("encoding the Make organization: %w", err)
			}
			d.Body = string(text)
			count++
			return tx.PutDocument(ctx, d)
		})
	})
	return count, err
}

// eachIntegromatKey calls fn with each Make organization that has a key.
func (s *Server) eachIntegromatKey(ctx context.Context, tx store.Tx, fn func(d store.Document, o wire.IntegromatOrganization) error) error {
	tenants, err := tx.Tenants(ctx)
	if err != nil {
		return fmt.Errorf("listing tenants: %w", err)
	}
	for _, t := range tenants {
		all, err := tx.Documents(ctx, t.Name, store.KindMake)
		if err != nil {
			return fmt.Errorf("reading the Make organization of tenant %s: %w", t.Name, err)
		}
		for _, d := range all {
			var o wire.IntegromatOrganization
			if json.Unmarshal([]byte(d.Body), &o) != nil || !o.HasKey() { // an invalid document is an error when it is read
				continue
			}
			if err := fn(d, o); err != nil {
				return err
			}
		}
	}
	return nil
}
