package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// setting reads the value of a tenant's configuration item into v; found is
// false when there is none.
func setting(ctx context.Context, tx store.DocumentTx, tenant, key string, v any) (found bool, err error) {
	d, err := tx.Document(ctx, tenant, store.KindSetting, key)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	var item api.Setting
	if err == nil {
		err = json.Unmarshal([]byte(d.Body), &item)
	}
	if err == nil {
		err = json.Unmarshal(item.Value, v)
	}
	if err != nil {
		return false, fmt.Errorf("reading the setting %s of %s: %w", key, tenant, err)
	}
	return true, nil
}

// putSetting makes or replaces a tenant's configuration item.
func (s *Server) putSetting(ctx context.Context, tx store.DocumentTx, tenant, key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encoding the setting %s: %w", key, err)
	}
	body, err := json.Marshal(api.Setting{Key: key, Value: text})
	if err != nil {
		return fmt.Errorf("encoding the setting %s: %w", key, err)
	}
	now := s.timestamp()
	err = tx.PutDocument(ctx, store.Document{Tenant: tenant, Kind: store.KindSetting, ID: key, Body: string(body), CreatedAt: now, ModifiedAt: now})
	if err != nil {
		return fmt.Errorf("making setting %s: %w", key, err)
	}
	return nil
}
