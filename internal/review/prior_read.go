package review

import (
	"encoding/json"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
)

// priorResource is an object of the prior state.
type priorResource struct {
	module   []step
	mode     string
	typeName string
	name     string
	address  string
	values   values
	tenant   string // the tenant in its identity, if it has one
}

// priorState reads the prior state, one object at a time.
func (p *planReader) priorState() error {
	return p.members(func(name string) error {
		if name != "values" {
			_, err := p.skip()
			return err
		}
		return p.members(func(name string) error {
			if name != "root_module" {
				_, err := p.skip()
				return err
			}
			return p.priorModule()
		})
	})
}

func (p *planReader) priorModule() error {
	return p.members(func(name string) error {
		switch name {
		case "resources":
			return p.elements(p.priorResource)
		case "child_modules":
			return p.elements(p.priorModule)
		}
		_, err := p.skip()
		return err
	})
}

func (p *planReader) priorResource() error {
	var text json.RawMessage
	if err := p.decoder.Decode(&text); err != nil {
		return err
	}
	var r tfjson.StateResource
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("the state in the plan: %w", err)
	}
	if isOurs(r.Type, r.ProviderName) {
		module, _ := cutModule(steps(r.Address))
		p.plan.prior = append(p.plan.prior, priorResource{module, string(r.Mode), r.Type, r.Name, r.Address, valuesOf(r.AttributeValues), tenantOf(r.IdentityValues)})
	}
	return nil
}
