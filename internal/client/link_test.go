package client_test

import (
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func newLinks(t *testing.T, address string) *client.Links {
	t.Helper()
	none := 0
	links, err := client.NewLinks(client.Options{BaseURL: address, Tenant: servertest.Tenant, MaxRetries: &none})
	if err != nil {
		t.Fatal(err)
	}
	return links
}

// A person signs in with a link, once, and the token is good for a client.
func TestLinks_signIn(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	b := servertest.New(t, servertest.Options{NoFaults: true})
	link, err := b.Server.SignInLink(ctx, servertest.Tenant, "owner@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	links, secret := newLinks(t, b.URL), path.Base(link)
	found, err := links.ReadSignIn(ctx, secret)
	if err != nil || found.Status != api.LinkOpen || found.Email != "owner@acme.example" || found.ExpiresAt == "" || found.UserID == "" {
		t.Fatalf("got %+v, %v", found, err)
	}
	token, err := links.AcceptSignIn(ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	own, err := client.New(client.Options{BaseURL: b.URL, Tenant: servertest.Tenant, AccessToken: token.AccessToken})
	if err != nil {
		t.Fatal(err)
	}
	if me, err := own.Me(ctx); err != nil || me.ContactEmail != "owner@acme.example" {
		t.Errorf("got %+v, %v", me, err)
	}
	if _, err := links.AcceptSignIn(ctx, secret); !client.IsConflict(err) {
		t.Errorf("the second time: got %v", err)
	}
	if found, err := links.ReadSignIn(ctx, secret); err != nil || found.Status != api.LinkUsed {
		t.Errorf("afterwards: got %+v, %v", found, err)
	}
	if _, err := links.ReadSignIn(ctx, "wrong"); !client.IsNotFound(err) {
		t.Errorf("another link: got %v", err)
	}
	if _, err := links.AcceptSignIn(ctx, "wrong"); !client.IsNotFound(err) {
		t.Errorf("another link: got %v", err)
	}
}

// Asking for a link works alike for everyone.
func TestLinks_SendSignInLink(t *testing.T) {
	t.Parallel()
	links := newLinks(t, servertest.New(t, servertest.Options{NoFaults: true}).URL)
	for _, email := range []string{"nobody@acme.example", "owner@acme.example"} {
		if err := links.SendSignInLink(t.Context(), email); err != nil {
			t.Errorf("%s: got %v", email, err)
		}
	}
	if err := links.SendSignInLink(t.Context(), "nobody"); !client.IsBadRequest(err) {
		t.Errorf("no address: got %v", err)
	}
}

// Answers that lack what matters are errors, and no error has the secret.
func TestLinks_lies(t *testing.T) {
	t.Parallel()
	const secret = "the-secret-of-a-link"
	for body, status := range map[string]int{
		`{}`: 200, `[]`: 200, `null`: 200, ``: 200, `{"status": "open", "email": "anna@acme.example"}`: 200, `{"access_token": ""}`: 202,
		`{"code": 500, "message": "no the-secret-of-a-link"}`: 500, `<html>the-secret-of-a-link</html>`: 404, `{"code": 409, "details": ["the-secret-of-a-link"]}`: 409,
	} {
		liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				t.Error("a token was sent")
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(liar.Close)
		links := newLinks(t, liar.URL)
		_, read := links.ReadSignIn(t.Context(), secret)
		_, accepted := links.AcceptSignIn(t.Context(), secret)
		for name, err := range map[string]error{"ReadSignIn": read, "AcceptSignIn": accepted} {
			if err == nil || strings.Contains(err.Error(), secret) {
				t.Errorf("%s of %d %s: got %v", name, status, body, err)
			}
		}
		if err := links.SendSignInLink(t.Context(), "anna@acme.example"); (err == nil) != (status == http.StatusAccepted) {
			t.Errorf("SendSignInLink of %d %s: got %v", status, body, err)
		}
	}
}
