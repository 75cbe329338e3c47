package plumbing

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Data is the provider data that all resources and data sources share.
type Data struct {
	// Client is nil while the provider's configuration has unknown values, which is
	// possible in a plan.
	Client        *client.Client
	Defaults      UserDefaults
	Guardrails    Guardrails
	AdoptExisting bool // creations adopt existing objects
	Members       Memberships
	Keys          Keys
	Uses          Uses

	states sync.Map // of packages, by type

	mu            sync.Mutex
	templates     []api.Template
	rights        *access.Rights
	planned       planned
	team          team
	plans         templatePlans
	controlPlans  controlPlans
	restrictions  *restrictionRules
	forecast      forecast
	requests      requests
	replacing     replacing
	laterRemovals laterRemovals
	codes         tenantCodes
}

// UserDefaults are the values of attributes that a user omits. They may be unknown
// in a plan.
type UserDefaults struct {
	Department        types.String `tfsdk:"department"`
	PreferredSite     types.String `tfsdk:"preferred_site"`
	PreferredCurrency types.String `tfsdk:"preferred_currency"`
	PreferredLanguage types.String `tfsdk:"preferred_language"`
}

// Ready reports whether the provider can send requests, and adds an error if not.
func (d *Data) Ready(diags *diag.Diagnostics) bool {
	if d != nil && d.Client != nil {
		return true
	}
	diags.AddError("Provider Configuration Unknown",
		"The provider's configuration depends on values that are known only after apply, so the tenant cannot be read yet.\n\n"+
			"Apply the resources they come from first, for example with -target, or configure the provider with known values.")
	return false
}

// ReadyToRead is Ready for the refresh of a resource: if the provider cannot send requests, it
// adds a warning, and the state stays unchanged.
func (d *Data) ReadyToRead(diags *diag.Diagnostics) bool {
	if d != nil && d.Client != nil {
		return true
	}
	diags.AddWarning("Object Not Refreshed", "The provider's configuration depends on values that are known only after apply, so the object was not read and its state is unchanged.")
	return false
}

// Resource is embedded by every resource. It names the type and receives the provider
// data.
type Resource struct {
	*Data
	Name string // of the type, without the provider's prefix
}

// Metadata names the type.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.Name
}

// Configure receives the provider data.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.Data = providerData(req.ProviderData, &resp.Diagnostics)
}

// ConfigValidators check all arguments of the type.
func (r *Resource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{NoNullElements{}, VisibleTexts{}, ownerValidator{r.Data}}
}

// DataSource is embedded by every data source. It names the type and receives the
// provider data.
type DataSource struct {
	*Data
	Name string // of the type, without the provider's prefix
}

// Metadata names the type.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.Name
}

// Configure receives the provider data.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.Data = providerData(req.ProviderData, &resp.Diagnostics)
}

// ConfigValidators check all arguments of the type. A data
// source with validators of its own adds them to these.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{NoNullElements{}}
}

// EphemeralResource is embedded by every ephemeral resource. It names the type and
// receives the provider data.
type EphemeralResource struct {
	*Data
	Name string // of the type, without the provider's prefix
}

// Metadata names the type.
func (e *EphemeralResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + e.Name
}

// Configure receives the provider data.
func (e *EphemeralResource) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.Data = providerData(req.ProviderData, &resp.Diagnostics)
}

// ConfigValidators check all arguments of the type.
func (e *EphemeralResource) ConfigValidators(context.Context) []ephemeral.ConfigValidator {
	return []ephemeral.ConfigValidator{NoNullElements{}}
}

// Action is embedded by every action. It names the type and receives the provider
// data.
type Action struct {
	*Data
	Name string // of the type, without the provider's prefix
}

// Metadata names the type.
func (a *Action) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + a.Name
}

// Configure receives the provider data.
func (a *Action) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.Data = providerData(req.ProviderData, &resp.Diagnostics)
}

// ConfigValidators check all arguments of the type.
func (a *Action) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{NoNullElements{}}
}

// Progress reports the progress of an action to the user.
func Progress(resp *action.InvokeResponse, format string, args ...any) {
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf(format, args...)})
}

// providerData returns the provider data; nil before the provider is configured.
func providerData(data any, diags *diag.Diagnostics) *Data {
	if data == nil {
		return nil
	}
	d, ok := data.(*Data)
	if !ok {
		diags.AddError("Unexpected Provider Data", fmt.Sprintf("Expected %T, got %T. This is a bug in the provider: please report it.", d, data))
	}
	return d
}
