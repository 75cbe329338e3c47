package providertest

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Identities returns the attributes of each resource's identity.
func (p *Provider) Identities() map[string][]string {
	p.t.Helper()
	names := map[string][]string{}
	for typeName, s := range p.identitySchemas() {
		for _, a := range s.IdentityAttributes {
			names[typeName] = append(names[typeName], a.Name)
		}
		slices.Sort(names[typeName])
	}
	return names
}

func (p *Provider) identitySchemas() map[string]*tfprotov6.ResourceIdentitySchema {
	p.t.Helper()
	resp, err := p.server.GetResourceIdentitySchemas(p.ctx(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	p.must(err, "reading the identity schemas")
	if d := texts(resp.Diagnostics); d.Failed() {
		p.t.Fatalf("reading the identity schemas: %v", d)
	}
	return resp.IdentitySchemas
}

// Identity returns the identity that a state carries.
func (p *Provider) Identity(typeName string, data *tfprotov6.ResourceIdentityData) Values {
	p.t.Helper()
	if data == nil || data.IdentityData == nil {
		return nil
	}
	v, err := data.IdentityData.Unmarshal(p.identitySchemas()[typeName].ValueType())
	p.must(err, "decoding the identity")
	values, _ := decode(p.t, v).(map[string]any)
	return values
}

// ImportIdentity imports a resource by its identity and reads it.
func (p *Provider) ImportIdentity(typeName string, identity Values) (State, Diagnostics) {
	p.t.Helper()
	return p.imported(&tfprotov6.ImportResourceStateRequest{TypeName: typeName, Identity: p.EncodeIdentity(typeName, identity)})
}

// Listed is an object that a list resource found.
type Listed struct {
	Name     string
	Identity Values
	Values   Values // nil unless asked for
}

// Query is what a list block asks for.
type Query struct {
	Config  Values
	Limit   int64
	Include bool // of the whole resource
}

// List lists the objects of a type.
func (p *Provider) List(typeName string, q Query) (found []Listed, d Diagnostics) {
	p.t.Helper()
	s, ok := p.schema.ListResourceSchemas[typeName]
	if !ok {
		p.t.Fatalf("there is no list resource %s", typeName)
	}
	config := q.Config
	if config == nil {
		config = Values{}
	}
	server, ok := p.server.(tfprotov6.ListResourceServer)
	if !ok {
		p.t.Fatal("the provider has no list resources")
	}
	configured := p.dynamic(s, config)
	validated, err := server.ValidateListResourceConfig(p.ctx(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: typeName, Config: configured})
	p.must(err, "validating")
	if d := texts(validated.Diagnostics); d.Failed() {
		return nil, d
	}
	stream, err := server.ListResource(p.ctx(), &tfprotov6.ListResourceRequest{TypeName: typeName, Config: configured, IncludeResource: q.Include, Limit: q.Limit})
	p.must(err, "listing")
	for result := range stream.Results {
		d = append(d, texts(result.Diagnostics)...)
		if result.Identity == nil {
			continue
		}
		l := Listed{Name: result.DisplayName, Identity: p.Identity(typeName, result.Identity)}
		if result.Resource != nil {
			v, err := result.Resource.Unmarshal(p.resource(typeName).ValueType())
			p.must(err, "decoding")
			if v.Type().Is(tftypes.Object{}) {
				l.Values, _ = decode(p.t, v).(map[string]any)
			}
		}
		found = append(found, l)
	}
	return found, d
}

// UpgradeIdentity reads an identity as an earlier release wrote it, in JSON; nil
// where there was none.
func (p *Provider) UpgradeIdentity(typeName string, version int64, identity []byte) (*tfprotov6.ResourceIdentityData, Diagnostics) {
	p.t.Helper()
	resp, err := p.server.UpgradeResourceIdentity(p.ctx(), &tfprotov6.UpgradeResourceIdentityRequest{TypeName: typeName, Version: version, RawIdentity: &tfprotov6.RawState{JSON: identity}})
	p.must(err, "upgrading the identity")
	return resp.UpgradedIdentity, texts(resp.Diagnostics)
}

// EncodeIdentity returns an identity as a state carries it.
func (p *Provider) EncodeIdentity(typeName string, identity Values) *tfprotov6.ResourceIdentityData {
	p.t.Helper()
	typ := p.identitySchemas()[typeName].ValueType()
	data, err := tfprotov6.NewDynamicValue(typ, encode(p.t, typ, identity))
	p.must(err, "encoding the identity")
	return &tfprotov6.ResourceIdentityData{IdentityData: &data}
}
