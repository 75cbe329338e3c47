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

// change is what a plan does with one object of this provider.
type change struct {
	address  string
	previous string // the address it was moved from, if it was
	module   string // address of the module's instance; empty in the root
	mode     string
	typeName string
	name     string
	index    any    // a text, a number, or nothing
	deposed  string // not empty for an object that a new one has replaced already
	actions  tfjson.Actions
	before   values
	after    values
	unknown  map[string]any // of after
	tenant   string         // that its identity names, if it has one
}

// deferredChange is a change that is left to a later plan.
type deferredChange struct {
	change

	reason string
}

// The members of a change that are understood, or say nothing of what it does.
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

// The actions that are understood, as a plan writes them.
var knownActions = []string{"no-op", "create", "read", "update", "delete", "delete,create", "create,delete", "forget", "create,forget", "open"}

// change reads a change, and keeps it if it is of this provider.
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

// decodeChange reads a change; nil for one of another provider.
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
	strange := append(strangeMembers(text, changeMembers), strangeMembers(parts.Change, partMembers)...)
	for _, name := range strange {
		p.plan.odd = append(p.plan.odd, Unresolved{Address: c.address, Text: fmt.Sprintf("the plan says %s of it, which this release does not understand", name)})
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
	if !slices.Contains(knownActions, c.doing()) {
		p.plan.odd = append(p.plan.odd, Unresolved{Address: c.address, Text: fmt.Sprintf("the plan's action %q is not one that this release understands", c.doing())})
	}
	return c, nil
}

// tenantOf is the tenant that an identity names.
func tenantOf(identity any) string {
	members, _ := identity.(map[string]any)
	return strings.ToLower(values(members).text("tenant"))
}

// isOurs reports whether a type is of this provider. Hosts and namespaces differ
// where the provider is mirrored or built by hand.
func isOurs(typeName, provider string) bool {
	return strings.HasPrefix(typeName, "iam_") && (provider == "" || isOurProvider(provider))
}

func isOurProvider(name string) bool { return name[strings.LastIndex(name, "/")+1:] == "iam" }

// strangeMembers returns the members of an object that are not among those known
// and say something, sorted.
func strangeMembers(text json.RawMessage, known []string) []string {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		return nil // no object has no members
	}
	var strange []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		var value any
		if !slices.Contains(known, name) && json.Unmarshal(members[name], &value) == nil && says(value) {
			strange = append(strange, name)
		}
	}
	return strange
}

// says reports whether there is anything but null, false, empty texts and zeros
// in a value.
func says(value any) bool {
	switch v := value.(type) {
	case []any:
		return slices.ContainsFunc(v, says)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), says)
	case nil:
		return false
	}
	return value != false && value != "" && value != float64(0)
}

// doing is the change's actions as a plan writes them.
func (c change) doing() string {
	var names []string
	for _, a := range c.actions {
		names = append(names, string(a))
	}
	return strings.Join(names, ",")
}

// does reports whether the action is among those planned; a replacement is a
// deletion and a creation.
func (c change) does(actions ...tfjson.Action) bool {
	return slices.ContainsFunc(c.actions, func(a tfjson.Action) bool { return slices.Contains(actions, a) })
}

// changes reports whether the apply does something with the object itself.
func (c change) changes() bool {
	return c.mode == managed && (c.does(tfjson.ActionCreate, tfjson.ActionUpdate, tfjson.ActionDelete) || !slices.Contains(knownActions, c.doing()))
}

const managed = string(tfjson.ManagedResourceMode)

// isUnknown reports whether the attribute, or a part of it, is not known before
// the apply.
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

// unread are attributes that say nothing of access. They take half of the memory
// that large plans take.
var unread = []string{
	"department", "preferred_currency", "preferred_language", "preferred_site", "backoffice_user_number",
	"description", "mixins", "legal_info", "contacts", "unmet_dependencies", "timeouts",
}

func valuesOf(v any) values {
	members, _ := v.(map[string]any)
	for _, attribute := range unread {
		delete(members, attribute)
	}
	return members
}

// text is the attribute as a text; empty where it is null or unknown.
func (v values) text(attribute string) string {
	text, _ := v[attribute].(string)
	return text
}

// texts is the attribute as a list of texts, without those that are unknown.
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

// textMap is the attribute as a map of texts, without those that are unknown.
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

// levels is the attribute as an access.
func (v values) levels(attribute string) access.Access {
	return access.FromMap(levelsOf(v.textMap(attribute)))
}

// levelsOf reads names of levels.
func levelsOf(names map[string]string) map[string]access.Level {
	levels := make(map[string]access.Level, len(names))
	for entity, name := range names {
		if level, err := access.ParseLevel(name); err == nil {
			levels[entity] = level
		}
	}
	return levels
}

// label is the attribute name: in English where it has that, else in the first
// language.
func (v values) label() string {
	names := v.textMap("name")
	if _, many := v["names"]; many { // as data sources have it
		names = v.textMap("names")
	}
	if name := names["en"]; name != "" || len(names) == 0 {
		return name
	}
	return names[slices.Min(slices.Collect(maps.Keys(names)))]
}
