package provider

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// lastWrite is how long a plugin without a parent goes on with what it is
// writing, at most.
const lastWrite = time.Minute

// FinishOrphaned waits until the CLI that started this process has ended without
// ending the plugin, as when it is killed. What is being written then is written
// to its end, for a minute at most, and nothing else begins; the embedded
// backends are closed. It returns early with the context: orphaned reports
// whether the process is to end.
func (p *Plugin) FinishOrphaned(ctx context.Context) (orphaned bool, err error) {
	if !parentGone(ctx) {
		return false, nil
	}
	p.writes.close()
	p.writes.wait(lastWrite)
	return true, p.Close()
}

// writes are the requests under way that change something.
type writes struct {
	mu      sync.Mutex
	running sync.WaitGroup
	ended   bool
}

// begin reports whether a write may begin. One that does calls running.Done.
func (w *writes) begin() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.running.Add(1)
	}
	return !w.ended
}

// close lets no more begin.
func (w *writes) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
}

// wait waits for those that run, for the given time at most.
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

// finishing writes what it has begun to write, even when the connection to
// Terraform breaks, with which the request's context ends. A user who interrupts
// Terraform ends it all the same: then Terraform asks to stop.
type finishing struct {
	ProtocolServer

	writes *writes
}

// orphaned is said to nobody: who would hear it is gone.
func orphaned() []*tfprotov6.Diagnostic {
	return []*tfprotov6.Diagnostic{{
		Severity: tfprotov6.DiagnosticSeverityError, Summary: "Provider Is Ending",
		Detail: "The process that started the provider has ended, so that nothing more is written. Run it again.",
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
