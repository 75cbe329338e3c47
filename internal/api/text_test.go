package api_test

import (
	"encoding/json"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func TestText_read(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		json string
		want api.Text
	}{
		{`{"en": "Tea", "de-CH": "Tee"}`, api.Text{"en": "Tea", "de-CH": "Tee"}},
		{`{}`, api.Text{}},
		{`{"en": ""}`, api.Text{"en": ""}},
		{`"Tea"`, api.Text{"": "Tea"}},
		{`""`, api.Text{"": ""}},
		{`"{\"en\": \"Tea\"}"`, api.Text{"": `{"en": "Tea"}`}},
	} {
		got := api.Text{"fr": "what existed before"}
		if err := json.Unmarshal([]byte(c.json), &got); err != nil || !maps.Equal(got, c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.json, got, err, c.want)
		}
	}
	for _, text := range []string{`5`, `true`, `["Tea"]`, `{"en": 5}`, `{"en": {"x": "Tea"}}`} {
		var got api.Text
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s: got %v, want an error", text, got)
		}
	}
}

func TestText_write(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text api.Text
		want string
	}{
		{api.Text{"en": "Tea", "de": "Tee"}, `{"de":"Tee","en":"Tea"}`},
		{api.Text{}, `{}`},
		{api.Text{"": "Tea"}, `"Tea"`},
		{api.Text{"": ""}, `""`},
		{api.Text{"": "Tea", "de": "Tee"}, `{"":"Tea","de":"Tee"}`},
	} {
		if got, err := json.Marshal(c.text); err != nil || string(got) != c.want {
			t.Errorf("%v: got %s, %v, want %s", c.text, got, err, c.want)
		}
	}
	// An empty text is omitted from a document.
	if got, err := json.Marshal(api.Group{ID: "g", Name: api.Text{"en": "G"}, Description: api.Text{}}); err != nil ||
		string(got) != `{"id":"g","name":{"en":"G"},"userType":"","accessControls":null}` {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestText_roundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := api.Text(rapid.MapOf(rapid.SampledFrom([]string{"", "en", "de", "pt-BR"}), rapid.String()).Draw(t, "text"))
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got api.Text
		if err := json.Unmarshal(data, &got); err != nil || !maps.Equal(got, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	})
}
