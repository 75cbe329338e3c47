package server

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/access-config/terraform-provider-iam/internal/server/seal"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

const (
	// unnamedSigningKey is the id of the key that signed the tokens that name none:
	// those from before keys followed one another.
	unnamedSigningKey = "1"

	signingKeyBytes = 32

	// signingPoll is how often a process reads the signing keys anew, and
	// signingDelay how long after its creation a key begins to sign: by then every
	// process knows it.
	signingPoll  = time.Minute
	signingDelay = 2 * signingPoll

	// signingLookup is how long after one look for a key that is not known the next
	// one is: anybody may name any key.
	signingLookup = time.Second
	// signingWait is how long a look may take.
	signingWait = 5 * time.Second
)

// SigningKeys manages the keys that sign tokens, also where no server runs. The
// newest one signs, two minutes after its creation. The ones before it verify
// until the tokens that they signed have expired.
type SigningKeys struct {
	store store.Store
	seal  *seal.Keys // nil: the keys are stored plain
	now   func() time.Time
}

// SigningKey is a key that signs tokens, or verifies them.
type SigningKey struct {
	ID        string
	CreatedAt time.Time
	EndsAt    time.Time // when it no longer verifies; zero for the newest
	SealedBy  string    // id of the key that it is encrypted under; empty for none

	secret []byte
}

// NewSigningKeys returns the signing keys of a store, which are encrypted under
// the keys, if there are any.
func NewSigningKeys(s store.Store, keys *seal.Keys, now func() time.Time) SigningKeys {
	return SigningKeys{store: s, seal: keys, now: now}
}

// List returns the keys by time of creation. Keys that have ended may be among
// them for as long as nobody has removed them.
func (k SigningKeys) List(ctx context.Context) ([]SigningKey, error) { return k.read(ctx, k.store) }

func (k SigningKeys) read(ctx context.Context, tx store.TenantTx) ([]SigningKey, error) {
	records, err := tx.SigningKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the token signing keys: %w", err)
	}
	keys := make([]SigningKey, len(records))
	for i, r := range records {
		text, err := k.seal.Open(signingPlace(r.ID), r.Secret)
		if err != nil {
			return nil, fmt.Errorf("reading the token signing key %s: %w", r.ID, sealHint(err))
		}
		keys[i] = SigningKey{ID: r.ID, CreatedAt: r.CreatedAt, SealedBy: seal.IDOf(r.Secret)}
		if keys[i].secret, err = base64.StdEncoding.DecodeString(text); err != nil || len(keys[i].secret) == 0 {
			return nil, fmt.Errorf("the token signing key %s is damaged: restore the database from a backup", r.ID)
		}
		if i > 0 {
			keys[i-1].EndsAt = r.CreatedAt.Add(signingDelay + tokenLifetime)
		}
	}
	return keys, nil
}

// signingPlace is where a signing key is encrypted for.
func signingPlace(id string) seal.Place { return seal.Place{Kind: "signing-key", ID: id} }

// Rotate makes another key and returns its id. EndTokens removes all others, so
// that all tokens end, and the new key signs at once.
func (k SigningKeys) Rotate(ctx context.Context, endTokens bool) (id string, err error) {
	err = k.store.InTx(ctx, func(tx store.Tx) error {
		old, err := k.read(ctx, tx)
		if err != nil {
			return err
		}
		if id, err = k.create(ctx, tx, old); err != nil || !endTokens {
			return err
		}
		for _, key := range old {
			if err := tx.DeleteSigningKey(ctx, key.ID); err != nil {
				return fmt.Errorf("removing the token signing key %s: %w", key.ID, err)
			}
		}
		return nil
	})
	return id, err
}

// create makes a key that follows the others, however fast.
func (k SigningKeys) create(ctx context.Context, tx store.Tx, old []SigningKey) (id string, err error) {
	secret := make([]byte, signingKeyBytes)
	_, _ = rand.Read(secret) // never fails: see crypto/rand
	id = newID()
	at := k.now().UTC().Truncate(time.Millisecond)
	if len(old) > 0 && !at.After(old[len(old)-1].CreatedAt) {
		at = old[len(old)-1].CreatedAt.Add(time.Millisecond)
	}
	record := store.SigningKey{ID: id, CreatedAt: at, Secret: k.seal.Seal(signingPlace(id), base64.StdEncoding.EncodeToString(secret))}
	if err := tx.CreateSigningKey(ctx, record); err != nil {
		return "", fmt.Errorf("making a token signing key: %w", err)
	}
	return id, nil
}

// keep returns the keys after what is due: the first one, and with an age another
// one where the newest has reached it, and no more of those that have ended.
func (k SigningKeys) keep(ctx context.Context, age time.Duration) ([]SigningKey, error) {
	keys, err := k.read(ctx, k.store)
	if err != nil || !k.isDue(keys, age) {
		return keys, err
	}
	err = k.store.InTx(ctx, func(tx store.Tx) error {
		if keys, err = k.read(ctx, tx); err != nil {
			return err
		}
		if k.isOld(keys, age) { // no other process was faster
			if _, err := k.create(ctx, tx, keys); err != nil {
				return err
			}
		}
		for _, key := range keys {
			if key.hasEnded(k.now()) {
				if err := tx.DeleteSigningKey(ctx, key.ID); err != nil {
					return fmt.Errorf("removing the token signing key %s: %w", key.ID, err)
				}
			}
		}
		keys, err = k.read(ctx, tx)
		return err
	})
	return keys, err
}

// isDue reports whether keep has something to do.
func (k SigningKeys) isDue(keys []SigningKey, age time.Duration) bool {
	return k.isOld(keys, age) || age > 0 && keys[0].hasEnded(k.now())
}

// isOld reports whether another key has to follow.
func (k SigningKeys) isOld(keys []SigningKey, age time.Duration) bool {
	return len(keys) == 0 || age > 0 && k.now().Sub(keys[len(keys)-1].CreatedAt) >= age
}

func (k SigningKey) hasEnded(now time.Time) bool { return !k.EndsAt.IsZero() && !now.Before(k.EndsAt) }

// errUnknownKey is the answer of find for a key that verifies nothing.
var errUnknownKey = errors.New("there is no such signing key")

// tokenKeys are the signing keys as this process knows them.
type tokenKeys struct {
	source SigningKeys
	age    time.Duration
	looks  singleflight.Group

	mutex  sync.Mutex
	keys   []SigningKey
	readAt time.Time
}

// refresh does what is due for the keys and reads them.
func (t *tokenKeys) refresh(ctx context.Context) error {
	keys, err := t.source.keep(ctx, t.age)
	if err != nil {
		return err
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.keys, t.readAt = keys, t.source.now()
	return nil
}

// signer returns the key that signs now.
func (t *tokenKeys) signer() SigningKey {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	now, last := t.source.now(), 0
	for i, key := range t.keys {
		if now.Sub(key.CreatedAt) >= signingDelay {
			last = i
		}
	}
	return t.keys[last]
}

// find returns the secret of a key that verifies now. It looks one up that it
// does not know, but not each time.
func (t *tokenKeys) find(ctx context.Context, id string) ([]byte, error) {
	secret, lookedAt := t.known(id)
	if secret != nil || t.source.now().Sub(lookedAt) < signingLookup {
		return secret, unknownUnless(secret)
	}
	_, err, _ := t.looks.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signingWait)
		defer cancel()
		return nil, t.refresh(ctx)
	})
	if err != nil {
		return nil, err
	}
	secret, _ = t.known(id)
	return secret, unknownUnless(secret)
}

func unknownUnless(secret []byte) error {
	if secret == nil {
		return errUnknownKey
	}
	return nil
}

// known returns the secret of a key as far as it is known, and when the keys were
// read.
func (t *tokenKeys) known(id string) (secret []byte, readAt time.Time) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	now := t.source.now()
	for _, key := range t.keys {
		if key.ID == id && !key.hasEnded(now) {
			secret = key.secret
		}
	}
	return secret, t.readAt
}

// refreshSigningKeys is what a worker does with the signing keys.
func (s *Server) refreshSigningKeys(ctx context.Context) (wait time.Duration, err error) {
	return signingPoll, s.tokenKeys.refresh(ctx)
}
