package review

import (
	"encoding/json"
	"fmt"
	"slices"
)

// configuration is the configuration that was planned. Its types are not the
// library's: that reads blocks of any provider as expressions, and refuses a
// whole plan where one has an argument with the name of an expression's member;
// and it knows no actions.
type configuration struct {
	Providers map[string]providerConfig `json:"provider_config"`
	Root      configModule              `json:"root_module"`
}

// providerConfig is a provider block, or what stands in for one that is not
// written.
type providerConfig struct {
	FullName    string                `json:"full_name"`
	Module      string                `json:"module_address"` // without instances; empty in the root
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

// expression is an argument: its value, where that is written there, or the
// names that it refers to. One with neither is computed from values.
type expression struct {
	Constant   json.RawMessage
	References []string
}

// UnmarshalJSON skips blocks, which hold expressions and are none.
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

// moduleMembers are the members of a module that are understood, or say nothing
// of what is planned.
var moduleMembers = []string{"resources", "actions", "module_calls", "outputs", "variables"}

// configuration reads the configuration, and looks for what is not understood.
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
	for _, name := range strangeMembers(text, []string{"provider_config", "root_module"}) {
		p.plan.odd = append(p.plan.odd, Unresolved{Text: fmt.Sprintf("the configuration in the plan has %s, which this release does not understand", name)})
	}
	return p.strangeModule("the root module", members.Root)
}

// strangeModule notes what is not understood of a module and those below it.
func (p *planReader) strangeModule(who string, text json.RawMessage) error {
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
	for _, name := range strangeMembers(text, moduleMembers) {
		p.plan.odd = append(p.plan.odd, Unresolved{Text: fmt.Sprintf("%s of the configuration has %s, which this release does not understand", who, name)})
	}
	for name, call := range members.Calls {
		if err := p.strangeModule("module "+name, call.Module); err != nil {
			return err
		}
	}
	return nil
}

// resource returns what the configuration says of a resource; nil where it says
// nothing any more.
func (m configModule) resource(mode, typeName, name string) *configResource {
	return find(m.Resources, func(r configResource) bool { return r.Mode == mode && r.Type == typeName && r.Name == name })
}

// action returns what the configuration says of an action.
func (m configModule) action(typeName, name string) *configResource {
	return find(m.Actions, func(r configResource) bool { return r.Type == typeName && r.Name == name })
}

func find(all []configResource, is func(configResource) bool) *configResource {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return &all[i]
	}
	return nil
}
