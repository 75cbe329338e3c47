package rights

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ ephemeral.EphemeralResourceWithConfigure = (*accessTokenEphemeral)(nil)

type accessTokenEphemeral struct {
	plumbing.EphemeralResource
}

// NewAccessTokenEphemeral returns the ephemeral resource iam_access_token.
func NewAccessTokenEphemeral() ephemeral.EphemeralResource {
	return &accessTokenEphemeral{plumbing.EphemeralResource{Name: "access_token"}}
}

// accessTokenModel is the ephemeral resource iam_access_token.
type accessTokenModel struct {
	Scope       types.String `tfsdk:"scope"`
	AccessToken types.String `tfsdk:"access_token"`
	TokenType   types.String `tfsdk:"token_type"`
	Scopes      types.List   `tfsdk:"scopes"`
	ExpiresAt   types.String `tfsdk:"expires_at"`
}

func (e *accessTokenEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A short-lived access token of the provider's API key, for another provider or a script in the same run. It is not stored in state, plan or log. " +
			"It can carry fewer scopes than the provider's own token, so that its recipient gets only the permissions it needs. " +
			"It cannot be revoked and expires after about four hours. Needs `client_id` and `client_secret` in the provider block, and Terraform 1.10 or OpenTofu 1.11.",
		Attributes: map[string]schema.Attribute{
			"scope": schema.StringAttribute{
				MarkdownDescription: "Scopes of the token, separated by spaces, such as `iam.user_read iam.group_read`. Defaults to the scopes that the provider requests. A scope that the API key does not have is an error.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"access_token": schema.StringAttribute{MarkdownDescription: "The token.", Computed: true, Sensitive: true},
			"token_type":   schema.StringAttribute{MarkdownDescription: "Token type for the header `Authorization`: `Bearer`.", Computed: true},
			"scopes": schema.ListAttribute{
				MarkdownDescription: "Scopes of the token, sorted; null if the API does not list them.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"expires_at": schema.StringAttribute{MarkdownDescription: "Time at which the token expires (RFC 3339); null if the API does not return it.", Computed: true},
		},
	}
}

// Open gets the token. There is nothing to close: a token expires.
func (e *accessTokenEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m accessTokenModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !e.Ready(&resp.Diagnostics) {
		return
	}
	token, err := e.Client.NewAccessToken(ctx, m.Scope.ValueString())
	if errors.Is(err, client.ErrNoCredentials) {
		err = fmt.Errorf("%w. Set client_id and client_secret in the provider block instead of access_token; the embedded backend cannot be reached from outside the provider and issues no tokens", err)
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("get", "access token", "for the tenant", err))
		return
	}
	m.checkGranted(token.Scopes, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	m.AccessToken, m.TokenType = types.StringValue(token.Value), plumbing.StringOrNull(token.Type)
	m.Scopes, m.ExpiresAt = types.ListNull(types.StringType), types.StringNull()
	if token.Scopes != nil {
		slices.Sort(token.Scopes)
		m.Scopes = plumbing.StringList(token.Scopes)
	}
	if !token.Expires.IsZero() {
		m.ExpiresAt = types.StringValue(token.Expires.Format(time.RFC3339))
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
}

// checkGranted reports scopes that were requested but not granted: the API
// silently leaves them out, and the token would fail later where it is used.
func (m accessTokenModel) checkGranted(granted []string, diags *diag.Diagnostics) {
	if granted == nil {
		return
	}
	var missing []string
	for scope := range strings.FieldsSeq(m.Scope.ValueString()) {
		if !strings.HasPrefix(scope, "tenant=") && !slices.Contains(granted, scope) {
			missing = append(missing, scope)
		}
	}
	if len(missing) > 0 {
		diags.Append(plumbing.UnableAt(path.Root("scope"), "get", "access token", "for the tenant",
			fmt.Errorf("the API key does not have %s. Use a key that has it, or leave it out", strings.Join(missing, ", "))))
	}
}
