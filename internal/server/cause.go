package server

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// cause is who makes a change, and by which request.
type cause struct {
	kind      api.ActorKind
	actor     string // empty for the system
	requestID string // empty for the system
}

type causeKey struct{}

// causedBy returns a context whose changes are recorded with the cause.
func causedBy(ctx context.Context, by cause) context.Context {
	return context.WithValue(ctx, causeKey{}, by)
}

// causeOf returns the cause of the context's changes. What no request makes, as
// the tasks of the worker, the system does.
func causeOf(ctx context.Context) cause {
	if by, ok := ctx.Value(causeKey{}).(cause); ok {
		return by
	}
	return cause{kind: api.ActorSystem}
}

// cause is the caller of a request whose token was checked.
func (c *call) cause() cause {
	kind := api.ActorUser
	switch {
	case c.tested:
		kind = api.ActorTest
	case c.userType == "":
		kind = api.ActorClient
	}
	return cause{kind: kind, actor: c.subject, requestID: c.w.Header().Get(api.HeaderRequestID)}
}

type startKey struct{}

// asStart returns a context whose changes are not recorded one by one: they are
// what a new tenant starts with, and part of its creation.
func asStart(ctx context.Context) context.Context { return context.WithValue(ctx, startKey{}, true) }

func isStart(ctx context.Context) bool { return ctx.Value(startKey{}) != nil }
