package provider

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// inert escapes control and invisible characters in diagnostics: names and
// messages in them come from a server, and the CLI prints them unchanged. Line
// breaks are kept.
type inert struct{ ProtocolServer }

// shown returns the text with every invisible character except a line break as
// \u{…}.
func shown(text string) string {
	if strings.IndexFunc(text, concealed) < 0 {
		return text // the common case
	}
	var b strings.Builder
	for _, r := range text {
		if concealed(r) {
			fmt.Fprintf(&b, `\u{%x}`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func concealed(r rune) bool { return r != '\n' && access.Hidden(r) }

// showing escapes the diagnostics of a response.
func showing[R any](resp *R, err error) (*R, error) {
	if resp != nil {
		diags, _ := reflect.ValueOf(resp).Elem().FieldByName("Diagnostics").Interface().([]*tfprotov6.Diagnostic)
		show(diags)
	}
	return resp, err
}

func show(diags []*tfprotov6.Diagnostic) {
	for _, d := range diags {
		d.Summary, d.Detail = shown(d.Summary), shown(d.Detail)
	}
}

func (s inert) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return showing(s.ProtocolServer.ConfigureProvider(ctx, req))
}

func (s inert) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return showing(s.ProtocolServer.ReadResource(ctx, req))
}

func (s inert) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return showing(s.ProtocolServer.PlanResourceChange(ctx, req))
}

func (s inert) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return showing(s.ProtocolServer.ApplyResourceChange(ctx, req))
}

func (s inert) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return showing(s.ProtocolServer.ImportResourceState(ctx, req))
}

func (s inert) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return showing(s.ProtocolServer.ReadDataSource(ctx, req))
}

func (s inert) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return showing(s.ProtocolServer.OpenEphemeralResource(ctx, req))
}

func (s inert) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return showing(s.ProtocolServer.PlanAction(ctx, req))
}

func (s inert) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.ProtocolServer.InvokeAction(ctx, req)
	if err != nil {
		return stream, err
	}
	events := stream.Events
	stream.Events = func(push func(tfprotov6.InvokeActionEvent) bool) {
		events(func(e tfprotov6.InvokeActionEvent) bool {
			switch said := e.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				said.Message = shown(said.Message)
				e.Type = said
			case tfprotov6.CompletedInvokeActionEventType:
				show(said.Diagnostics)
			}
			return push(e)
		})
	}
	return stream, nil
}

func (s inert) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	stream, err := s.ProtocolServer.ListResource(ctx, req)
	if err != nil || stream.Results == nil {
		return stream, err
	}
	results := stream.Results
	stream.Results = func(push func(tfprotov6.ListResourceResult) bool) {
		results(func(r tfprotov6.ListResourceResult) bool {
			show(r.Diagnostics)
			r.DisplayName = shown(r.DisplayName)
			return push(r)
		})
	}
	return stream, nil
}
