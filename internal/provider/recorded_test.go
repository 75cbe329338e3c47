package provider_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// recorded returns the folders with what releases have left behind: see
// .ci/record-state.
func recorded(t *testing.T) []string {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join("testdata", "state", "v*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("nothing is recorded: %v", err)
	}
	return folders
}

// What releases wrote is planned with this build, over the tenant as they left
// it, and nothing changes; nor does it after an apply, which writes the state
// anew.
func TestAccRecordedStates(t *testing.T) {
	t.Parallel()
	for _, folder := range recorded(t) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			w := providertest.NewWorkspace(t, map[string]string{
				"main.tf":           contents(t, filepath.Join(folder, "main.tf")),
				"terraform.tfstate": contents(t, filepath.Join(folder, "terraform.tfstate")),
			})
			database := filepath.Join(t.TempDir(), "iam.db")
			unpack(t, filepath.Join(folder, "iam.db.gz"), database)
			w.Setenv("IAM_TENANT", servertest.Tenant)
			w.Setenv("IAM_EMBEDDED_PATH", database)
			w.NoChanges()
			w.Apply()
			w.NoChanges()
		})
	}
}

func unpack(t *testing.T, archive, file string) {
	t.Helper()
	packed, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	r, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Each object of the recorded states is read under the present schema as it was
// written, unless the schema has another version.
func TestRecordedStates_upgrade(t *testing.T) {
	t.Parallel()
	p := providertest.Start(t, nil)
	for _, folder := range recorded(t) {
		var state struct {
			Resources []struct {
				Mode, Type string
				Instances  []struct {
					SchemaVersion int64           `json:"schema_version"`
					Attributes    json.RawMessage `json:"attributes"`
				}
			}
		}
		if err := json.Unmarshal([]byte(contents(t, filepath.Join(folder, "terraform.tfstate"))), &state); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, r := range state.Resources {
			for _, i := range r.Instances {
				if r.Mode != "managed" {
					continue
				}
				seen[r.Type] = true
				read, d := p.Upgrade(r.Type, i.SchemaVersion, i.Attributes)
				if len(d) > 0 {
					t.Errorf("%s: %s: %v", folder, r.Type, d)
					continue
				}
				var wrote map[string]any
				if err := json.Unmarshal(i.Attributes, &wrote); err != nil {
					t.Fatal(err)
				}
				for attribute, value := range wrote {
					if got, ok := read[attribute]; i.SchemaVersion == 0 && (!ok || !same(t, got, value)) {
						t.Errorf("%s: %s.%s was %v and is read as %v", folder, r.Type, attribute, value, got)
					}
				}
			}
		}
		if len(seen) < 10 {
			t.Errorf("%s has objects of %d types only", folder, len(seen))
		}
	}
}

// same compares values by what they are in JSON.
func same(t *testing.T, a, b any) bool {
	t.Helper()
	var plain [2]any
	for i, v := range []any{a, b} {
		text, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(text, &plain[i])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return reflect.DeepEqual(plain[0], plain[1])
}
