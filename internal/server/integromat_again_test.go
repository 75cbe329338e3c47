package server_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// againStore is a store whose transactions first run behind another one, which
// fails and takes them back, and then again.
type againStore struct {
	store.Store

	other func(ctx context.Context, tx store.Tx) error
}

var errTakenBack = errors.New("taken back")

func (s againStore) InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error {
	err := s.Store.InTx(ctx, tenant, func(tx store.Tx) error {
		if err := s.other(ctx, tx); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		return errTakenBack
	})
	if !errors.Is(err, errTakenBack) {
		return err
	}
	return s.Store.InTx(ctx, tenant, fn)
}

// The key of Make that stays is the stored one, and not one that a request
// could not write.
func TestIntegromat_keyThatWasTakenBack(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	path := integromatPath("/organization")
	b.check(t, exchange{method: "PUT", path: path, body: `{"organizationId": "7", "apiUrl": "https://eu1.make.com", "apiKey": "first"}`, status: 201, want: `{}`})
	again := over(t, b, server.Options{Now: newClock().Now, Store: againStore{b.store, func(ctx context.Context, tx store.Tx) error {
		d, err := tx.Document(ctx, servertest.Tenant, store.KindMake, store.KindMake)
		if err != nil {
			return err
		}
		d.Body = strings.ReplaceAll(d.Body, "first", "refused")
		return tx.PutDocument(ctx, d)
	}}})
	again.check(t, exchange{method: "PUT", path: path, body: `{"organizationId": "8", "apiUrl": "https://eu1.make.com"}`, status: 204})
	d, err := b.store.Document(t.Context(), servertest.Tenant, store.KindMake, store.KindMake)
	if err != nil || !strings.Contains(d.Body, `"first"`) {
		t.Errorf("kept %s, %v", d.Body, err)
	}
}
