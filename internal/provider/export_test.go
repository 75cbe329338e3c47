package provider

import (
	"context"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// FrameworkOnly returns the server with the framework answering every request.
func FrameworkOnly(s ProtocolServer) ProtocolServer {
	return withFramework(s, func(d direct) ProtocolServer { return d.ProtocolServer })
}

// CountingFramework returns the server and counts the reads, plans and applies
// that the framework answers.
func CountingFramework(n *atomic.Int32) func(ProtocolServer) ProtocolServer {
	return func(s ProtocolServer) ProtocolServer {
		return withFramework(s, func(d direct) ProtocolServer {
			d.ProtocolServer = counting{d.ProtocolServer, n}
			return d
		})
	}
}

func withFramework(s ProtocolServer, change func(direct) ProtocolServer) ProtocolServer {
	shown, _ := s.(inert)
	noted, _ := shown.ProtocolServer.(noting)
	known, _ := noted.ProtocolServer.(direct)
	noted.ProtocolServer = change(known)
	return inert{noted}
}

type counting struct {
	ProtocolServer
	n *atomic.Int32
}

func (c counting) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	c.n.Add(1)
	return c.ProtocolServer.ReadResource(ctx, req)
}

func (c counting) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	c.n.Add(1)
	return c.ProtocolServer.PlanResourceChange(ctx, req)
}

func (c counting) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	c.n.Add(1)
	return c.ProtocolServer.UpgradeResourceState(ctx, req)
}

func (c counting) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	c.n.Add(1)
	return c.ProtocolServer.ApplyResourceChange(ctx, req)
}
