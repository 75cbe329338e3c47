package server_test

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/seal"
	"github.com/access-config/terraform-provider-iam/internal/server/signing"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// sealKeys are keys each of which has one letter everywhere.
func sealKeys(t *testing.T, letters string) *seal.Keys {
	t.Helper()
	if letters == "" {
		return nil
	}
	var words []string
	for _, letter := range letters {
		words = append(words, base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(letter), seal.KeyBytes))))
	}
	keys, err := seal.Parse(strings.Join(words, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

const integromatSecret = "m4ke-s3cret"

// stored is what the store keeps of secrets that are read again.
type stored struct {
	keys []store.SigningKey
	make store.Document
}

func (b *backend) stored(t *testing.T) (s stored) {
	t.Helper()
	var err error
	if s.keys, err = b.store.SigningKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.make, err = b.store.Document(t.Context(), servertest.Tenant, store.KindMake, store.KindMake); err != nil {
		t.Fatal(err)
	}
	return s
}

// under are the ids of the keys that the stored secrets are sealed under.
func (s stored) under(t *testing.T) []string {
	t.Helper()
	var o struct{ APIKey, SealedAPIKey string }
	if err := json.Unmarshal([]byte(s.make.Body), &o); err != nil {
		t.Fatal(err)
	}
	if (o.APIKey == "") == (o.SealedAPIKey == "") {
		t.Errorf("stored as %s", s.make.Body)
	}
	return []string{seal.IDOf(s.keys[0].Secret), seal.IDOf(o.SealedAPIKey)}
}

// reseal starts a backend over another with other keys, and has it encrypt what
// is not under the first one.
func (b *backend) reseal(t *testing.T, letters string, want int) *backend {
	t.Helper()
	next := over(t, b, server.Options{Store: b.store, Now: newClock().Now, Encryption: sealKeys(t, letters)})
	if n, err := next.server.Reseal(t.Context()); n != want || err != nil {
		t.Errorf("%q: encrypted %d, %v; want %d", letters, n, err, want)
	}
	id := sealKeys(t, letters).ID()
	if got := b.stored(t).under(t); !reflect.DeepEqual(got, []string{id, id}) {
		t.Errorf("%q: stored under %q, want %s", letters, got, id)
	}
	return next
}

func withIntegromat(t *testing.T) *backend {
	t.Helper()
	b := newBackend(t)
	b.check(t, exchange{method: "PUT", path: integromatPath("/organization"), body: `{"organizationId": "7", "apiUrl": "https://eu1.make.com", "apiKey": "` + integromatSecret + `"}`, status: 201, want: `{}`})
	return b
}

// Secrets that are plain, or under an older key, are encrypted anew, once; tokens
// from before stay good, and nothing shows as a change.
func TestSealed_again(t *testing.T) {
	t.Parallel()
	b := withIntegromat(t)
	_, secret := b.server.SigningKey()
	since := b.lastEvent(t)
	b.reseal(t, "", 0)
	a := b.reseal(t, "A", 2)
	a.reseal(t, "A", 0)
	a.reseal(t, "AB", 0)
	last := a.reseal(t, "BA", 2).reseal(t, "B", 0)
	last.check(t, exchange{path: integromatPath("/organization"), status: 200, want: `{"hasApiKey": true, "apiUrl": "https://eu1.make.com"}`})
	if _, same := last.server.SigningKey(); !reflect.DeepEqual(same, secret) {
		t.Error("the signing key is another one")
	}
	if events := last.newest(t, since); len(events) > 0 {
		t.Errorf("got the events %+v", events)
	}
	now := last.stored(t)
	for _, text := range []string{now.make.Body, now.keys[0].Secret} {
		if strings.Contains(text, integromatSecret) || strings.Contains(text, base64.StdEncoding.EncodeToString(secret)) {
			t.Errorf("stored as %s", text)
		}
	}
}

// Whoever lacks the key of something stored does not start, and changes nothing.
func TestSealed_wrongKey(t *testing.T) {
	t.Parallel()
	b := withIntegromat(t)
	b.reseal(t, "A", 2)
	for _, c := range []struct{ name, letters, says string }{
		{"none", "", "reading the key of Make of tenant acme: it is encrypted, and no key is given (" + sealKeys(t, "A").ID() + "): give this key in IAM_ENCRYPTION_KEY, or to serve with --key-file"},
		{"another", "B", "it is encrypted under another key than the ones given (" + sealKeys(t, "A").ID() + ")"},
	} {
		before := b.stored(t)
		if _, err := server.New(t.Context(), server.Options{Store: b.store, Encryption: sealKeys(t, c.letters), SigningKeyAge: 1}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v", c.name, err)
		}
		if after := b.stored(t); !reflect.DeepEqual(after, before) {
			t.Errorf("%s: stored %+v, was %+v", c.name, after, before)
		}
	}
	b.check(t, exchange{method: "DELETE", path: integromatPath("/organization"), status: 204})
	if _, err := server.New(t.Context(), server.Options{Store: b.store, Encryption: sealKeys(t, "B")}); err == nil || !strings.Contains(err.Error(), "reading the token signing key") {
		t.Errorf("without Make: got %v", err)
	}
}

// A key of Make is good for its tenant and its Make only, whoever writes to the
// database.
func TestSealed_elsewhere(t *testing.T) {
	t.Parallel()
	b := withIntegromat(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	b.reseal(t, "A", 2)
	good := b.stored(t).make
	moved, elsewhere := good, good
	moved.Tenant = "other"
	elsewhere.Body = strings.ReplaceAll(good.Body, "eu1.make.com", "eu1.make.example")
	for name, d := range map[string]store.Document{"another tenant": moved, "another Make": elsewhere} {
		if err := b.store.PutDocument(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if _, err := server.New(t.Context(), server.Options{Store: b.store, Encryption: sealKeys(t, "A")}); err == nil || !strings.Contains(err.Error(), "it was changed, or belongs elsewhere") {
			t.Errorf("%s: got %v", name, err)
		}
		if err := b.store.PutDocument(t.Context(), good); err != nil {
			t.Fatal(err)
		}
		if d.Tenant == "other" {
			if err := b.store.DeleteDocument(t.Context(), "other", store.KindMake, store.KindMake); err != nil {
				t.Fatal(err)
			}
		}
	}
	over(t, b, server.Options{Store: b.store, Encryption: sealKeys(t, "A")})
}

// A new key of Make is stored encrypted, and kept where a change names none.
func TestSealed_organization(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	b := over(t, filled, server.Options{Store: filled.store, Now: newClock().Now, Encryption: sealKeys(t, "A")})
	put := func(body string, status int) exchange {
		return exchange{method: "PUT", path: integromatPath("/organization"), body: `{"organizationId": "7", ` + body + `}`, status: status}
	}
	made := put(`"apiUrl": "https://eu1.make.com", "apiKey": "`+integromatSecret+`"`, 201)
	made.want = `{}`
	refused := put(`"apiUrl": "https://eu2.make.com"`, 400)
	refused.want = `{"code": 400}`
	b.check(t, made)
	before := b.stored(t).make
	if strings.Contains(before.Body, integromatSecret) {
		t.Errorf("stored as %s", before.Body)
	}
	b.play(t, put(`"apiUrl": "https://eu1.make.com"`, 204), refused)
	if after := b.stored(t).make; after.Body != before.Body {
		t.Errorf("stored as %s, was %s", after.Body, before.Body)
	}
	b.check(t, put(`"sync": false`, 204))
	if after := b.stored(t).make; strings.Contains(after.Body, "Key") {
		t.Errorf("without a Make: stored as %s", after.Body)
	}
}

// Processes that start at the same time make one key, and encrypt it once.
func TestSealed_atOnce(t *testing.T) {
	t.Parallel()
	dsn := sqltest.New(t)
	var servers [4]*server.Server
	var db *sqlstore.Store
	var group sync.WaitGroup
	keys := sealKeys(t, "A")
	for i := range servers {
		own, err := sqlstore.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = own.Close() })
		db = own
		group.Go(func() {
			s, err := server.New(t.Context(), server.Options{Store: own, Encryption: keys})
			if err != nil {
				t.Error(err)
				return
			}
			servers[i] = s
			if _, err := s.Reseal(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, s := range servers {
		if s == nil {
			t.FailNow()
		}
		t.Cleanup(s.Close)
		first, _ := servers[0].SigningKey()
		if list, err := signing.NewKeys(db, keys, time.Now).List(t.Context()); err != nil || len(list) != 1 || list[0].SealedBy != keys.ID() {
			t.Errorf("got %+v, %v", list, err)
		}
		if id, _ := s.SigningKey(); id != first {
			t.Errorf("got the keys %s and %s", first, id)
		}
	}
}

// No event shows a key of Make.
func TestSealed_events(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	b := over(t, filled, server.Options{Store: filled.store, Now: newClock().Now, Encryption: sealKeys(t, "A")})
	b.check(t, exchange{method: "PUT", path: integromatPath("/organization"), body: `{"organizationId": "7", "apiUrl": "https://eu1.make.com", "apiKey": "` + integromatSecret + `"}`, status: 201, want: `{}`})
	for _, e := range read[[]api.AuditEvent](t, b, auditEvents) {
		if text := string(e.Before) + string(e.After); strings.Contains(text, integromatSecret) || strings.Contains(text, sealKeys(t, "A").ID()) {
			t.Errorf("an event shows %s", text)
		}
	}
}
