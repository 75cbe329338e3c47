// Package secret keeps the secrets of API keys: how they are stored, and whether
// one is right. It knows nothing of the API.
//
// A secret is stored in one of three forms:
//
//	$sha256$SALT$SUM            one that this package generated: 256 random bits cannot be guessed
//	$argon2id$v=19$…$SALT$SUM   one that somebody chose, made slow to guess
//	64 hex digits               the SHA-256 of a secret, from before there were salts
package secret

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/crypto/argon2"
)

const (
	sha256Form = "$sha256$"
	saltBytes  = 16

	// The least that OWASP asks for: a guess takes 19 MiB and some 20 ms.
	argon2Form   = "$argon2id$v=19$m=19456,t=2,p=1$"
	argon2Memory = 19456 // KiB
	argon2Passes = 2

	// slots is how many slow computations run at a time in the process, and
	// patience how long others wait for one.
	slots    = 2
	patience = 2 * time.Second

	// remembered is how many secrets that were right are known at a time.
	remembered = 1000
)

// ErrBusy is the answer of Verify and HashChosen when no slot came free in time.
var ErrBusy = errors.New("too many secrets are being checked")

// Generate returns a new secret of 256 random bits.
func Generate() string { return base64.RawURLEncoding.EncodeToString(random(32)) }

// HashGenerated returns the form of a secret that Generate returned.
func HashGenerated(secret string) string { return saltedSHA256(random(saltBytes), secret) }

// HashChosen returns the form of a secret that somebody chose. Within a process
// the form of the same secret of the same API key is the same.
func HashChosen(ctx context.Context, id, secret string) (string, error) {
	if form, ok := forms.Get(rememberedKey(id, secret)); ok {
		return form, nil
	}
	leave, err := slow.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	form := argon2Sum(random(saltBytes), secret)
	forms.Add(rememberedKey(id, secret), form)
	return form, nil
}

// Outdated reports whether the form is from before there were salts.
func Outdated(form string) bool { return !strings.HasPrefix(form, "$") }

// Verify reports whether the secret of the API key is the one of the form. A
// wrong one takes equally long for all forms, and for "", which is no form, so
// that nobody learns which API keys there are. Before the slow computation it
// waits for a slot and then asks turn, whose error it returns.
func Verify(ctx context.Context, id, secret, form string, turn func() error) (bool, error) {
	if isFast(id, secret, form) {
		return true, nil
	}
	leave, err := slow.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	if err := turn(); err != nil {
		return false, err
	}
	text, _, _ := strings.Cut(strings.TrimPrefix(form, argon2Form), "$")
	salt, err := decode(text) // of another form it is none, or one that makes another form
	if err != nil {
		salt = nil
	}
	if !same(argon2Sum(salt, secret), form) {
		return false, nil
	}
	forms.Add(rememberedKey(id, secret), form)
	return true, nil
}

// isFast reports whether the secret is right, as far as that needs no slow
// computation.
func isFast(id, secret, form string) bool {
	switch {
	case strings.HasPrefix(form, argon2Form):
		known, ok := forms.Get(rememberedKey(id, secret))
		return ok && known == form
	case strings.HasPrefix(form, sha256Form):
		text, _, _ := strings.Cut(strings.TrimPrefix(form, sha256Form), "$")
		salt, err := decode(text)
		return err == nil && same(saltedSHA256(salt, secret), form)
	}
	sum := sha256.Sum256([]byte(secret))
	return same(hex.EncodeToString(sum[:]), form)
}

// argon2Sum is the form of a chosen secret.
func argon2Sum(salt []byte, secret string) string {
	return argon2Form + encode(salt) + "$" + encode(argon2.IDKey([]byte(secret), salt, argon2Passes, argon2Memory, 1, sha256.Size))
}

func saltedSHA256(salt []byte, secret string) string {
	h := sha256.New()
	h.Write(salt)
	h.Write([]byte(secret))
	return sha256Form + encode(salt) + "$" + encode(h.Sum(nil))
}

// forms are those of chosen secrets that were right in this process, by a keyed
// hash of API key and secret: the slow computation is done once for each. A form
// holds for as long as it is the stored one.
var forms, _ = lru.New[[sha256.Size]byte, string](remembered) // it only refuses sizes below one

var processKey = random(32)

func rememberedKey(id, secret string) (key [sha256.Size]byte) {
	mac := hmac.New(sha256.New, processKey)
	fmt.Fprintf(mac, "%d %s %s", len(id), id, secret)
	mac.Sum(key[:0])
	return key
}

// queue holds who computes slowly; others wait.
type queue chan struct{}

var slow = make(queue, slots)

// enter waits for a slot, which leave gives back.
func (q queue) enter(ctx context.Context) (leave func(), err error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case q <- struct{}{}:
		return func() { <-q }, nil
	case <-timer.C:
		return nil, ErrBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: see crypto/rand
	return b
}

func encode(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }

func decode(text string) ([]byte, error) { return base64.RawStdEncoding.DecodeString(text) }

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
