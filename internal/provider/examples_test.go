package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// examples returns the examples' texts by file.
func examples(t *testing.T, pattern string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples match %s: %v", pattern, err)
	}
	texts := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = string(text)
	}
	return texts
}

// TestAccExamples applies every example and wants the plan after it empty.
func TestAccExamples(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"resources/*/resource.tf", "data-sources/*/data-source.tf", "functions/*/function.tf", "ephemeral-resources/*/ephemeral-resource.tf"} {
		for file, text := range examples(t, pattern) {
			name := strings.TrimSuffix(filepath.Base(file), ".tf") + " " + filepath.Base(filepath.Dir(file))
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b := providertest.Remote(t, servertest.Options{})
				w := providertest.NewWorkspace(t, map[string]string{"provider.tf": providertest.Source + b.HCL, "main.tf": text})
				w.Apply()
				w.NoChanges()
			})
		}
	}
}

func TestAccProviderExample(t *testing.T) {
	t.Parallel()
	w := providertest.NewWorkspace(t, nil)
	for _, text := range examples(t, "provider/provider.tf") {
		w.Write("main.tf", text)
	}
	w.MustRun("validate", "-no-color")
}

// scenario returns a workspace with one of the scenarios, over a database file
// of its own.
func scenario(t *testing.T, name string) (w *providertest.Workspace, database string) {
	t.Helper()
	files := map[string]string{}
	for file, text := range examples(t, "scenarios/"+name+"/*.tf") {
		files[filepath.Base(file)] = text
	}
	w, database = providertest.NewWorkspace(t, files), filepath.Join(t.TempDir(), "iam.db")
	w.Setenv("TF_VAR_database", database)
	return w, database
}

// TestAccQuickstart applies the scenario that "make demo" shows.
func TestAccQuickstart(t *testing.T) {
	t.Parallel()
	w, _ := scenario(t, "quickstart")
	groups := 0
	for _, c := range w.Plan().ResourceChanges {
		if c.Type != "iam_group" {
			continue
		}
		groups++
		known, _ := c.Change.After["effective_access"].(map[string]any)
		if unknown := c.Change.AfterUnknown["effective_access"]; len(known) == 0 || unknown == true {
			t.Errorf("effective_access of %s is not known in the first plan: %v", c.Address, c.Change.After)
		}
	}
	if groups != 6 {
		t.Errorf("the quickstart has %d groups, want 6", groups)
	}
	w.Apply()
	w.NoChanges()
	w.MustRun("destroy", "-auto-approve", "-no-color")
}
