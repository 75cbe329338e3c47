package report

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// The default and the maximum of limit.
const (
	defaultEvents = 100
	maxEvents     = 10_000
)

var _ datasource.DataSourceWithConfigure = (*auditEventsDataSource)(nil)

type auditEventsDataSource struct {
	plumbing.DataSource
}

// NewAuditEventsDataSource returns the data source iam_audit_events.
func NewAuditEventsDataSource() datasource.DataSource {
	return &auditEventsDataSource{plumbing.DataSource{Name: "audit_events"}}
}

// auditEventsModel is the state of the data source iam_audit_events.
type auditEventsModel struct {
	Actor  types.String      `tfsdk:"actor"`
	Kind   types.String      `tfsdk:"kind"`
	Object types.String      `tfsdk:"object"`
	Since  types.String      `tfsdk:"since"`
	Limit  types.Int64       `tfsdk:"limit"`
	Events []auditEventModel `tfsdk:"events"`
}

// auditEventModel is one event.
type auditEventModel struct {
	ID        types.Int64  `tfsdk:"id"`
	Time      types.String `tfsdk:"time"`
	ActorKind types.String `tfsdk:"actor_kind"`
	Actor     types.String `tfsdk:"actor"`
	Action    types.String `tfsdk:"action"`
	Kind      types.String `tfsdk:"kind"`
	ObjectID  types.String `tfsdk:"object_id"`
	RelatedID types.String `tfsdk:"related_id"`
	RequestID types.String `tfsdk:"request_id"`
	Before    types.String `tfsdk:"before"`
	After     types.String `tfsdk:"after"`
}

func (d *auditEventsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	of := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Changes in the tenant and who made them: one event for each object that was created, updated or deleted, newest first. " +
			"All events, or those that match every filter. The initial objects of a new tenant have no events of their own. " +
			"Changes of the same apply may be missing, because reads and changes can run in any order. Needs the reference backend: the public API does not show events.",
		Attributes: map[string]schema.Attribute{
			"actor":  schema.StringAttribute{MarkdownDescription: "Only changes by the API key (client id) or the user (id) of this id.", Optional: true},
			"kind":   schema.StringAttribute{MarkdownDescription: "Only changes of objects of this kind, such as `user`, `group`, `membership` or `setting`.", Optional: true},
			"object": schema.StringAttribute{MarkdownDescription: "Only changes of the object of this id. For a user or a group, this includes memberships; for a user, also invitations.", Optional: true},
			"since": schema.StringAttribute{
				MarkdownDescription: "Only changes at this time or later (RFC 3339), such as `2026-01-31T12:00:00Z`.",
				Optional:            true,
				Validators:          []validator.String{plumbing.ValidTime()},
			},
			"limit": schema.Int64Attribute{
				MarkdownDescription: "Maximum number of events, newest first: 1 to 10000. Defaults to `100`.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(1, maxEvents)},
			},
			"events": schema.ListNestedAttribute{
				MarkdownDescription: "The events, newest first.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":         schema.Int64Attribute{MarkdownDescription: "Number of the event, in the order of changes in the tenant.", Computed: true},
					"time":       of("Time of the change (RFC 3339)."),
					"actor_kind": of("`client` (an API key), `user`, `test-token` (a user's token that was requested in a test), or `system` for what the backend does on its own, such as creating the groups of a new vendor."),
					"actor":      of("Client id of the API key, or id of the user; null for the system."),
					"action":     of("`create`, `update` or `delete`."),
					"kind":       of("Kind of the object: `user`, `group`, `membership`, `access-control`, `scope`, `role-template`, `setting`, `client-setting`, `site`, `vendor`, `location`, `team-member`, `product-assignment`, `team-product`, `invitation`, `make-organization`, `make-user` (of the reference Make), `test-token`, `sign-in`, `audit-events` (which are no longer kept: the first and the last id), `client` or `tenant`. Of a large object, `before` and `after` show a long member as an object with `cut`, its `bytes` and its `sha256`."),
					"object_id":  of("Id of the object; for a membership, the id of the group; for a product assignment, the id of the member."),
					"related_id": of("The user of a membership, the product of an assignment, or the user of an invitation; null for all others."),
					"request_id": of("Id of the request, as in the response header `X-Request-Id` and in the backend's log; null for the system."),
					"before":     of("The object before the change as JSON, as the API shows it; null for a new object. Secrets are left out."),
					"after":      of("The object after the change as JSON; null for a deleted object."),
				}},
			},
		},
	}
}

func (d *auditEventsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m auditEventsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	filter := client.AuditFilter{Actor: m.Actor.ValueString(), Kind: m.Kind.ValueString(), Object: m.Object.ValueString(), Limit: defaultEvents}
	if !m.Limit.IsNull() {
		filter.Limit = int(m.Limit.ValueInt64())
	}
	filter.Since, _ = time.Parse(time.RFC3339, m.Since.ValueString()) // validated before; the zero time if not set
	events, err := d.Client.AuditEvents(ctx, filter)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "audit events", "of the tenant", err))
		return
	}
	m.Events = make([]auditEventModel, len(events))
	for i, e := range events {
		m.Events[i] = newAuditEventModel(e)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func newAuditEventModel(e api.AuditEvent) auditEventModel {
	return auditEventModel{
		ID: types.Int64Value(e.ID), Time: types.StringValue(e.Time), ActorKind: types.StringValue(string(e.ActorKind)), Actor: plumbing.StringOrNull(e.Actor),
		Action: types.StringValue(string(e.Action)), Kind: types.StringValue(e.Kind), ObjectID: types.StringValue(e.ObjectID), RelatedID: plumbing.StringOrNull(e.RelatedID),
		RequestID: plumbing.StringOrNull(e.RequestID), Before: plumbing.StringOrNull(string(e.Before)), After: plumbing.StringOrNull(string(e.After)),
	}
}
