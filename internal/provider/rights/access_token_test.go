package rights_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// The token does what its scopes allow, and no more.
func TestAccessTokenEphemeral(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	config := values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret}
	p := providertest.New(t, config)
	for scope, want := range map[string]string{
		"iam.user_read iam.group_read":     "[iam.group_read iam.user_read]",
		"tenant=acme iam.group_read":       "[iam.group_read]",
		strings.Join(api.AllScopes(), " "): "",
		"":                                 "",
	} {
		asked := values{}
		if scope != "" {
			asked["scope"] = scope
		}
		opened, d := p.Open("iam_access_token", asked)
		if len(d) > 0 {
			t.Fatalf("%q: %v", scope, d)
		}
		granted, _ := opened["scopes"].([]any)
		if got := fmt.Sprint(opened["scopes"]); want != "" && got != want || want == "" && len(granted) != len(api.AllScopes()) {
			t.Errorf("%q: got the scopes %s, want %s", scope, got, want)
		}
		text, _ := opened["expires_at"].(string)
		ends, err := time.Parse(time.RFC3339, text)
		if life := time.Until(ends); err != nil || life < 3*time.Hour || life > 5*time.Hour || opened["token_type"] != "Bearer" {
			t.Errorf("%q: got %v, %v, %v", scope, opened["token_type"], text, err)
		}
		token, _ := opened["access_token"].(string)
		holder := s.NewClient(t, client.Options{AccessToken: token})
		if _, err := holder.Groups(t.Context()); err != nil {
			t.Errorf("%q: the token cannot read groups: %v", scope, err)
		}
		_, err = holder.CreateGroup(t.Context(), api.GroupCreate{ID: fmt.Sprint("g", len(scope)), Name: api.Text{"en": "G"}})
		if mayWrite := want == ""; client.IsForbidden(err) == mayWrite || (err == nil) != mayWrite {
			t.Errorf("%q: creating a group: %v", scope, err)
		}
	}
}

func TestAccessTokenEphemeral_refused(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	config := values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret}
	p := providertest.New(t, config)
	if opened, d := p.Open("iam_access_token", values{"scope": "iam.user_read iam.nothing order.x"}); opened != nil || !d.Has(`error at AttributeName("scope"): Unable to get access token`, "does not have iam.nothing, order.x") {
		t.Errorf("scopes that the key lacks: got %v, %v", opened, d)
	}
	if _, d := p.Open("iam_access_token", values{"scope": ""}); !d.Has(`error at AttributeName("scope")`) {
		t.Errorf("no scope: got %v", d)
	}
	token, err := s.Server.IssueToken("tests", servertest.Tenant, api.AllScopes())
	if err != nil {
		t.Fatal(err)
	}
	ready := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "access_token": token})
	embedded := providertest.New(t, providertest.Embedded(t).Config)
	for name, p := range map[string]*providertest.Provider{"a ready token": ready, "embedded": embedded} {
		if opened, d := p.Open("iam_access_token", values{}); opened != nil || !d.Has("error: Unable to get access token", "Set client_id and client_secret") {
			t.Errorf("%s: got %v, %v", name, opened, d)
		}
	}
	unknown := providertest.Start(t, nil)
	unknown.Configure(with(config, values{"api_url": providertest.Unknown}))
	if _, d := unknown.Open("iam_access_token", values{}); !d.Has("error: Provider Configuration Unknown") {
		t.Errorf("while the provider is not known: got %v", d)
	}
}
