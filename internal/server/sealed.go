package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/access-config/terraform-provider-iam/internal/server/seal"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// What the backend stores of secrets that it has to read again are the signing
// keys of tokens and the keys of Make. Both are sealed where there is a key to
// seal them.

// sealHint adds what to do to the error of what cannot be opened.
func sealHint(err error) error {
	if errors.Is(err, seal.ErrNoKey) || errors.Is(err, seal.ErrWrongKey) {
		return fmt.Errorf("%w: give this key in IAM_ENCRYPTION_KEY, or to serve with --key-file", err)
	}
	return err
}

// integromatPlace is where the key of a Make is encrypted for. The address belongs to
// it: whoever can write the database does not have the key sent elsewhere.
func integromatPlace(tenant string, o integromatOrganization) seal.Place {
	return seal.Place{Tenant: tenant, Kind: store.KindMake, ID: o.APIURL}
}

// sealKey returns the organization with its key as it is to be stored.
func (s *Server) sealKey(tenant string, o integromatOrganization) integromatOrganization {
	if o.APIKey != "" && s.seal.ID() != "" {
		o.SealedKey, o.APIKey = s.seal.Seal(integromatPlace(tenant, o), o.APIKey), ""
	}
	return o
}

// openKey returns the key of a stored organization.
func (s *Server) openKey(tenant string, o integromatOrganization) (string, error) {
	if o.SealedKey == "" {
		return o.APIKey, nil
	}
	key, err := s.seal.Open(integromatPlace(tenant, o), o.SealedKey)
	if err != nil {
		return "", fmt.Errorf("reading the key of Make of tenant %s: %w", tenant, sealHint(err))
	}
	return key, nil
}

// checkSealed looks whether the keys of all Make organizations can be read.
func (s *Server) checkSealed(ctx context.Context) error {
	return s.eachIntegromatKey(ctx, s.store, func(d store.Document, o integromatOrganization) error {
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
	ctx = asStart(ctx) // nothing but the form changes
	err = s.store.InTx(ctx, func(tx store.Tx) error {
		if count, err = s.resealSigningKeys(ctx, tx); err != nil {
			return err
		}
		return s.eachIntegromatKey(ctx, tx, func(d store.Document, o integromatOrganization) error {
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

// resealSigningKeys replaces the signing keys that have another form than they
// would get now.
func (s *Server) resealSigningKeys(ctx context.Context, tx store.Tx) (count int, err error) {
	records, err := tx.SigningKeys(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the token signing keys: %w", err)
	}
	for _, r := range records {
		if seal.IDOf(r.Secret) == s.seal.ID() {
			continue
		}
		text, err := s.seal.Open(signingPlace(r.ID), r.Secret)
		if err != nil {
			return 0, fmt.Errorf("reading the token signing key %s: %w", r.ID, sealHint(err))
		}
		r.Secret = s.seal.Seal(signingPlace(r.ID), text)
		if err := errors.Join(tx.DeleteSigningKey(ctx, r.ID), tx.CreateSigningKey(ctx, r)); err != nil {
			return 0, fmt.Errorf("encrypting the token signing key %s: %w", r.ID, err)
		}
		count++
	}
	return count, nil
}

// eachIntegromatKey calls fn with the Make organization of each tenant that has a key
// of its own.
func (s *Server) eachIntegromatKey(ctx context.Context, tx store.Tx, fn func(d store.Document, o integromatOrganization) error) error {
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
			var o integromatOrganization
			if json.Unmarshal([]byte(d.Body), &o) != nil || !o.hasKey() { // what cannot be read is told to whoever asks for it
				continue
			}
			if err := fn(d, o); err != nil {
				return err
			}
		}
	}
	return nil
}
