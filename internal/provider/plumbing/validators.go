package plumbing

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

var languagePattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// ValidID accepts ids that a configuration can choose.
func ValidID() validator.String {
	return rule{"must have 1 to 66 letters, digits, dots, hyphens and underscores", "Invalid Id", api.ValidID, func(text string) string {
		return fmt.Sprintf("The id %q must have 1 to 66 letters, digits, dots, hyphens and underscores.", text)
	}}
}

// ValidScope accepts ids of scopes.
func ValidScope() validator.String {
	return rule{"must have 1 to 255 letters, digits, dots, hyphens and underscores", "Invalid Scope", api.ValidScope, func(text string) string {
		return fmt.Sprintf("The scope %q must have 1 to 255 letters, digits, dots, hyphens and underscores.", text)
	}}
}

// ValidVendorID accepts vendor ids that a configuration can choose.
func ValidVendorID() validator.String {
	return rule{"must have 1 to 66 letters, digits, hyphens and underscores", "Invalid Id", api.ValidVendorID, func(text string) string {
		return fmt.Sprintf("The id %q must have 1 to 66 letters, digits, hyphens and underscores, and must not be \"search\".", text)
	}}
}

// ValidTime accepts points in time.
func ValidTime() validator.String {
	return rule{"must be a time such as 2026-01-31T12:00:00Z", "Invalid Time", func(text string) bool {
		_, err := time.Parse(time.RFC3339, text)
		return err == nil
	}, func(text string) string {
		return fmt.Sprintf("%q is not an RFC 3339 time such as 2026-01-31T12:00:00Z.", text)
	}}
}

// ValidTenant accepts the name of a tenant, in any case.
func ValidTenant() validator.String {
	return rule{"must be the name of a tenant", "Invalid Tenant", func(text string) bool { return api.ValidTenant(strings.ToLower(text)) }, TenantRule}
}

// TenantRule describes the rule for names of tenants.
func TenantRule(name string) string {
	return fmt.Sprintf("The tenant %q must have 3 to 16 letters and digits and start with a letter.", name)
}

// ValidRestriction accepts restriction values.
func ValidRestriction() validator.String {
	return rule{"must be a restriction value", "Invalid Restriction Value", access.ValidRestriction, func(text string) string {
		return fmt.Sprintf("%q is not a restriction value: it is part of scopes, so it must not be empty or contain white space, \"#\" or \"--\".", text)
	}}
}

// ValidSiteCode accepts codes of sites.
func ValidSiteCode() validator.String {
	return rule{"must be the code of a site", "Invalid Site Code", api.ValidSiteCode, func(text string) string {
		return fmt.Sprintf("%q cannot be the code of a site: it must not be empty nor hold white space or \"#\", and a path must be able to carry it.", text)
	}}
}

// ValidText accepts a localized text with at least one language and no empty texts.
func ValidText() []validator.Map {
	return []validator.Map{
		NotEmptyMap(),
		mapvalidator.KeysAre(ValidLanguage()),
		mapvalidator.ValueStringsAre(NotEmpty()),
	}
}

// ValidEmail accepts a bare e-mail address.
func ValidEmail() validator.String {
	return rule{"must be an e-mail address", "Invalid E-Mail Address", api.ValidEmail, func(text string) string {
		return fmt.Sprintf("%q is not an e-mail address such as anna.schmidt@example.com.", text)
	}}
}

// ValidEmailDomain accepts domains of e-mail addresses.
func ValidEmailDomain() validator.String {
	valid := func(text string) bool {
		_, err := access.EmailDomain(text)
		return err == nil
	}
	return rule{"must be a domain of e-mail addresses", "Invalid E-Mail Domain", valid, func(text string) string {
		return fmt.Sprintf("%q is not a domain of e-mail addresses. Write only what follows the @, such as example.com.", text)
	}}
}

// rule is a validator of strings.
type rule struct {
	description string
	summary     string // of the error
	valid       func(text string) bool
	detail      func(text string) string // of the error, for a text that is not empty
}

func (r rule) Description(context.Context) string         { return r.description }
func (r rule) MarkdownDescription(context.Context) string { return r.description }

func (r rule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	text := req.ConfigValue.ValueString()
	switch {
	case !IsSet(req.ConfigValue) || r.valid(text):
	case text == "":
		resp.Diagnostics.AddAttributeError(req.Path, strings.Replace(r.summary, "Invalid", "Empty", 1), emptyText(req.Path))
	default:
		resp.Diagnostics.AddAttributeError(req.Path, r.summary, r.detail(text))
	}
}

// ValidAccess accepts a map of levels by entity. It reports each mistake on its key.
func ValidAccess() validator.Map { return accessValidator{} }

type accessValidator struct{}

func (accessValidator) Description(context.Context) string {
	return "must have entities of the catalog as keys and levels of their product as values"
}

func (v accessValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (accessValidator) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	elements := req.ConfigValue.Elements()
	for _, entity := range SortedKeys(elements) {
		level, ok := elements[entity].(types.String)
		if !ok || !IsSet(level) { // NoNullElements refuses null
			continue
		}
		if _, err := access.Check(entity, level.ValueString()); err != nil {
			text := err.Error()
			if _, ok := access.EntityByCode(entity); ok {
				text = "the entity " + text
			}
			resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(entity), "Invalid Access", Sentence(text))
		}
	}
}
