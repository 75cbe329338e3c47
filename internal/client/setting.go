package client

import (
	"context"
	"fmt"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Setting returns one item of the tenant's configuration.
func (c *Client) Setting(ctx context.Context, key string) (*api.Setting, error) {
	return getOne(ctx, c, c.path(api.PathSetting, key), hasID(settingKey, key))
}

func settingKey(s api.Setting) string { return s.Key }

// CreateSetting creates an item. The request may be repeated: the second one is a
// conflict.
func (c *Client) CreateSetting(ctx context.Context, item api.Setting) error {
	r, err := c.do(ctx, call{
		method: http.MethodPost, path: c.path(api.PathSettings), body: []api.Setting{item}, again: true, want: []int{http.StatusCreated},
	})
	if err != nil || len(r.body) == 0 {
		return err
	}
	made, err := decodeRows(r, settingKey)
	if err == nil && (len(made) != 1 || made[0].Key != item.Key) {
		err = r.unusable(r.describe(fmt.Errorf("it is not about %q", item.Key)))
	}
	return err
}

// UpdateSetting changes an item. If the item does not exist the status is 400; if
// its version differs, the update is a conflict.
func (c *Client) UpdateSetting(ctx context.Context, item api.SettingUpdate) error {
	r, err := c.do(ctx, call{
		method: http.MethodPut, path: c.path(api.PathSetting, item.Key), body: item, want: []int{http.StatusOK},
	})
	if err == nil {
		err = checkAnswerID(r, settingKey, item.Key)
	}
	return err
}

// DeleteSetting deletes an item.
func (c *Client) DeleteSetting(ctx context.Context, key string) error {
	return c.remove(ctx, c.path(api.PathSetting, key), false)
}
