package audit

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Actor is the author of a change, and the request that made it.
type Actor struct {
	Kind      api.ActorKind
	ID        string // empty for the system
	RequestID string // empty for the system
}

type actorKey struct{}

// WithActor returns the context of a request, whose changes are recorded as the
// actor's.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// actorOf returns the actor of the context. Changes without a request, such as
// those of a worker, are the system's.
func actorOf(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	return Actor{Kind: api.ActorSystem}
}
