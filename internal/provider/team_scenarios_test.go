package provider_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
)

// wantOutputs compares outputs as JSON.
func wantOutputs(t *testing.T, w *providertest.Workspace, want map[string]any) {
	t.Helper()
	for name, value := range want {
		var got any
		if err := json.Unmarshal([]byte(w.MustRun("output", "-json", "-no-color", name)), &got); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != fmt.Sprint(value) {
			t.Errorf("the output %s is %v, want %v", name, got, value)
		}
	}
}

// words reports whether what the CLI printed has all of these texts, wherever it
// has broken its lines.
func words(printed string, texts ...string) bool {
	flat := strings.Join(strings.Fields(strings.ReplaceAll(printed, "│", " ")), " ")
	return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(flat, text) })
}

// acceptAll accepts every open invitation of a tenant in an embedded backend, as
// the people would.
func acceptAll(t *testing.T, database, tenant string) {
	t.Helper()
	b, err := embedded.Open(t.Context(), embedded.Options{Path: database, Tenant: tenant, MustExist: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(client.Options{BaseURL: embedded.BaseURL, Tenant: tenant, Transport: b, AccessToken: b.Token()})
	if err != nil {
		t.Fatal(err)
	}
	invitations, err := c.Invitations(t.Context())
	for _, i := range invitations {
		if i.Status == api.InvitationPending {
			err = errors.Join(err, c.AcceptInvitation(t.Context(), i.ID))
		}
	}
	if err = errors.Join(err, b.Close()); err != nil || len(invitations) == 0 {
		t.Fatalf("accepting %d invitations: %v", len(invitations), err)
	}
}

// TestAccAutomationTeam applies the scenario, hands the ownership on, and cannot
// destroy the Owner before it goes back.
func TestAccAutomationTeam(t *testing.T) {
	t.Parallel()
	w, database := scenario(t, "automation-team")
	const anna, olivia = "anna.schmidt@acme.example", "olivia.owner@acme.example"
	w.Apply()
	w.NoChanges()
	all := []any{"bot_runner", "orchestrator", "studio_pro"}
	wantOutputs(t, w, map[string]any{
		"owner": olivia,
		"products": map[string]any{
			olivia: all, anna: all, "ben.mueller@acme.example": all, "clara.weber@acme.example": all, "david.wagner@acme.example": all,
			"emily.johnson@acme.example": []any{"orchestrator"}, "frank.williams@acme.example": []any{"bot_runner"}, "grace.brown@acme.example": []any{"bot_runner"},
			"henry.davis@acme.example": []any{"bot_runner"}, "accounting@acme.example": []any{},
		},
		"orchestrator": map[string]any{
			olivia: "admin", anna: "admin", "ben.mueller@acme.example": "admin", "clara.weber@acme.example": "admin", "david.wagner@acme.example": "admin",
			"emily.johnson@acme.example": "analyst",
		},
	})
	acceptAll(t, database, "acme")
	w.NoChanges()

	w.Setenv("TF_VAR_owner", anna)
	w.Apply()
	w.NoChanges()
	wantOutputs(t, w, map[string]any{"owner": anna})
	if out, code := w.Run("destroy", "-auto-approve", "-no-color"); code == 0 || !words(out, "Owner Cannot Be Removed", anna+" is the Owner of the team") {
		t.Errorf("destroying the Owner ended with %d:\n%s", code, out)
	}
	w.Setenv("TF_VAR_owner", olivia)
	w.Apply()
	if out := w.MustRun("destroy", "-auto-approve", "-no-color"); !words(out, "Warning: Owner Left In Place") {
		t.Errorf("the destroy does not say who stays:\n%s", out)
	}
}

// TestAccSeveralOrganizations applies the scenario: one account in two tenants.
func TestAccSeveralOrganizations(t *testing.T) {
	t.Parallel()
	w, database := scenario(t, "several-organizations")
	w.Apply()
	w.NoChanges()
	wantOutputs(t, w, map[string]any{
		"consultant":  map[string]any{"north": "member", "south": "admin"},
		"nora":        map[string]any{"north": "owner", "south": "billing_contact"},
		"one_account": true,
	})
	acceptAll(t, database, "north") // the south has nobody to ask
	w.NoChanges()
	w.MustRun("destroy", "-auto-approve", "-no-color")
}
