package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server/secret"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// checkSecret returns the client and whether the secret is its own. A caller that guesses
// is slowed down, and does not learn which clients exist.
func (s *Server) checkSecret(c *call, id, text string) (client store.Client, right bool, err error) {
	address := s.proxies.Caller(c.r)
	turn := func() error {
		if pause := s.brake.Wait(address, id); pause > 0 {
			s.figures.refused[refusedSecret].Inc()
			return wait(pause, "There were too many wrong client secrets from this address. Try again later.")
		}
		return nil
	}
	if err := turn(); err != nil {
		return client, false, err
	}
	client, err = s.store.Client(c.ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return client, false, fmt.Errorf("reading the client: %w", err)
	}
	right, err = secret.Verify(c.ctx, id, text, client.SecretHash, turn)
	switch {
	case errors.Is(err, secret.ErrBusy):
		return client, false, wait(time.Second, "Too many client secrets are being checked. Try again later.")
	case err != nil:
		return client, false, fmt.Errorf("checking the secret of client %s: %w", id, err)
	case !right:
		s.brake.Wrong(address, id)
	case secret.Outdated(client.SecretHash):
		s.saltSecret(c.ctx, client, text)
	}
	return client, right, nil
}

// saltSecret replaces the unsalted form of a client's secret, which may be generated or
// chosen, with the form of a chosen one. An error is logged and locks no one out.
func (s *Server) saltSecret(ctx context.Context, client store.Client, text string) {
	form, err := secret.HashChosen(ctx, client.ID, text)
	if err == nil {
		err = s.store.UpdateClient(ctx, client.Tenant, client.ID, func(c *store.Client) error {
			if c.SecretHash == client.SecretHash { // otherwise it has a new secret
				c.SecretHash = form
			}
			return nil
		})
	}
	if err != nil {
		s.log.WarnContext(ctx, "the secret of a client is still stored without a salt", "client", client.ID, "cause", err.Error())
	}
}
