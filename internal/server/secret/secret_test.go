package secret

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

// anyTime lets every check have its turn.
func anyTime() error { return nil }

func verify(t *testing.T, id, secret, form string) bool {
	t.Helper()
	right, err := Verify(t.Context(), id, secret, form, anyTime)
	if err != nil {
		t.Fatal(err)
	}
	return right
}

func chosen(t *testing.T, id, secret string) string {
	t.Helper()
	form, err := HashChosen(t.Context(), id, secret)
	if err != nil {
		t.Fatal(err)
	}
	return form
}

func TestVerify(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("right"))
	forms := map[string]string{
		"chosen": chosen(t, "verify", "right"), "generated": HashGenerated("right"), "unsalted": hex.EncodeToString(sum[:]),
		"no client": "", "cut": argon2Form + "AAAA", "broken salt": argon2Form + "!$AAAA", "broken generated": sha256Form + "!$AAAA", "empty generated": sha256Form,
	}
	for name, form := range forms {
		isForm := name == "chosen" || name == "generated" || name == "unsalted"
		for _, secret := range []string{"right", "wrong", form} {
			if got := verify(t, "verify", secret, form); got != (isForm && secret == "right") {
				t.Errorf("%s: %q is right: %t", name, secret, got)
			}
		}
		if Outdated(form) != (name == "unsalted" || name == "no client") {
			t.Errorf("%s is outdated: %t", name, Outdated(form))
		}
		if strings.Contains(form, "right") {
			t.Errorf("%s shows the secret: %s", name, form)
		}
	}
}

// Nobody sees by their forms which secrets are equal.
func TestHash_salted(t *testing.T) {
	t.Parallel()
	if first, second := HashGenerated("same"), HashGenerated("same"); first == second {
		t.Error("generated: the form of a secret is the same twice")
	}
	if chosen(t, "one", "same") == chosen(t, "two", "same") {
		t.Error("chosen: two API keys have the same form")
	}
	if a, b := Generate(), Generate(); a == b || len(a) != 43 {
		t.Errorf("generated %q and %q", a, b)
	}
}

// A chosen secret that was right needs no slot, however busy it is; any other
// does, also where no slow computation is needed to refuse it.
func TestVerify_remembered(t *testing.T) { //nolint:paralleltest // it takes all slots
	form := chosen(t, "key", "secret")
	forms.Purge()
	if !verify(t, "key", "secret", form) {
		t.Fatal("the secret is not right in another process")
	}
	for range slots {
		leave, err := slow.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
	}
	if !verify(t, "key", "secret", form) {
		t.Error("the secret is not right any more")
	}
	if again := chosen(t, "key", "secret"); again != form {
		t.Errorf("the form is %s, and was %s", again, form)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string][3]string{
		"wrong": {"key", "wrong", form}, "of another key": {"other", "secret", form}, "generated": {"key", "wrong", HashGenerated("secret")}, "no client": {"nobody", "secret", ""},
		"another form": {"key", "secret", strings.Replace(form, "p=1$", "p=1$A", 1)},
	} {
		if _, err := Verify(ctx, c[0], c[1], c[2], anyTime); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Whoever waited for a slot asks once more, holding it.
func TestVerify_turn(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	for _, form := range []string{"", HashGenerated("secret"), chosen(t, "turn", "secret")} {
		if _, err := Verify(t.Context(), "turn", "wrong", form, func() error {
			if len(slow) == 0 {
				t.Error("it has no slot")
			}
			return refused
		}); !errors.Is(err, refused) {
			t.Errorf("got %v", err)
		}
	}
}

func TestQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := make(queue, slots)
		var leave [2]func()
		for i := range leave {
			var err error
			if leave[i], err = q.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := q.enter(t.Context()); !errors.Is(err, ErrBusy) {
			t.Errorf("the third: got %v", err)
		}
		leave[0]()
		if _, err := q.enter(t.Context()); err != nil {
			t.Errorf("after one has left: got %v", err)
		}
	})
}

// A UUID is random and differs from other secrets; its fingerprint reveals nothing.
func TestGenerateUUID(t *testing.T) {
	t.Parallel()
	first, second := GenerateUUID(), GenerateUUID()
	if first == second || Fingerprint(first) == Fingerprint(second) || len(Fingerprint(first)) != 24 {
		t.Errorf("got %s, %s with %s, %s", first, second, Fingerprint(first), Fingerprint(second))
	}
	if !verify(t, "key", first, HashGenerated(first)) || verify(t, "key", second, HashGenerated(first)) {
		t.Error("a UUID is no secret")
	}
	for text, want := range map[string]bool{
		first: true, "12345678-90ab-4def-8234-1234567890ab": true,
		"12345678-90ab-1def-8234-1234567890ab": false, "12345678-90ab-4def-c234-1234567890ab": false, "urn:uuid:" + first: false,
		strings.ReplaceAll(first, "-", ""): false, "": false, "key:" + first: false,
	} {
		if IsUUID(text) != want {
			t.Errorf("%s is a UUID: %t", text, !want)
		}
	}
}
