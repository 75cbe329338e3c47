package providertest

import (
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Moved is the state that a moved block names.
type Moved struct {
	Provider string // its address; that of this provider when left out
	Type     string
	State    map[string]any
}

// Move moves a state to another type, as Terraform does before it configures the
// provider.
func (p *Provider) Move(typeName string, from Moved) (State, Diagnostics) {
	p.t.Helper()
	if from.Provider == "" {
		from.Provider = address
	}
	state, err := json.Marshal(from.State)
	p.must(err, "encoding the state")
	resp, err := p.server.MoveResourceState(p.ctx(), &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: from.Provider, SourceTypeName: from.Type, SourceState: &tfprotov6.RawState{JSON: state}, TargetTypeName: typeName,
	})
	p.must(err, "moving the state")
	return State{p.plain(p.resource(typeName), resp.TargetState), resp.TargetPrivate, resp.TargetIdentity}, texts(resp.Diagnostics)
}
