package review

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// change is the planned change of one object of this provider.
type change struct {
	address  string
	previous string // the address it was moved from, if it was
	module   string // address of the module instance; empty in the root module
	mode     string
	typeName string
	name     string
	index    any    // a string, a number or nil
	deposed  string // not empty for an object that is already replaced
	actions  tfjson.Actions
	before   values
	after    values
	unknown  map[string]any // of after
	tenant   string         // the tenant in its identity, if it has one
}

// deferredChange is a change that is deferred to a later plan.
type deferredChange struct {
	change

	reason string
}

// The members of a change that are supported, or do not affect what it does.
var (
	changeMembers = []string{
		"address", "previous_address", "module_address", "mode", "type", "name", "index", "index_unknown", "provider_name", "full_provider",
		"deposed", "change", "action_reason",
	}
	partMembers = []string{
		"actions", "before", "after", "after_unknown", "before_sensitive", "after_sensitive", "replace_paths", "importing", "generated_config",
		"before_identity", "after_identity",
	}
)

// The supported actions, joined by commas.
var knownActions = []string{"no-op", "create", "read", "update", "delete", "delete,create", "create,delete", "forget", "create,forget", "open"}

// change reads a change and keeps it if it belongs to this provider.
func (p *planReader) change(to *[]change) error {
	text, err := p.raw()
	if err != nil {
		return err
	}
	c, err := p.decodeChange(text)
	if c != nil {
		*to = append(*to, *c)
	}
	return err
}

func (p *planReader) deferredChange() error {
	var d struct {
		Reason         string          `json:"reason"`
		ResourceChange json.RawMessage `json:"resource_change"`
	}
	if err := p.decode(&d); err != nil {
		return err
	}
	c, err := p.decodeChange(d.ResourceChange)
	if c != nil {
		p.plan.deferred = append(p.plan.deferred, deferredChange{*c, d.Reason})
	}
	return err
}

// decodeChange decodes a change. It returns nil for an object of another
// provider.
func (p *planReader) decodeChange(text json.RawMessage) (*change, error) {
	var rc tfjson.ResourceChange
	if err := json.Unmarshal(text, &rc); err != nil {
		return nil, fmt.Errorf("a change of the plan: %w", err)
	}
	if !isOurs(rc.Type, rc.ProviderName) {
		return nil, nil
	}
	c := &change{
		address: rc.Address, previous: rc.PreviousAddress, module: rc.ModuleAddress, mode: string(rc.Mode), typeName: rc.Type, name: rc.Name,
		index: rc.Index, deposed: rc.DeposedKey,
	}
	var parts struct {
		Change json.RawMessage `json:"change"`
	}
	if err := json.Unmarshal(text, &parts); err != nil {
		return nil, err
	}
	strange := append(unknownMembers(text, changeMembers), unknownMembers(parts.Change, partMembers)...)
	for _, name := range strange {
		p.plan.unsupported = append(p.plan.unsupported, Unresolved{Address: c.address, Text: fmt.Sprintf("the plan has %s here, which this release does not understand", name)})
	}
	if rc.Change != nil {
		c.actions = rc.Change.Actions
		c.before, c.after, c.unknown = valuesOf(rc.Change.Before), valuesOf(rc.Change.After), unknownOf(rc.Change.AfterUnknown)
		if c.tenant = tenantOf(rc.Change.BeforeIdentity); c.tenant == "" {
			c.tenant = tenantOf(rc.Change.AfterIdentity)
		}
		if c.actions.NoOp() {
			c.after = c.before
		}
	}
	if !slices.Contains(knownActions, c.actionList()) {
		p.plan.unsupported = append(p.plan.unsupported, Unresolved{Address: c.address, Text: fmt.Sprintf("this release does not understand the action %q of the plan", c.actionList())})
	}
	return c, nil
}

// tenantOf returns the tenant in an identity, or "".
func tenantOf(identity any) string {
	members, _ := identity.(map[string]any)
	return strings.ToLower(values(members).text("tenant"))
}

// isOurs reports whether a type belongs to this provider. It ignores host and
// namespace, which differ if the provider is mirrored or built locally.
func isOurs(typeName, provider string) bool {
	return strings.HasPrefix(typeName, "iam_") && (provider == "" || isOurProvider(provider))
}

func isOurProvider(name string) bool { return name[strings.LastIndex(name, "/")+1:] == "iam" }

// unknownMembers returns the names of members that are not known and not empty,
// sorted.
func unknownMembers(text json.RawMessage, known []string) []string {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		return nil // not an object
	}
	var strange []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		var value any
		if !slices.Contains(known, name) && json.Unmarshal(members[name], &value) == nil && hasContent(value) {
			strange = append(strange, name)
		}
	}
	return strange
}

// hasContent reports whether a value holds anything but null, false, empty strings
// and zeros.
func hasContent(value any) bool {
	switch v := value.(type) {
	case []any:
		return slices.ContainsFunc(v, hasContent)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), hasContent)
	case nil:
		return false
	}
	return value != false && value != "" && value != float64(0)
}

// actionList returns the actions of the change, joined by commas.
func (c change) actionList() string {
	var names []string
	for _, a := range c.actions {
		names = append(names, string(a))
	}
	return strings.Join(names, ",")
}

// does reports whether one of the actions is planned. A replacement is a
// deletion and a creation.
func (c change) does(actions ...tfjson.Action) bool {
	return slices.ContainsFunc(c.actions, func(a tfjson.Action) bool { return slices.Contains(actions, a) })
}

// changes reports whether the apply changes the object itself.
func (c change) changes() bool {
	return c.mode == managed && (c.does(tfjson.ActionCreate, tfjson.ActionUpdate, tfjson.ActionDelete) || !slices.Contains(knownActions, c.actionList()))
}

const managed = string(tfjson.ManagedResourceMode)

// isUnknown reports whether the attribute or a part of it is unknown before the
// apply.
func (c change) isUnknown(attribute string) bool { return hasTrue(c.unknown[attribute]) }

func hasTrue(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case []any:
		return slices.ContainsFunc(v, hasTrue)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), hasTrue)
	}
	return false
}

func unknownOf(v any) map[string]any {
	members, _ := v.(map[string]any)
	return members
}

// values are the attributes of an object.
type values map[string]any

// ignoredAttributes lists attributes that do not affect access. They take half the memory
// of a large plan.
var ignoredAttributes = []string{
	"department", "preferred_currency", "preferred_language", "preferred_site", "backoffice_user_number",
	"description", "mixins", "legal_info", "contacts", "unmet_dependencies", "timeouts",
}

func valuesOf(v any) values {
	members, _ := v.(map[string]any)
	for _, attribute := range ignoredAttributes {
		delete(members, attribute)
	}
	return members
}

// text returns a string attribute, or "" if it is null or unknown.
func (v values) text(attribute string) string {
	text, _ := v[attribute].(string)
	return text
}

// texts returns the known elements of a list of strings.
func (v values) texts(attribute string) []string {
	list, _ := v[attribute].([]any)
	var result []string
	for _, e := range list {
		if text, ok := e.(string); ok {
			result = append(result, text)
		}
	}
	return result
}

// textMap returns the known elements of a map of strings.
func (v values) textMap(attribute string) map[string]string {
	m, _ := v[attribute].(map[string]any)
	result := make(map[string]string, len(m))
	for key, e := range m {
		if text, ok := e.(string); ok {
			result[key] = text
		}
	}
	return result
}

// effectiveAccess returns the attribute of that name.
func (v values) effectiveAccess() access.Access {
	return access.FromMap(levelsOf(v.textMap("effective_access")))
}

// levelsOf parses the names of levels.
func levelsOf(names map[string]string) map[string]access.Level {
	levels := make(map[string]access.Level, len(names))
	for entity, name := range names {
		if level, err := access.ParseLevel(name); err == nil {
			levels[entity] = level
		}
	}
	return levels
}

// label returns the name in English, or else in the first language.
func (v values) label() string {
	names := v.textMap("name")
	if _, many := v["names"]; many { // in data sources
		names = v.textMap("names")
	}
	if name := names["en"]; name != "" || len(names) == 0 {
		return name
	}
	return names[slices.Min(slices.Collect(maps.Keys(names)))]
}
