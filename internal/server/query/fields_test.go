package query

import (
	"encoding/json"
	"testing"
)

func TestFields(t *testing.T) {
	t.Parallel()
	var doc any = json.RawMessage(`{
		"id": "v", "name": "Acme", "legal": {"name": "Acme Inc.", "country": "US"}, "none": null, "big": 12345678901234567890.10,
		"people": [{"first": "Ann", "last": "Lee"}, {"last": "Ray"}], "tags": ["a", "b"]}`)
	for fields, want := range map[string]string{
		"name":                 `{"id":"v","name":"Acme"}`,
		"name , id":            `{"id":"v","name":"Acme"}`,
		"legal.name":           `{"id":"v","legal":{"name":"Acme Inc."}}`,
		"legal.name,legal":     `{"id":"v","legal":{"name":"Acme Inc.","country":"US"}}`,
		"legal,legal.name":     `{"id":"v","legal":{"name":"Acme Inc.","country":"US"}}`,
		"legal.name,legal.x":   `{"id":"v","legal":{"name":"Acme Inc."}}`,
		"people.last":          `{"id":"v","people":[{"last":"Lee"},{"last":"Ray"}]}`,
		"people.first":         `{"id":"v","people":[{"first":"Ann"},{}]}`,
		"big":                  `{"big":12345678901234567890.10,"id":"v"}`,
		"nothing,name.first":   `{"id":"v"}`,
		"tags.x":               `{"id":"v","tags":[]}`,
		"none,none.x,,.,a..b,": `{"id":"v","none":null}`,
		"id.x":                 `{"id":"v"}`,
	} {
		picked, err := ParseFields(fields).Pick(doc)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := json.Marshal(picked); string(got) != want {
			t.Errorf("%q: got %s, want %s", fields, got, want)
		}
	}
}
