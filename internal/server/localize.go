package server

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// languages are the tenant's language tags; the first is the default.
type languages []string

func tenantLanguages(ctx context.Context, tx store.DocumentTx, tenant string) (languages, error) {
	var text string
	found, err := setting(ctx, tx, tenant, api.SettingLanguages, &text)
	if err != nil {
		return nil, err
	}
	if !found {
		return languages{"en"}, nil // the setting was deleted
	}
	var options []api.SettingOption
	if err := json.Unmarshal([]byte(text), &options); err != nil {
		return nil, fmt.Errorf("reading the languages of %s: %w", tenant, err)
	}
	var tags languages
	for _, o := range options {
		if o.Default {
			tags = slices.Insert(tags, 0, o.ID)
		} else {
			tags = append(tags, o.ID)
		}
	}
	if len(tags) == 0 {
		return nil, fmt.Errorf("the setting %s of %s lists no language", api.SettingLanguages, tenant)
	}
	return tags, nil
}

// unknown refuses languages that the tenant does not have.
func (l languages) unknown(tags ...string) error {
	var details []string
	for _, tag := range tags {
		if !slices.Contains(l, tag) {
			details = append(details, fmt.Sprintf("Language %q is not supported; the tenant has %s", tag, strings.Join(l, ", ")))
		}
	}
	if len(details) == 0 {
		return nil
	}
	return badRequest("Unsupported language", details...)
}

// texts reads a localized member under the request's Content-Language. "*" requires an
// object of languages, one language takes a plain text, and none means the tenant's
// default language. An object is accepted in each case.
func (l languages) texts(c *call, member string, t api.Text) (map[string]string, error) {
	header := c.r.Header.Get("Content-Language")
	if header != "" && header != "*" {
		if err := l.unknown(header); err != nil {
			return nil, err
		}
	}
	plain, isPlain := t[""]
	if !isPlain || len(t) > 1 {
		tags := slices.Sorted(maps.Keys(t))
		return t, l.unknown(tags...)
	}
	switch header {
	case "*":
		return nil, badRequest(member + " must be an object of language to text, as Content-Language is *")
	case "":
		header = l[0]
	}
	return map[string]string{header: plain}, nil
}

// accepted reads the request's Accept-Language. If it is missing, the tenant's default
// language applies.
func (s *Server) accepted(c *call) (wire.View, error) {
	known, err := tenantLanguages(c.ctx, s.store, c.tenant)
	if err != nil {
		return wire.View{}, err
	}
	header := c.r.Header.Get("Accept-Language")
	if header == "*" {
		return wire.View{All: true}, nil
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return wire.View{}, badRequest("Accept-Language cannot be read", err.Error())
	}
	var v wire.View
	for _, tag := range tags {
		name := tag.String()
		if name == "mul" { // the parser's name for the wildcard
			continue
		}
		if err := known.unknown(name); err != nil {
			return wire.View{}, err
		}
		v.Ranked = append(v.Ranked, name)
	}
	v.Ranked = append(v.Ranked, known[0])
	return v, nil
}

// legacyView returns how to show the old model to the request. Its documents are as old as
// the tenant and never change.
func (s *Server) legacyView(c *call) (wire.Legacy, error) {
	v, err := s.accepted(c)
	if err != nil {
		return wire.Legacy{}, err
	}
	t, err := s.store.Tenant(c.ctx, c.tenant)
	if err != nil {
		return wire.Legacy{}, fmt.Errorf("reading the tenant: %w", err)
	}
	return wire.Legacy{View: v, On: true, Made: t.CreatedAt}, nil
}

// controlView returns how to show access controls to the request.
func (s *Server) controlView(c *call) (wire.Legacy, error) {
	if s.noLegacy {
		v, err := s.accepted(c)
		return wire.Legacy{View: v}, err
	}
	expanded := strings.Split(c.query("expand"), ",")
	role, resource := slices.Contains(expanded, "role"), slices.Contains(expanded, "resource")
	var l wire.Legacy
	var err error
	if role || resource {
		l, err = s.legacyView(c)
	} else {
		l.View, err = s.accepted(c)
	}
	l.On, l.Role, l.Resource = true, role, resource
	l.RoleID, l.ResourceID = c.query("roleId"), c.query("resourceId")
	return l, err
}
