package provider

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// lastWrite is the maximum time that a plugin without a parent spends on
// finishing writes.
const lastWrite = time.Minute

// FinishOrphaned waits until the CLI that started this process has ended
// without stopping the plugin, as when it is killed. It then finishes writes in
// progress for at most a minute, refuses new ones and closes the embedded
// backends. It returns early if the context ends; orphaned reports whether the
// process must exit.
func (p *Plugin) FinishOrphaned(ctx context.Context) (orphaned bool, err error) {
	if !parentGone(ctx) {
		return false, nil
	}
	p.writes.close()
	p.writes.wait(lastWrite)
	return true, p.Close()
}

// writes tracks requests in progress that change something.
type writes struct {
	mu      sync.Mutex
	running sync.WaitGroup
	ended   bool
}

// begin reports whether a write can begin. The caller of a begun write calls
// running.Done.
func (w *writes) begin() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.running.Add(1)
	}
	return !w.ended
}

// close refuses further writes.
func (w *writes) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
}

// wait waits for running writes, for at most the given time.
func (w *writes) wait(most time.Duration) {
	done := make(chan struct{})
	go func() {
		w.running.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(most):
	}
}

// finishing completes a write even if the connection to Terraform breaks, which
// ends the request's context. Interrupting Terraform still stops the write,
// because Terraform then asks the provider to stop.
type finishing struct {
	ProtocolServer

	writes *writes
}

// orphaned returns a diagnostic for a request after the parent has ended.
func orphaned() []*tfprotov6.Diagnostic {
	return []*tfprotov6.Diagnostic{{
		Severity: tfprotov6.DiagnosticSeverityError, Summary: "Provider Is Stopping",
		Detail: "The process that started the provider has ended, so the provider makes no more changes. Run the command again.",
	}}
}

func (f finishing) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	if !f.writes.begin() {
		return &tfprotov6.ApplyResourceChangeResponse{NewState: req.PriorState, Diagnostics: orphaned()}, nil
	}
	defer f.writes.running.Done()
	return f.ProtocolServer.ApplyResourceChange(context.WithoutCancel(ctx), req)
}

func (f finishing) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := f.ProtocolServer.InvokeAction(context.WithoutCancel(ctx), req)
	if err != nil {
		return stream, err
	}
	events := stream.Events
	stream.Events = func(push func(tfprotov6.InvokeActionEvent) bool) {
		if !f.writes.begin() {
			push(tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{Diagnostics: orphaned()}})
			return
		}
		defer f.writes.running.Done()
		events(push)
	}
	return stream, nil
}
