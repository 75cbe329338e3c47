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
	w := providertest.NewWorkspace(t, nil)
	for file, text := range examples(t, "scenarios/whole-tenant/*.tf") {
		w.Write(filepath.Base(file), text)
		for name := range schemas(t) {
			if typeName, managed := strings.CutPrefix(name, "resources/"); managed && !leavesATrace[typeName] && !strings.Contains(text, `resource "`+typeName+`"`) {
				t.Errorf("%s has no %s", file, typeName)
			}
		}
	}
	for argument, value := range b.Config {
		w.Setenv("IAM_"+strings.ToUpper(argument), fmt.Sprint(value))
	}
	before := dump(t, b.Client)
	w.Apply()
	w.NoChanges()
	if slices.Equal(dump(t, b.Client), before) {
		t.Error("nothing was made")
	}
	w.MustRun("destroy", "-auto-approve", "-no-color")
	after := dump(t, b.Client)
	if more, less := differences(after, before), differences(before, after); more+less != "" {
		t.Errorf("the tenant has\n%s\nand no longer\n%s", more, less)
	}
}
