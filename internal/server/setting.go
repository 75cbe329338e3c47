package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

func (c *call) settingOwner() settingOwner {
	return settingOwner{tenant: c.tenant, client: c.value("client")} // there is no empty client in a path
}

// handleSettingList answers GET /configuration/{tenant}/configurations, and the same for a
// client.
func (s *Server) handleSettingList(c *call) error {
	o := c.settingOwner()
	items, err := s.settings(c.ctx, o.tenant, o.kind())
	if err != nil {
		return err
	}
	return writeSettings(c, slices.DeleteFunc(items, func(item api.Setting) bool { return item.Client != o.client }))
}

// writeSettings responds with the items that the request's keys name, or with all.
func writeSettings(c *call, items []api.Setting) error {
	if text := c.query("keys"); text != "" {
		keys := strings.Split(text, ",")
		for i := range keys {
			keys[i] = strings.TrimSpace(keys[i])
		}
		items = slices.DeleteFunc(items, func(item api.Setting) bool { return !slices.Contains(keys, item.Key) })
	}
	return c.write(http.StatusOK, wire.List(items))
}

// settings returns the tenant's configuration items of a kind.
func (s *Server) settings(ctx context.Context, tenant, kind string) ([]api.Setting, error) {
	documents, err := s.store.Documents(ctx, tenant, kind)
	if err != nil {
		return nil, fmt.Errorf("listing settings: %w", err)
	}
	items := make([]api.Setting, len(documents))
	for i, d := range documents {
		if items[i], err = wire.Setting(d); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// handleSettingClientList answers GET /configuration/{tenant}/clients: the clients with
// configuration items, by name.
func (s *Server) handleSettingClientList(c *call) error {
	items, err := s.settings(c.ctx, c.tenant, store.KindClientSetting)
	if err != nil {
		return err
	}
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = item.Client
	}
	slices.Sort(names)
	return c.write(http.StatusOK, wire.List(slices.Compact(names)))
}

// handleGlobalSettingList answers GET /configuration/{tenant}/global-configurations: the
// items for every tenant. This backend has none.
func (s *Server) handleGlobalSettingList(c *call) error { return writeSettings(c, nil) }

// handleBasicSettingList answers GET /configuration/{tenant}/basic-configuration: the items
// that every form needs and every token may read.
func (s *Server) handleBasicSettingList(c *call) error {
	items, err := s.settings(c.ctx, c.tenant, store.KindSetting)
	if err != nil {
		return err
	}
	basic := []string{api.SettingLanguages, api.SettingCurrencies, api.SettingCountry}
	return writeSettings(c, slices.DeleteFunc(items, func(item api.Setting) bool { return !slices.Contains(basic, item.Key) }))
}

// handleSettingGet answers GET /configuration/{tenant}/configurations/{propertyKey}, and the
// same for a client.
func (s *Server) handleSettingGet(c *call) error {
	item, err := loadSetting(c.ctx, s.store, c.settingOwner(), c.value("propertyKey"))
	if errors.Is(err, store.ErrNotFound) {
		return noSetting(c.value("propertyKey"))
	}
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, item)
}

func noSetting(key string) error {
	return notFound("Configuration not found", key, fmt.Sprintf("There is no configuration item with the key '%s'", key))
}

// maxSettings is how many items a request may create: all other writes wait for it.
const maxSettings = 200

// handleSettingCreate answers POST /configuration/{tenant}/configurations, and the same for
// a client: it creates all items of the body, or none.
func (s *Server) handleSettingCreate(c *call) error {
	var items []api.Setting
	if err := c.decodeList(&items, "key", "value"); err != nil {
		return err
	}
	if len(items) > maxSettings {
		return badRequest("Configuration could not be created", fmt.Sprintf("The body has %d items: send at most %d at a time", len(items), maxSettings))
	}
	o := c.settingOwner()
	var made []api.Setting
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		made = nil
		for i, item := range items {
			stored, err := s.createSetting(c.ctx, tx, o, item)
			if err != nil {
				return within(fmt.Sprintf("[%d].", i), err)
			}
			made = append(made, stored)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.write(http.StatusCreated, wire.List(made))
}

// createSetting checks and stores a new item.
func (s *Server) createSetting(ctx context.Context, tx store.DocumentTx, o settingOwner, item api.Setting) (api.Setting, error) {
	if err := o.owns(&item); err != nil {
		return item, err
	}
	if _, err := loadSetting(ctx, tx, o, item.Key); err == nil {
		return item, about("key", conflict("Configuration could not be created", item.Key, fmt.Sprintf("There is a configuration item with the key '%s' already", item.Key)))
	} else if !errors.Is(err, store.ErrNotFound) {
		return item, err
	}
	return s.storeSetting(ctx, tx, o, item)
}

// owns assigns a new item to the owner, or refuses it.
func (o settingOwner) owns(item *api.Setting) error {
	if !api.Addressable(item.Key) {
		return about("key", badRequest("Configuration could not be created", fmt.Sprintf("'%s' cannot be a key: it is not a valid path segment", item.Key)))
	}
	if err := o.checkClient("created", item.Client); err != nil {
		return err
	}
	item.Client, item.ID = o.client, ""
	return nil
}

// checkClient refuses an item of another client than the one of the path.
func (o settingOwner) checkClient(done, client string) error {
	if o.client == "" || client == "" || client == o.client {
		return nil
	}
	return about("client", badRequest("Configuration could not be "+done, fmt.Sprintf("The item is for client '%s', the path for '%s'", client, o.client)))
}

// storeSetting checks and stores an item.
func (s *Server) storeSetting(ctx context.Context, tx store.DocumentTx, o settingOwner, item api.Setting) (api.Setting, error) {
	if err := checkSetting(ctx, tx, o, item); err != nil {
		return item, err
	}
	item.Version, item.ID = 0, ""
	body, err := json.Marshal(item)
	if err != nil {
		return item, fmt.Errorf("encoding the setting %s: %w", item.Key, err)
	}
	now := s.timestamp()
	d := store.Document{Tenant: o.tenant, Kind: o.kind(), ID: o.id(item.Key), Body: string(body), CreatedAt: now, ModifiedAt: now}
	if err := tx.PutDocument(ctx, d); err != nil {
		return item, fmt.Errorf("keeping the setting %s: %w", item.Key, err)
	}
	return loadSetting(ctx, tx, o, item.Key) // the store counts versions
}

// handleSettingUpdate answers PUT /configuration/{tenant}/configurations/{propertyKey}, and
// the same for a client. Unlike other services it does not create items.
func (s *Server) handleSettingUpdate(c *call) error {
	var body api.SettingUpdate
	if err := c.decode(&body, "key", "value"); err != nil {
		return err
	}
	o, key := c.settingOwner(), c.value("propertyKey")
	if body.Key != key {
		return about("key", badRequest("Invalid Parameters", fmt.Sprintf("The key in the path is '%s' and in the body '%s'", key, body.Key)))
	}
	if err := o.checkClient("updated", body.Client); err != nil {
		return err
	}
	var item api.Setting
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		present, err := loadSetting(c.ctx, tx, o, key)
		if errors.Is(err, store.ErrNotFound) {
			return badRequest("Configuration could not be updated", fmt.Sprintf("There is no configuration item with the key '%s'", key))
		}
		if err != nil {
			return err
		}
		if present, err = changeSetting(present, body); err != nil {
			return err
		}
		item, err = s.storeSetting(c.ctx, tx, o, present)
		return err
	})
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, item)
}

// handleSettingDelete answers DELETE /configuration/{tenant}/configurations/{propertyKey},
// and the same for a client.
func (s *Server) handleSettingDelete(c *call) error {
	o, key := c.settingOwner(), c.value("propertyKey")
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		item, err := loadSetting(c.ctx, tx, o, key)
		if errors.Is(err, store.ErrNotFound) {
			return noSetting(key)
		}
		if err != nil {
			return err
		}
		if item.Restricted {
			return badRequest("Configuration could not be deleted", fmt.Sprintf("The item '%s' is restricted: it cannot be deleted", key))
		}
		return tx.DeleteDocument(c.ctx, o.tenant, o.kind(), o.id(key))
	})
	if err != nil {
		return err
	}
	return c.done()
}
