package server

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/access-config/terraform-provider-iam/internal/server/seal"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// What the backend stores of secrets that it has to read again are the signing
// keys of tokens and the keys of Make. Both are sealed where there is a key to
// seal them.

// integromatPlace is where the key of a Make is encrypted for. The address belongs to
// it: whoever can write the database does not have the key sent elsewhere.
func integromatPlace(tenant string, o wire.IntegromatOrganization) seal.Place {
	return seal.Place{Tenant: tenant, Kind: store.KindMake, ID: o.APIURL}
}

// sealKey returns the organization with its key as it is to be stored.
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

// checkSealed looks whether the keys of all Make organizations can be read.
func (s *Server) checkSealed(ctx context.Context) error {
	return s.eachIntegromatKey(ctx, s.store, func(d store.Document, o wire.IntegromatOrganization) error {
		_, err := s.openKey(d.Tenant, o)
		return err
	})
}

// Reseal encrypts under the first key what is stored plain or under another one:
// everything or nothing. It returns how many secrets these were. Without a key it
// does nothing.
func (s *Server) Reseal(ctx context.Context) (count int, err error) {
	if s.seal.ID() == "" {
		return 0, nil
	}
	err = s.unrecorded.InTx(ctx, func(tx store.Tx) error { // only the form of the secrets changes
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

// eachIntegromatKey calls fn with the Make organization of each tenant that has a key
// of its own.
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
			if json.Unmarshal([]byte(d.Body), &o) != nil || !o.HasKey() { // what cannot be read is told to whoever asks for it
				continue
			}
			if err := fn(d, o); err != nil {
				return err
			}
		}
	}
	return nil
}
