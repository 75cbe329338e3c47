package provider

import (
	"context"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

const hostile = "Group \x1b[2J\u202e\x00\r is gone"

// talking says the same hostile text in every answer.
type talking struct{ ProtocolServer }

func says() []*tfprotov6.Diagnostic {
	return []*tfprotov6.Diagnostic{{Summary: hostile, Detail: hostile + "\n\nNext line: ä日"}}
}

func (talking) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{Diagnostics: says()}, nil
}

func (talking) ReadResource(context.Context, *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{Diagnostics: says()}, nil
}

func (talking) PlanResourceChange(context.Context, *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return &tfprotov6.PlanResourceChangeResponse{Diagnostics: says()}, nil
}

func (talking) ApplyResourceChange(context.Context, *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return &tfprotov6.ApplyResourceChangeResponse{Diagnostics: says()}, nil
}

func (talking) ImportResourceState(context.Context, *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return &tfprotov6.ImportResourceStateResponse{Diagnostics: says()}, nil
}

func (talking) ReadDataSource(context.Context, *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return &tfprotov6.ReadDataSourceResponse{Diagnostics: says()}, nil
}

func (talking) OpenEphemeralResource(context.Context, *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return &tfprotov6.OpenEphemeralResourceResponse{Diagnostics: says()}, nil
}

func (talking) PlanAction(context.Context, *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return &tfprotov6.PlanActionResponse{Diagnostics: says()}, nil
}

func (talking) InvokeAction(context.Context, *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	return &tfprotov6.InvokeActionServerStream{Events: slices.Values([]tfprotov6.InvokeActionEvent{
		{Type: tfprotov6.ProgressInvokeActionEventType{Message: hostile}},
		{Type: tfprotov6.CompletedInvokeActionEventType{Diagnostics: says()}},
	})}, nil
}

func (talking) ListResource(context.Context, *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	return &tfprotov6.ListResourceServerStream{Results: slices.Values([]tfprotov6.ListResourceResult{{DisplayName: hostile, Diagnostics: says()}})}, nil
}

// Nothing that a server says gets to a terminal raw.
func TestInert(t *testing.T) {
	t.Parallel()
	if _, ok := New("test", func(string) string { return "" }).Server().(inert); !ok {
		t.Error("the plugin is not inert")
	}
	s, ctx := inert{talking{}}, t.Context()
	var texts []string
	add := func(diags []*tfprotov6.Diagnostic) {
		for _, d := range diags {
			texts = append(texts, d.Summary, d.Detail)
		}
	}
	configured, _ := s.ConfigureProvider(ctx, nil)
	add(configured.Diagnostics)
	read, _ := s.ReadResource(ctx, nil)
	add(read.Diagnostics)
	planned, _ := s.PlanResourceChange(ctx, nil)
	add(planned.Diagnostics)
	applied, _ := s.ApplyResourceChange(ctx, nil)
	add(applied.Diagnostics)
	imported, _ := s.ImportResourceState(ctx, nil)
	add(imported.Diagnostics)
	data, _ := s.ReadDataSource(ctx, nil)
	add(data.Diagnostics)
	opened, _ := s.OpenEphemeralResource(ctx, nil)
	add(opened.Diagnostics)
	action, _ := s.PlanAction(ctx, nil)
	add(action.Diagnostics)
	invoked, _ := s.InvokeAction(ctx, nil)
	for e := range invoked.Events {
		switch said := e.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			texts = append(texts, said.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			add(said.Diagnostics)
		}
	}
	listed, _ := s.ListResource(ctx, nil)
	for r := range listed.Results {
		texts = append(texts, r.DisplayName)
		add(r.Diagnostics)
	}
	if len(texts) != 22 {
		t.Errorf("%d texts: %q", len(texts), texts)
	}
	const want = `Group \u{1b}[2J\u{202e}\u{0}\u{d} is gone`
	for _, text := range texts {
		if text != want && text != want+"\n\nNext line: ä日" {
			t.Errorf("got %q", text)
		}
	}
}
