package api_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Create copies everything in an update.
func TestGroupUpdate_Create(t *testing.T) {
	t.Parallel()
	update := api.GroupUpdate{
		Name: api.Text{"en": "Buyers"}, Description: api.Text{"de": "Kaufen"}, UserType: "CUSTOMER", AccessControls: []string{"c"}, Templates: []string{"t"},
		Restrictions: []string{"r"}, B2B: &api.B2B{LegalEntityID: "le"}, Mixins: map[string]json.RawMessage{"m": json.RawMessage(`1`)}, Metadata: &api.Expected{Version: new(1)},
	}
	got := update.Create("buyers")
	if got.ID != "buyers" {
		t.Errorf("the id is %q", got.ID)
	}
	from, to := reflect.ValueOf(update), reflect.ValueOf(got)
	for i := range to.NumField() {
		name := to.Type().Field(i).Name
		field := from.FieldByName(name)
		if !field.IsValid() {
			continue // the id, and the vendor, which an update cannot name
		}
		if field.IsZero() || !reflect.DeepEqual(field.Interface(), to.Field(i).Interface()) {
			t.Errorf("%s: got %v from %v", name, to.Field(i), field)
		}
	}
}

// A document that is read and written back unchanged expects the version that was
// read, including on a platform that counts from 0.
func TestExpected(t *testing.T) {
	t.Parallel()
	for body, allowed := range map[string][]int{
		`{}`:                           {-1, 0, 1, 2},
		`{"metadata": null}`:           {-1, 0, 1, 2},
		`{"metadata": {}}`:             {-1, 0, 1, 2},
		`{"metadata": {"version": 1}}`: {1},
		`{"metadata": {"version": 0}}`: {0},
	} {
		var update api.GroupUpdate
		if err := json.Unmarshal([]byte(body), &update); err != nil {
			t.Fatal(err)
		}
		for _, stored := range []int{-1, 0, 1, 2} {
			if got := update.Metadata.Allows(stored); got != slices.Contains(allowed, stored) {
				t.Errorf("%s over version %d: got %t", body, stored, got)
			}
		}
	}
	for read, want := range map[string]string{
		`{}`:                           `"mixins":null`,
		`{"metadata": {"version": 7}}`: `"metadata":{"version":7}`,
		`{"metadata": {"version": 0}}`: `"metadata":{"version":0}`,
	} {
		var g api.Group
		if err := json.Unmarshal([]byte(read), &g); err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(struct {
			Mixins   any           `json:"mixins"`
			Metadata *api.Expected `json:"metadata,omitempty"`
		}{Metadata: g.Metadata.Expected()})
		if err != nil || !strings.HasSuffix(string(body), want+"}") {
			t.Errorf("%s goes back as %s (%v), want %s", read, body, err, want)
		}
	}
}

func TestVersionOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, wrong string
		version     *int
	}{
		{`{"version": 3}`, "", new(3)},
		{`{"version": 0}`, "", new(0)},
		{`{}`, "", nil},
		{`{"version": null}`, "", nil},
		{`{"version": 3, "modifiedAt": "x", "createdAt": 1}`, "metadata has createdAt, modifiedAt: only version is allowed", nil},
		{`{"Version": 3}`, "metadata has Version: only version is allowed", nil},
		{`{"version": "3"}`, "metadata.version must be a whole number", nil},
		{`{"version": 3.5}`, "metadata.version must be a whole number", nil},
		{`[]`, "metadata must be an object", nil},
		{`3`, "metadata must be an object", nil},
	} {
		var body api.ScopeUpdate
		err := json.Unmarshal([]byte(`{"domain": "d", "metadata": `+c.text+`}`), &body)
		if c.wrong != "" {
			if err == nil || err.Error() != c.wrong {
				t.Errorf("%s: got %v, want %s", c.text, err, c.wrong)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(body.Metadata.Version, c.version) {
			t.Errorf("%s: got %+v, %v", c.text, body.Metadata, err)
		}
	}
	var body api.AccessControlUpdate
	if err := json.Unmarshal([]byte(`{"scopes": ["a"], "metadata": null}`), &body); err != nil || body.Metadata != nil {
		t.Errorf("null: got %+v, %v", body.Metadata, err)
	}
}
