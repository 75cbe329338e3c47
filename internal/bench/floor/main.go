// Command floor is a Terraform provider that does nothing: its iam_user has the
// same attributes as the real one, and it stores what the plan says. It costs
// what Terraform, the plugin protocol and the framework cost, so no provider on
// the framework can cost less unless it turns off the SDK's logs. With FLOOR=raw
// in the environment it does not use the framework either.
package main

import (
	"context"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const address = "registry.terraform.io/access-config/iam"

func main() {
	serve := func() error {
		return providerserver.Serve(context.Background(), func() provider.Provider { return floorProvider{} }, providerserver.ServeOpts{Address: address})
	}
	if os.Getenv("FLOOR") == "raw" {
		serve = serveRaw
	}
	if err := serve(); err != nil {
		log.Fatal(err)
	}
}

type floorProvider struct{}

func (floorProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "iam"
}

// providerSettings are the provider arguments in the benchmark's configurations.
var providerSettings = []string{"api_url", "tenant", "client_id", "client_secret"}

func (floorProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema.Attributes = map[string]providerschema.Attribute{}
	for _, name := range providerSettings {
		resp.Schema.Attributes[name] = providerschema.StringAttribute{Optional: true}
	}
}

func (floorProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (floorProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (floorProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return floorUser{} }}
}

type floorUser struct{}

// computed are the attributes that the real provider reads from the API.
var computed = []string{
	"id", "department", "preferred_site", "preferred_currency", "preferred_language", "backoffice_user_number", "status", "on_destroy",
}

func (floorUser) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "iam_user"
}

func (floorUser) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema.Attributes = map[string]schema.Attribute{
		"email": schema.StringAttribute{Required: true}, "first_name": schema.StringAttribute{Required: true},
		"last_name": schema.StringAttribute{Required: true}, "locked": schema.BoolAttribute{Optional: true},
		"group_ids": schema.SetAttribute{ElementType: types.StringType, Optional: true},
	}
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	for _, name := range computed {
		resp.Schema.Attributes[name] = schema.StringAttribute{Optional: name != "id", Computed: true, PlanModifiers: keep}
	}
}

func (floorUser) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.State.Raw = req.Plan.Raw
	for _, name := range computed {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), name)...)
	}
}

func (floorUser) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (floorUser) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

func (floorUser) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
