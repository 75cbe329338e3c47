package review

import (
	"encoding/json"
	"fmt"
	"slices"
)

// configuration is the configuration in a plan. It does not use the types of
// terraform-json: that library decodes nested blocks of every provider as
// expressions, so it rejects a plan in which an argument has the name of an
// expression's member. It also does not support actions.
type configuration struct {
	Providers map[string]providerConfig `json:"provider_config"`
	Root      configModule              `json:"root_module"`
}

// providerConfig is a provider block, or the implicit configuration of a
// provider without a block.
type providerConfig struct {
	FullName    string                `json:"full_name"`
	Module      string                `json:"module_address"` // without instance keys; empty in the root module
	Expressions map[string]expression `json:"expressions"`
}

// configModule is a module of the configuration.
type configModule struct {
	Resources   []configResource      `json:"resources"`
	Actions     []configResource      `json:"actions"`
	ModuleCalls map[string]moduleCall `json:"module_calls"`
	Outputs     map[string]struct {
		Expression expression `json:"expression"`
	} `json:"outputs"`
}

// configResource is a resource or an action in the configuration.
type configResource struct {
	Mode        string                `json:"mode"`
	Type        string                `json:"type"`
	Name        string                `json:"name"`
	Provider    string                `json:"provider_config_key"`
	Expressions map[string]expression `json:"expressions"`
	ForEach     expression            `json:"for_each_expression"`
}

type moduleCall struct {
	Module      configModule          `json:"module"`
	Expressions map[string]expression `json:"expressions"`
	ForEach     expression            `json:"for_each_expression"`
}

// expression is an argument: a constant value or the names that it references.
// An expression with neither is computed from constants.
type expression struct {
	Constant   json.RawMessage
	References []string
}

// UnmarshalJSON skips nested blocks, which hold expressions but are not
// expressions.
func (e *expression) UnmarshalJSON(data []byte) error {
	var members struct {
		Constant   json.RawMessage `json:"constant_value"`
		References []string        `json:"references"`
	}
	if json.Unmarshal(data, &members) == nil {
		e.Constant, e.References = members.Constant, members.References
	}
	return nil
}

// moduleMembers lists the members of a module that this package understands, or
// that do not affect the plan.
var moduleMembers = []string{"resources", "actions", "module_calls", "outputs", "variables"}

// configuration reads the configuration and notes members that it does not
// understand.
func (p *planReader) configuration() error {
	text, err := p.raw()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &p.plan.config); err != nil {
		return fmt.Errorf("the configuration in the plan: %w", err)
	}
	var members struct {
		Root json.RawMessage `json:"root_module"`
	}
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	for _, name := range unknownMembers(text, []string{"provider_config", "root_module"}) {
		p.plan.unsupported = append(p.plan.unsupported, Unresolved{Text: fmt.Sprintf("the configuration in the plan has %s, which this release does not understand", name)})
	}
	return p.noteUnknown("the root module", members.Root)
}

// noteUnknown notes members of a module and its child modules that are not
// understood.
func (p *planReader) noteUnknown(who string, text json.RawMessage) error {
	if text == nil {
		return nil
	}
	var members struct {
		Calls map[string]struct {
			Module json.RawMessage `json:"module"`
		} `json:"module_calls"`
	}
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	for _, name := range unknownMembers(text, moduleMembers) {
		p.plan.unsupported = append(p.plan.unsupported, Unresolved{Text: fmt.Sprintf("%s of the configuration has %s, which this release does not understand", who, name)})
	}
	for name, call := range members.Calls {
		if err := p.noteUnknown("module "+name, call.Module); err != nil {
			return err
		}
	}
	return nil
}

// resource returns a resource in the configuration, or nil if it is no longer
// there.
func (m configModule) resource(mode, typeName, name string) *configResource {
	return find(m.Resources, func(r configResource) bool { return r.Mode == mode && r.Type == typeName && r.Name == name })
}

// action returns an action in the configuration, or nil.
func (m configModule) action(typeName, name string) *configResource {
	return find(m.Actions, func(r configResource) bool { return r.Type == typeName && r.Name == name })
}

func find(all []configResource, is func(configResource) bool) *configResource {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return &all[i]
	}
	return nil
}
