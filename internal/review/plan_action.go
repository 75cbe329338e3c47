package review

import (
	"encoding/json"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
)

// invocation is an action that the apply runs.
type invocation struct {
	address  string
	typeName string
	event    string // the trigger, such as "AfterUpdate"; empty if invoked by hand
	config   values
	unknown  map[string]any // of config
}

// deferredInvocation is an action that is deferred to a later plan.
type deferredInvocation struct {
	invocation

	reason string
}

// The supported members of an action. terraform-json lacks on_failure and
// calling_resource_address, which do not change what the action does.
var (
	actionMembers = []string{
		"address", "type", "name", "config_values", "config_sensitive", "config_unknown", "provider_name", "lifecycle_action_trigger", "invoke_action_trigger",
	}
	triggerMembers = []string{
		"triggering_resource_address", "action_trigger_event", "action_trigger_block_index", "actions_list_index", "on_failure", "calling_resource_address",
	}
)

// invocation reads an action and keeps it if it belongs to this provider.
func (p *planReader) invocation(to *[]invocation) error {
	text, err := p.raw()
	if err != nil {
		return err
	}
	i, err := p.decodeInvocation(text)
	if i != nil {
		*to = append(*to, *i)
	}
	return err
}

func (p *planReader) deferredInvocation() error {
	var d struct {
		Reason           string          `json:"reason"`
		ActionInvocation json.RawMessage `json:"action_invocation"`
	}
	if err := p.decode(&d); err != nil {
		return err
	}
	i, err := p.decodeInvocation(d.ActionInvocation)
	if i != nil {
		p.plan.later = append(p.plan.later, deferredInvocation{*i, d.Reason})
	}
	return err
}

// decodeInvocation decodes an action. It returns nil for an action of another
// provider.
func (p *planReader) decodeInvocation(text json.RawMessage) (*invocation, error) {
	var a tfjson.ActionInvocation
	if err := json.Unmarshal(text, &a); err != nil {
		return nil, fmt.Errorf("an action of the plan: %w", err)
	}
	if !isOurs(a.Type, a.ProviderName) {
		return nil, nil
	}
	var triggers struct {
		Lifecycle json.RawMessage `json:"lifecycle_action_trigger"`
		Invoke    json.RawMessage `json:"invoke_action_trigger"`
	}
	if err := json.Unmarshal(text, &triggers); err != nil {
		return nil, err
	}
	strange := unknownMembers(text, actionMembers)
	for _, trigger := range []json.RawMessage{triggers.Lifecycle, triggers.Invoke} {
		strange = append(strange, unknownMembers(trigger, triggerMembers)...)
	}
	for _, name := range strange {
		p.plan.unsupported = append(p.plan.unsupported, Unresolved{Address: a.Address, Text: fmt.Sprintf("the plan has %s here, which this release does not understand", name)})
	}
	i := &invocation{address: a.Address, typeName: a.Type, config: valuesOf(a.ConfigValues), unknown: unknownOf(a.ConfigUnknown)}
	if a.LifecycleActionTrigger != nil {
		i.event = a.LifecycleActionTrigger.ActionTriggerEvent
	}
	return i, nil
}
