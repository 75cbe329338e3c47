package plumbing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// lockSetting is the kind of lock for reading a setting and writing it back.
const lockSetting = "setting"

// Tries is the number of attempts of a write while others write the same object.
const Tries = 20

// ChangeSetting sets a configuration item to what alter returns for its present value.
// alter also returns whether to write; mine is set if the present value can be
// the result of an earlier attempt. Other writers in this process wait. If
// another process writes in between, ChangeSetting starts again from its value.
func ChangeSetting[T any](ctx context.Context, c *client.Client, key string, alter func(present T, mine bool) (next T, write bool, err error)) error {
	defer c.Lock(lockSetting, key)()
	present, item, err := Setting[T](ctx, c, key)
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
		if err != nil && (!client.IsConflict(err) || try == Tries) {
			return err
		}
		// The next read must not return the old value.
		shown, unseen := await(ctx, c, key, item, next)
		if err == nil || unseen != nil {
			return errors.Join(err, unseen)
		}
		mine = mine || repeated(err)
		item = shown
		if present, err = SettingValue[T](item); err != nil {
			return err
		}
	}
}

// put creates or updates an item. It repeats what it does not change, because
// the API removes missing members.
func put(ctx context.Context, c *client.Client, key string, item *api.Setting, next any) error {
	text, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", key, err)
	}
	if item == nil {
		return c.CreateSetting(ctx, api.Setting{Key: key, Value: text})
	}
	body := api.SettingUpdate{Key: key, Value: text, Secured: &item.Secured, Restricted: &item.Restricted, ReadOnly: &item.ReadOnly}
	if item.Version != 0 { // otherwise the API has no versions
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

// repeated reports whether a request was sent more than once: a conflict can
// then be with the first attempt.
func repeated(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && e.Attempts > 1
}

// await waits until the API shows another state of the item than the one that
// was read: ours or a later one.
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
