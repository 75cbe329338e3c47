package plumbing

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Setting reads the value of a configuration item. If the item does not exist, v is
// the zero value and item is nil.
func Setting[T any](ctx context.Context, c *client.Client, key string) (v T, item *api.Setting, err error) {
	item, err = c.Setting(ctx, key)
	return settingOr[T](item, err)
}

// ReadSetting is Setting for the refresh of many objects from one item.
func ReadSetting[T any](ctx context.Context, c *client.Client, reader, key string) (T, error) {
	item, err := c.ReadSetting(ctx, reader, key)
	v, _, err := settingOr[T](item, err)
	return v, err
}

func settingOr[T any](item *api.Setting, err error) (v T, _ *api.Setting, _ error) {
	if client.IsNotFound(err) {
		return v, nil, nil
	}
	if err == nil {
		v, err = SettingValue[T](item)
	}
	return v, item, err
}

// SettingValue decodes the value of a configuration item.
func SettingValue[T any](item *api.Setting) (v T, err error) {
	if json.Unmarshal(item.Value, &v) != nil {
		err = fmt.Errorf("the tenant's configuration item %s has the unexpected value %s: fix it in the dashboard", item.Key, item.Value)
	}
	return v, err
}
