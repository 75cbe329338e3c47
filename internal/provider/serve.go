package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// address is the provider's in the registry.
const address = "registry.terraform.io/access-config/iam"

// Serve answers Terraform until it ends the process. Debug lets a debugger
// attach. Quiet says that nobody reads the log.
func (p *Plugin) Serve(debug, quiet bool) error {
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	serve := providerserver.NewProtocol6(p.Provider())
	return tf6server.Serve(address, func() tfprotov6.ProviderServer {
		s := serve()
		full, ok := s.(protocolServer)
		if !ok {
			return s
		}
		full = finishing{full, &p.writes}
		if quiet {
			full = forgetful{full}
		}
		return full
	}, options...)
}

// protocolServer is all that Terraform calls in a provider.
type protocolServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// forgetful keeps the framework from holding on to what comes with each request.
// Until the process ends it keeps the context of every one, so that it can be
// stopped, and with it some ten kilobytes of loggers: a plan of five thousand
// objects then takes more memory than the plugin wants, and most of its time goes
// into collecting it. What is called for every object gets a context of its own,
// without the loggers.
type forgetful struct{ protocolServer }

// bare returns a context that ends with another one, or by the function.
func bare(ctx context.Context) (context.Context, func()) {
	own, cancel := context.WithCancel(context.Background())
	stop := context.AfterFunc(ctx, cancel)
	return own, func() {
		stop()
		cancel()
	}
}

func (f forgetful) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	ctx, end := bare(ctx)
	defer end()
	return f.protocolServer.ValidateResourceConfig(ctx, req)
}

func (f forgetful) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	ctx, end := bare(ctx)
	defer end()
	return f.protocolServer.UpgradeResourceState(ctx, req)
}

func (f forgetful) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	ctx, end := bare(ctx)
	defer end()
	return f.protocolServer.ReadResource(ctx, req)
}

func (f forgetful) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	ctx, end := bare(ctx)
	defer end()
	return f.protocolServer.PlanResourceChange(ctx, req)
}

func (f forgetful) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	ctx, end := bare(ctx)
	defer end()
	return f.protocolServer.ApplyResourceChange(ctx, req)
}
