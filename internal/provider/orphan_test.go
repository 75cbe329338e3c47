package provider

import (
	"context"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// slow is a provider whose writes end when the test says so, or with their
// context.
type slow struct {
	ProtocolServer

	begun, end chan struct{}
}

func (s slow) ApplyResourceChange(ctx context.Context, _ *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	close(s.begun)
	select {
	case <-s.end:
		return &tfprotov6.ApplyResourceChangeResponse{}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s slow) InvokeAction(ctx context.Context, _ *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		_, err := s.ApplyResourceChange(ctx, nil)
		if err == nil {
			push(tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{}})
		}
	}}, nil
}

// What is being written when the connection breaks is written to its end, and
// nothing else begins.
func TestFinishing(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(ctx context.Context, s finishing) (diagnostics []*tfprotov6.Diagnostic, ended bool){
		"apply": func(ctx context.Context, s finishing) ([]*tfprotov6.Diagnostic, bool) {
			resp, err := s.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{})
			if err != nil {
				return nil, false
			}
			return resp.Diagnostics, true
		},
		"action": func(ctx context.Context, s finishing) (diagnostics []*tfprotov6.Diagnostic, ended bool) {
			stream, err := s.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{})
			if err != nil {
				return nil, false
			}
			for event := range stream.Events {
				completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType)
				diagnostics, ended = completed.Diagnostics, ok
			}
			return diagnostics, ended
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w writes
			below := slow{begun: make(chan struct{}), end: make(chan struct{})}
			s := finishing{below, &w}
			ctx, cut := context.WithCancel(t.Context())
			written := make(chan bool)
			go func() {
				_, ended := write(ctx, s)
				written <- ended
			}()
			<-below.begun
			cut()
			w.close()
			if d, ended := write(t.Context(), s); !ended || len(d) != 1 || d[0].Summary != "Provider Is Stopping" {
				t.Errorf("what begins afterwards says %v", d)
			}
			finished := make(chan struct{})
			go func() {
				w.wait(time.Minute)
				close(finished)
			}()
			select {
			case <-finished:
				t.Error("it does not wait for what is being written")
			default:
			}
			close(below.end)
			if !<-written {
				t.Error("the broken connection has ended the write")
			}
			<-finished
		})
	}
}

// A write that does not end is not waited for without end.
func TestFinishing_limit(t *testing.T) {
	t.Parallel()
	var w writes
	if !w.begin() {
		t.Fatal("nothing begins")
	}
	w.wait(time.Millisecond)
}

// A plugin that is at work is not orphaned.
func TestFinishOrphaned_notYet(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if orphaned, err := New("test", func(string) string { return "" }).FinishOrphaned(ctx); orphaned || err != nil {
		t.Errorf("got %t, %v", orphaned, err)
	}
}
