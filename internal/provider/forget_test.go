package provider_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// forgetAll has removed blocks take an object of every managed type out of the
// state: the plan destroys nothing, and the tenant stays as it is.
func forgetAll(t *testing.T) {
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	w, text := wholeTenant(t, b)
	next, err := join(t.Context(), b.Client, "next@example.com")
	if err != nil {
		t.Fatal(err)
	}
	owner := fmt.Sprintf("\nresource \"iam_team_owner\" \"next\" {\n  member_id = %q\n}\n", next)
	w.Write("owner.tf", owner)
	w.Apply()
	before := dump(t, b.Client)

	removed, seen := providertest.Source, map[string]bool{}
	for _, r := range regexp.MustCompile(`(?m)^resource "(\w+)" "(\w+)"`).FindAllStringSubmatch(text+owner, -1) {
		seen[r[1]] = true
		removed += fmt.Sprintf("\nremoved {\n  from = %s.%s\n  lifecycle {\n    destroy = false\n  }\n}\n", r[1], r[2])
	}
	for name := range lifecycleTypes {
		if !seen[name] {
			t.Errorf("the configuration has no %s", name)
		}
	}
	for file := range examples(t, "scenarios/whole-tenant/*.tf") {
		w.Write(filepath.Base(file), "")
	}
	w.Write("owner.tf", removed)
	out := w.Apply()
	if !strings.Contains(out, "0 destroyed") {
		t.Errorf("the apply ended with\n%s", out)
	}
	if left := strings.TrimSpace(w.MustRun("state", "list")); left != "" {
		t.Errorf("the state still has\n%s", left)
	}
	after := dump(t, b.Client)
	if more, less := differences(after, before), differences(before, after); more+less != "" {
		t.Errorf("the tenant has\n%s\nand no longer\n%s", more, less)
	}
}
