package visibility

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// Kinds of what is locked while it is read and written back.
const (
	lockSetting = "setting"
	lockSite    = "site"
)

// tries is how often a write is made while others write the same.
const tries = 20

// change sets a configuration item to what alter makes of its present value.
// Alter says whether to write at all; mine tells it that the present value may
// be what an earlier try has written. Others in this process wait meanwhile;
// when another process writes in between, what it has written is altered.
func change[T any](ctx context.Context, c *client.Client, key string, alter func(present T, mine bool) (next T, write bool, err error)) error {
	defer c.Lock(lockSetting, key)()
	present, item, err := plumbing.Setting[T](ctx, c, key)
	if err != nil {
		return err
	}
	mine := false
	for try := 1; ; try++ {
		next, write, err := alter(present, mine)
		if err != nil || !write {
			return err
		}
		err = put(ctx, c, key, item, next)
		if err != nil && (!client.IsConflict(err) || try == tries) {
			return err
		}
		// Whoever reads next must not see what was there before.
		shown, unseen := await(ctx, c, key, item, next)
		if err == nil || unseen != nil {
			return errors.Join(err, unseen)
		}
		mine = mine || repeated(err)
		item = shown
		if present, err = plumbing.SettingValue[T](item); err != nil {
			return err
		}
	}
}

// put makes or changes an item. What it does not change it repeats, for an API
// that takes what is missing for a removal.
func put(ctx context.Context, c *client.Client, key string, item *api.Setting, next any) error {
	text, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", key, err)
	}
	if item == nil {
		return c.CreateSetting(ctx, api.Setting{Key: key, Value: text})
	}
	body := api.SettingUpdate{Key: key, Value: text, Secured: &item.Secured, Restricted: &item.Restricted, ReadOnly: &item.ReadOnly}
	if item.Version != 0 { // else the API does not count them
		body.Version = &item.Version
	}
	if item.Description != "" {
		body.Description = &item.Description
	}
	if item.SchemaURL != "" {
		body.SchemaURL = &item.SchemaURL
	}
	return c.UpdateSetting(ctx, body)
}

// repeated reports whether a request was sent more than once: then a conflict
// may be with the first time.
func repeated(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && e.Attempts > 1
}

// await waits until the API shows another state of the item than the one that
// was read, ours or one that came after it.
func await(ctx context.Context, c *client.Client, key string, item *api.Setting, next any) (*api.Setting, error) {
	return client.WaitFor(ctx, func(ctx context.Context) (*api.Setting, error) { return c.Setting(ctx, key) }, func(shown api.Setting) bool {
		return item == nil || shown.Version != item.Version || sameJSON(shown.Value, next)
	})
}

func sameJSON(text json.RawMessage, v any) bool {
	other, err := json.Marshal(v)
	var a, b any
	return err == nil && json.Unmarshal(text, &a) == nil && json.Unmarshal(other, &b) == nil && reflect.DeepEqual(a, b)
}
