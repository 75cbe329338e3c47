package provider_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

func embeddedAt(path string) values {
	return values{"tenant": "acme", "embedded": values{"path": path}}
}

// A file that cannot be written is an error before anything is planned.
func TestEmbedded_readOnlyDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "iam.db")
	providertest.New(t, embeddedAt(path))
	d := providertest.Start(t, nil).Configure(embeddedAt(path + "?mode=ro"))
	if !d.Has(`error at AttributeName("embedded").AttributeName("path"): Unable to open embedded backend`, path, "read-only") {
		t.Errorf("got %v", d)
	}
}

// A database that is full refuses the change that does not fit, keeps all
// before it, and goes on when there is room.
func TestEmbedded_fullDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "iam.db")
	providertest.New(t, embeddedAt(path)) // makes the tenant
	p := providertest.New(t, embeddedAt(path+"?_pragma=max_page_count(100)"))
	user := func(i int) values {
		return values{"email": fmt.Sprintf("u%d@acme.example", i), "first_name": "U", "last_name": strings.Repeat("long-name-", 300)}
	}
	made := 0
	for {
		state, d := p.Apply("iam_user", providertest.State{}, user(made))
		if d.Failed() {
			if !d.Has("error: Unable to create user", "the backend's database or its disk is full", "Free some space") && !d.Has("database or its disk is full; nothing was changed") {
				t.Errorf("got %v", d)
			}
			if state.Values != nil {
				t.Errorf("the state holds a user that was not created: %v", state.Values)
			}
			break
		}
		if made++; made > 1000 {
			t.Fatal("the database never gets full")
		}
	}
	// With room again, all data exists and the refused user can be created.
	roomy := providertest.New(t, embeddedAt(path))
	roomy.MustApply("iam_user", providertest.State{}, user(made))
	all, d := roomy.ReadData("iam_users", values{})
	if users, _ := all["users"].([]any); d.Failed() || len(users) != made+2 { // the owner and the last one
		t.Errorf("got %d users, want %d: %v", len(users), made+2, d)
	}
}
