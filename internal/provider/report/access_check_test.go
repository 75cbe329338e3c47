package report_test

import (
	"fmt"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func TestAccessCheck(t *testing.T) {
	t.Parallel()
	_, p, owner := restricted(t)
	check := func(config values) string {
		t.Helper()
		got, d := p.ReadData("iam_access_check", config)
		if len(d) > 0 {
			t.Fatal(d)
		}
		if got["user_id"] != owner.ID {
			t.Errorf("got the user %v, want %s", got["user_id"], owner.ID)
		}
		return fmt.Sprint(got["email"], " ", got["allowed"], " ", got["granted_by"], " ", got["reason"])
	}
	for _, c := range []struct {
		name          string
		entity, level string
		restriction   any
		want          string
	}{
		{"read a record without a restriction", "orders", "read", nil, "true [all] Group all gives read on orders."},
		{"read a record of another site", "orders", "read", "FR", "true [all] Group all gives read on orders."},
		{"manage a record of the site", "orders", "manage", "DE", "true [some] Group some gives manage on orders for records with DE."},
		{"manage a record of another site", "orders", "manage", "FR", "false [] Group some gives manage on orders, only for records with AT or DE and not for those with FR."},
		{"manage a record without a restriction", "orders", "manage", nil, "false [] Group some gives manage on orders, only for records with AT or DE and not for those without a restriction."},
		{"an entity that no group gives", "tax", "read", nil, "false [] None of the user's groups gives access to tax."},
	} {
		config := values{"email": "OWNER@acme.example", "entity": c.entity, "level": c.level, "restriction": c.restriction}
		if got := check(config); got != "OWNER@acme.example "+c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	p.MustApply("iam_user", providertest.State{}, values{"email": "locked@acme.example", "first_name": "L", "last_name": "L", "group_ids": []any{"all"}, "locked": true})
	got, d := p.ReadData("iam_access_check", values{"email": "locked@acme.example", "entity": "orders", "level": "read"})
	if len(d) > 0 || got["allowed"] != false || got["reason"] != "The user is locked and so has no access." {
		t.Errorf("locked: got %v, %v", got, d)
	}
}

func TestAccessCheck_mistakes(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{})
	config := values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret}
	p := providertest.New(t, config)
	for _, c := range []struct {
		config values
		want   []string
	}{
		{values{"email": "owner@acme.example", "entity": "order", "level": "read"}, []string{`AttributeName("entity")`, "Unknown Entity", "did you mean orders?"}},
		{values{"email": "owner@acme.example", "entity": "orders", "level": "edit"}, []string{`AttributeName("level")`, "Invalid Level", "none, read, manage"}},
		{values{"email": "owner@acme.example", "entity": "orders", "level": "none"}, []string{`AttributeName("level")`, `check the level "read"`}},
		{values{"email": "owner@acme.example", "entity": "orders", "level": "read", "restriction": "D E"}, []string{`AttributeName("restriction")`, "Invalid Restriction Value"}},
		{values{"entity": "orders", "level": "read"}, []string{"[user_id,email]"}},
		{values{"email": "nobody@acme.example", "entity": "orders", "level": "read"}, []string{`AttributeName("email")`, "Unable to check access of user", "nobody@acme.example"}},
		{values{"user_id": "nobody", "entity": "orders", "level": "read"}, []string{`AttributeName("user_id")`, "Unable to check access of user", "nobody"}},
	} {
		if _, d := p.ReadData("iam_access_check", c.config); !d.Has(c.want...) {
			t.Errorf("%v: got %v, want %q", c.config, d, c.want)
		}
	}
	config["tenant"] = providertest.Unknown
	unknown := providertest.New(t, config)
	if _, d := unknown.ReadData("iam_access_check", values{"user_id": "a", "entity": "orders", "level": "read"}); !d.Has("Provider Configuration Unknown") {
		t.Errorf("got %v", d)
	}
}
