package door_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/door"
)

var group = reflect.TypeFor[*api.GroupUpdate]()

func TestCheck_refused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", door.MaxText+1)
	for name, test := range map[string]struct{ document, want string }{
		"nothing":                {``, "ends too soon"},
		"half":                   {`{"name": {"en": "x"`, "unexpected EOF"},
		"two":                    {`{} {}`, "there is more after its end"},
		"not UTF-8":              {"{\"name\": {\"en\": \"\xff\"}}", "invalid UTF-8"},
		"half a surrogate":       {`{"name": {"en": "\ud800"}}`, "surrogate"},
		"surrogates turned":      {`{"name": {"en": "\udc00\ud800"}}`, "surrogate"},
		"member twice":           {`{"name": {"en": "x"}, "name": {"en": "y"}}`, "/name appears twice"},
		"member in other case":   {`{"ACCESSCONTROLS": []}`, "/ACCESSCONTROLS is misspelled: the name is accessControls"},
		"long s for s":           {`{"acce\u017fsControls": []}`, "the name is accessControls"},
		"deeper member":          {`{"metadata": {"Version": 1}}`, "/metadata/Version is misspelled: the name is version"},
		"NUL":                    {`{"name": {"en": "a\u0000b"}}`, "/name/en contains a NUL character"},
		"NUL in a name":          {`{"name": {"e\u0000n": "a"}}`, "contains a NUL character"},
		"NUL in mixins":          {`{"mixins": {"a": ["\u0000"]}}`, "/mixins/a/0 contains a NUL character"},
		"decomposed":             {`{"name": {"en": "Zoe\u0308"}}`, "/name/en contains letters that are composed of several characters"},
		"long text":              {`{"name": {"en": "` + long + `"}}`, "/name/en has 4097 characters: at most 4096"},
		"long text of no member": {`{"other": "` + long + `"}`, "/other has 4097 characters"},
		"many languages":         {`{"name": {` + manyMembers(20, 4000) + `}}`, "/name has 80"},
		"large mixins":           {`{"mixins": {` + manyMembers(1, door.MaxMember) + `}}`, "/mixins/m0 has 6554"},
		"long list":              {`{"restrictions": [` + strings.TrimSuffix(strings.Repeat(`"xxxxxxxxx",`, 100_000), ",") + `]}`, "/restrictions has 12000"},
		"deep":                   {`{"other": ` + strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100) + `}`, "nested more than"},
	} {
		if err := door.Check([]byte(test.document), group); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
	if err := door.Check([]byte(`[{"key": "a"}, {"Key": "b"}]`), reflect.TypeFor[*[]api.Setting]()); err == nil || !strings.Contains(err.Error(), "/1/Key") {
		t.Errorf("in a list: got %v", err)
	}
	if err := door.Check([]byte(`[{"key": "a", "value": "`+strings.Repeat("x", door.MaxValue)+`"}]`), reflect.TypeFor[*[]api.Setting]()); err == nil || !strings.Contains(err.Error(), "/0/value has 26214") {
		t.Errorf("large value: got %v", err)
	}
}

// Members that are required are so of the document itself, and null is no value.
func TestCheck_missing(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]door.Missing{
		`{"name": {}, "userType": ""}`:          nil,
		`{}`:                                    {"name", "userType"},
		`{"userType": null, "name": 1}`:         {"userType"},
		`{"other": {"name": 1, "userType": 2}}`: {"name", "userType"},
		`{"other": [{"name": 1}], "userType": "x", "na": {}}`: {"name"},
	} {
		err := door.Check([]byte(document), nil, "name", "userType")
		missing, _ := errors.AsType[door.Missing](err)
		if !slices.Equal(missing, want) || (err == nil) != (want == nil) {
			t.Errorf("%s: got %v, want %v", document, err, want)
		}
	}
}

// manyMembers writes members whose texts have so many characters.
func manyMembers(n, characters int) string {
	var members []string
	for i := range n {
		members = append(members, fmt.Sprintf(`"m%d": "%s"`, i, strings.Repeat("x", characters)))
	}
	return strings.Join(members, ", ")
}

func TestCheck_taken(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"empty":           `{}`,
		"all kinds":       `{"name": {"en": "Zoë 🙂 \ud83d\ude42"}, "accessControls": ["a"], "mixins": {"n": [1.5e300, true, null, {"Name": 1}]}}`,
		"unknown members": `{"userCount": 3, "usercount": 4}`,
		"longest text":    `{"name": {"en": "` + strings.Repeat("ä", door.MaxText) + `"}}`,
		"text in mixins":  `{"mixins": {"a": "` + strings.Repeat("x", door.MaxText+1) + `"}}`,
		"own case":        `{"mixins": {"accesscontrols": 1, "ACCESSCONTROLS": 2}}`,
	} {
		if err := door.Check([]byte(document), group); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Two readers understand an accepted document in the same way.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(`{"name": {"en": "x"}, "metadata": {"version": 1}}`))
	f.Add([]byte(`{"name": "\ud800", "a": {"a": 1, "a": 2}}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		if door.Check(document, group) != nil {
			return
		}
		if !json.Valid(document) {
			t.Fatalf("taken, and not valid: %q", document)
		}
		var whole api.GroupUpdate
		var members map[string]json.RawMessage
		if json.Unmarshal(document, &members) != nil || json.Unmarshal(document, &whole) != nil {
			return
		}
		if _, ok := members["restrictions"]; !ok && whole.Restrictions != nil {
			t.Fatalf("restrictions come from nowhere: %q", document)
		}
	})
}
