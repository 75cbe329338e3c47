package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/access-config/terraform-provider-iam/internal/server/signing"
)

// verifiedTokens is how many tokens a server remembers. A token with all scopes
// has five kilobytes.
const verifiedTokens = 512

// verified is a token with a correct signature. Nothing in it can change, so a
// server remembers it; whether the token is still valid is checked each time.
type verified struct {
	claims claims
	scopes []string // callers must not modify them
	key    string   // id of the key that signed it
}

// tokens verifies tokens. It is safe for concurrent use.
type tokens struct {
	keys  *signing.Ring
	known *lru.Cache[string, verified]
	// parser checks the form and the signature, validator the times.
	parser    *jwt.Parser
	validator *jwt.Validator
}

func newTokens(keys *signing.Ring, now func() time.Time) tokens {
	known, _ := lru.New[string, verified](verifiedTokens) // fails only for a size below 1
	return tokens{
		keys: keys, known: known,
		parser:    jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithoutClaimsValidation()),
		validator: jwt.NewValidator(jwt.WithTimeFunc(now), jwt.WithExpirationRequired()),
	}
}

var errKeysUnread = errors.New("looking for the key of a token")

// verify returns what a token contains. It returns errKeysUnread if the signing
// keys cannot be read, jwt.ErrTokenExpired for a token that has expired, and other
// errors for one that was never valid or is not any more.
func (t tokens) verify(ctx context.Context, text string) (verified, error) {
	v, ok := t.known.Get(text)
	if ok {
		// A key that has been removed verifies nothing.
		if _, err := t.secret(ctx, v.key); err != nil {
			return v, err
		}
		return v, t.validator.Validate(v.claims)
	}
	_, err := t.parser.ParseWithClaims(text, &v.claims, func(token *jwt.Token) (any, error) {
		var named bool
		if v.key, named = token.Header[keyHeader].(string); !named {
			v.key = signing.UnnamedKey
		}
		return t.secret(ctx, v.key)
	})
	if err != nil {
		return v, err
	}
	v.scopes = strings.Fields(v.claims.Scope)
	t.known.Add(text, v)
	return v, t.validator.Validate(v.claims)
}

// secret returns the secret of a signing key.
func (t tokens) secret(ctx context.Context, id string) ([]byte, error) {
	secret, err := t.keys.Find(ctx, id)
	if err != nil && !errors.Is(err, signing.ErrUnknownKey) {
		return nil, fmt.Errorf("%w: %w", errKeysUnread, err)
	}
	return secret, err
}
