package visibility

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

func (r *siteResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keepText := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	keepSet := []planmodifier.Set{setplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A site: a shop, a store or a market of the tenant, as far as access configuration needs it. Other properties of a site (taxes, mixins, opening hours) are left unchanged.\n\n" +
			"While restrictions are tied to the sites (see `iam_restriction_settings`), groups can be restricted to the codes of sites.\n\n" +
			"A new site takes arguments that are left out from the tenant's default site; an existing site keeps its values. The default site cannot be deleted, and this resource does not change which site is the default.",
		Attributes: map[string]schema.Attribute{
			"code": schema.StringAttribute{
				MarkdownDescription: "Code of the site: any text without white space or `#`. Case-sensitive. Changing it replaces the site.",
				Required:            true,
				Validators:          []validator.String{plumbing.ValidSiteCode()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "Name of the site.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"default_language": schema.StringAttribute{
				MarkdownDescription: "Language such as `en`; one of `languages`.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{plumbing.ValidShortLanguage()},
				PlanModifiers:       keepText,
			},
			"languages": schema.SetAttribute{
				MarkdownDescription: "Languages of the site. Defaults to `default_language` if that is set. Requires `default_language`.",
				ElementType:         types.StringType,
				Optional:            true,
				Computed:            true,
				Validators:          []validator.Set{plumbing.NotEmptySet("A site has at least one language. "), setvalidator.ValueStringsAre(plumbing.ValidShortLanguage()), setvalidator.AlsoRequires(path.MatchRoot("default_language"))},
				PlanModifiers:       keepSet,
			},
			"currency": schema.StringAttribute{
				MarkdownDescription: "Currency such as `EUR`.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{plumbing.ValidCurrency()},
				PlanModifiers:       keepText,
			},
			"country": schema.StringAttribute{
				MarkdownDescription: "Country of the site's address, such as `DE`. Requires `zip_code`.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{plumbing.ValidCountry(), stringvalidator.AlsoRequires(path.MatchRoot("zip_code"))},
				PlanModifiers:       keepText,
			},
			"zip_code": schema.StringAttribute{
				MarkdownDescription: "Postal code of the site's address. Requires `country`.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{plumbing.NotEmpty(), stringvalidator.AlsoRequires(path.MatchRoot("country"))},
				PlanModifiers:       keepText,
			},
			"ship_to_countries": schema.SetAttribute{
				MarkdownDescription: "Countries that the site ships to. Defaults to `country` if that is set.",
				ElementType:         types.StringType,
				Optional:            true,
				Computed:            true,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(plumbing.ValidCountry())},
				PlanModifiers:       keepSet,
			},
			"active": schema.BoolAttribute{
				MarkdownDescription: "Whether the site is open to the public. `true` by default.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(true),
			},
			"default": schema.BoolAttribute{
				MarkdownDescription: "Whether this is the tenant's default site.",
				Computed:            true,
				PlanModifiers:       []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
			},
		},
	}
}
