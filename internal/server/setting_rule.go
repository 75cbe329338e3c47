package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/query"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// changeSetting applies a body to an existing item, or refuses it.
func changeSetting(item api.Setting, body api.SettingUpdate) (api.Setting, error) {
	refused := func(member, format string, args ...any) (api.Setting, error) {
		return item, about(member, badRequest("Configuration could not be updated", fmt.Sprintf(format, args...)))
	}
	switch {
	case body.Version != nil && *body.Version != item.Version:
		return item, about("version", conflict("Configuration could not be updated", item.Key, fmt.Sprintf("The version of '%s' is %d, not %d", item.Key, item.Version, *body.Version)))
	case item.ReadOnly:
		return refused("", "The item '%s' is read-only", item.Key)
	case item.Restricted && body.Restricted != nil && !*body.Restricted:
		return refused("restricted", "The item '%s' is restricted, which cannot be undone", item.Key)
	case item.SchemaURL != "" && body.SchemaURL != nil && *body.SchemaURL != item.SchemaURL:
		return refused("schemaUrl", "The schemaUrl of '%s' cannot change", item.Key)
	}
	item.Value = body.Value
	overlay(&item.Description, body.Description)
	overlay(&item.Secured, body.Secured)
	overlay(&item.Restricted, body.Restricted)
	overlay(&item.ReadOnly, body.ReadOnly)
	overlay(&item.SchemaURL, body.SchemaURL)
	return item, nil
}

// overlay sets a member to the value of the body, if the body has one.
func overlay[T any](member *T, said *T) {
	if said != nil {
		*member = *said
	}
}

// checkSetting refuses an invalid item. Items that the backend itself reads must be valid,
// or later requests would fail.
func checkSetting(ctx context.Context, tx store.DocumentTx, o settingOwner, item api.Setting) error {
	refused := func(member, example string, err error) error {
		return invalid("Configuration item '"+item.Key+"' is not valid", api.ServiceDetail{Field: member, Type: api.DetailInvalid, Message: err.Error(), MoreInfo: example})
	}
	if json.Unmarshal(item.Value, new(any)) != nil {
		return refused("value", "", errors.New("the value contains a number that is too large"))
	}
	var text string
	if item.Secured && json.Unmarshal(item.Value, &text) != nil {
		return refused("secured", "", errors.New("only a text can be secured"))
	}
	if u, err := url.Parse(item.SchemaURL); item.SchemaURL != "" && (err != nil || !u.IsAbs()) {
		return refused("schemaUrl", "https://example.com/schema.json", errors.New("schemaUrl must be an absolute URL"))
	}
	if o.client != "" {
		return nil
	}
	var err error
	var example string
	switch item.Key {
	case api.SettingLanguages:
		example = `"[{\"id\":\"en\",\"label\":\"English\",\"default\":true,\"required\":true}]"`
		err = checkOptions(item.Value, query.LanguageTag, "a language such as en or de-CH")
	case api.SettingCurrencies:
		example = `"[{\"id\":\"EUR\",\"label\":\"Euro\",\"default\":true,\"required\":true}]"`
		err = checkOptions(item.Value, currencyCode, "a currency such as EUR")
	case api.SettingEmailDomains:
		example = `["example.com"]`
		err = checkDomains(item.Value)
	case api.SettingRestrictions, api.SettingSiteSync:
		return checkRules(ctx, tx, o.tenant, item)
	}
	if err != nil {
		return refused("value", example, err)
	}
	return nil
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

// checkOptions requires a JSON list in a text, with one default.
func checkOptions(value json.RawMessage, pattern *regexp.Regexp, kind string) error {
	var text string
	var list []api.SettingOption
	if json.Unmarshal(value, &text) != nil || json.Unmarshal([]byte(text), &list) != nil {
		return errors.New(`the value must be a text that holds a JSON list, such as "[{\"id\":\"en\",\"label\":\"English\",\"default\":true,\"required\":true}]"`)
	}
	defaults := 0
	seen := map[string]bool{}
	for _, option := range list {
		if option.ID == "" || !pattern.MatchString(option.ID) {
			return fmt.Errorf("'%s' is not %s", option.ID, kind)
		}
		id := strings.ToLower(option.ID) // the case of a language does not count
		if seen[id] {
			return fmt.Errorf("'%s' is listed twice", option.ID)
		}
		seen[id] = true
		if option.Default {
			defaults++
		}
	}
	if defaults != 1 {
		return fmt.Errorf("one entry must be the default, not %d", defaults)
	}
	return nil
}

// checkDomains requires an array of domains, each once.
func checkDomains(value json.RawMessage) error {
	var list []string
	if json.Unmarshal(value, &list) != nil || list == nil {
		return errors.New(`the value must be an array of texts, such as ["example.com"]`)
	}
	for _, d := range list {
		if _, err := access.EmailDomain(d); err != nil {
			return err
		}
	}
	if d := access.RepeatedDomain(list); d != "" {
		return fmt.Errorf("'%s' is listed twice", d)
	}
	return nil
}

// checkRules refuses invalid restriction values and an invalid switch that ties them to
// the sites, and, while they are tied, values that are not the code of a site.
func checkRules(ctx context.Context, tx store.DocumentTx, tenant string, item api.Setting) error {
	refused := func(format string, args ...any) error {
		return about("value", badRequest("Configuration item '"+item.Key+"' is not valid", fmt.Sprintf(format, args...)))
	}
	rules, err := restrictionRules(ctx, tx, tenant)
	if err != nil {
		return err
	}
	if item.Key == api.SettingSiteSync {
		if json.Unmarshal(item.Value, &rules.SyncWithSites) != nil {
			return refused("The value must be true or false")
		}
	} else if rules.Listed, err = restrictionList(item.Value); err != nil {
		return refused("%v", err)
	}
	if !rules.SyncWithSites {
		return nil
	}
	if rules.Sites, err = siteCodes(ctx, tx, tenant); err != nil {
		return err
	}
	if strangers := rules.Refused(rules.Listed); len(strangers) > 0 {
		return refused("With %s every restriction must be the code of a site, and there is no site '%s'", api.SettingSiteSync, strangers[0])
	}
	return nil
}

func restrictionList(value json.RawMessage) ([]string, error) {
	var texts []*string
	if err := json.Unmarshal(value, &texts); err != nil || texts == nil {
		return nil, errors.New("the value must be an array of texts")
	}
	list := make([]string, len(texts))
	for i, text := range texts {
		if text == nil || !access.ValidRestriction(*text) {
			overlay(&list[i], text)
			return nil, fmt.Errorf("'%s' cannot be a restriction: one is a text that is not empty and holds no white space, no '#' and no '--'", list[i])
		}
		list[i] = *text
	}
	return list, nil
}

// restrictionRules reads which restriction values the tenant allows. It reads the sites
// only if they matter.
func restrictionRules(ctx context.Context, tx store.DocumentTx, tenant string) (rules access.RestrictionRules, err error) {
	if _, err = setting(ctx, tx, tenant, api.SettingRestrictions, &rules.Listed); err != nil {
		return rules, err
	}
	if _, err = setting(ctx, tx, tenant, api.SettingSiteSync, &rules.SyncWithSites); err != nil {
		return rules, err
	}
	if rules.SyncWithSites {
		rules.Sites, err = siteCodes(ctx, tx, tenant)
	}
	return rules, err
}

// siteCodes returns the codes of all sites of a tenant.
func siteCodes(ctx context.Context, tx store.DocumentTx, tenant string) ([]string, error) {
	documents, err := tx.Documents(ctx, tenant, store.KindSite)
	if err != nil {
		return nil, fmt.Errorf("listing sites: %w", err)
	}
	codes := make([]string, len(documents))
	for i, d := range documents {
		codes[i] = d.ID
	}
	return codes, nil
}
