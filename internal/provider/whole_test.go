package provider_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// leavesATrace are the managed types that are not undone when they are
// destroyed: ownership of a team stays where it is.
var leavesATrace = map[string]bool{"iam_team_owner": true}

// One configuration uses every managed type: it is applied at once, plans empty
// after that, and leaves the tenant as it was before.
func TestAccWholeTenant(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	w, text := wholeTenant(t, b)
	for name := range lifecycleTypes {
		if !leavesATrace[name] && !strings.Contains(text, `resource "`+name+`"`) {
			t.Errorf("the configuration has no %s", name)
		}
	}
	before := dump(t, b.Client)
	w.Apply()
	w.NoChanges()
	if slices.Equal(dump(t, b.Client), before) {
		t.Error("nothing was created")
	}
	w.MustRun("destroy", "-auto-approve", "-no-color")
	after := dump(t, b.Client)
	if more, less := differences(after, before), differences(before, after); more+less != "" {
		t.Errorf("the tenant has\n%s\nand no longer\n%s", more, less)
	}
}

// wholeTenant is a workspace with a configuration of every managed type, over a
// new tenant.
func wholeTenant(t *testing.T, b providertest.Backend) (w *providertest.Workspace, text string) {
	t.Helper()
	w = providertest.NewWorkspace(t, nil)
	for file, part := range examples(t, "scenarios/whole-tenant/*.tf") {
		w.Write(filepath.Base(file), part)
		text += part
	}
	for argument, value := range b.Config {
		w.Setenv("IAM_"+strings.ToUpper(argument), fmt.Sprint(value))
	}
	return w, text
}
