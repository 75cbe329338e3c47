package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Object is a JSON object with all members that callers keep in it, whether the
// backend knows them or not. Numbers are as they were written.
type Object = map[string]any

// Site converts a stored site, with its version.
func Site(d store.Document) (Object, error) {
	doc, err := DecodeObject([]byte(d.Body))
	if err != nil {
		return nil, fmt.Errorf("reading site %s of %s: %w", d.ID, d.Tenant, err)
	}
	return MergePatch(doc, Object{"metadata": Object{"version": d.Version}}), nil
}

// SiteVersion returns the version that Site added.
func SiteVersion(doc Object) int {
	metadata, _ := doc["metadata"].(Object)
	version, _ := metadata["version"].(int)
	return version
}

// DecodeObject decodes one JSON object.
func DecodeObject(text []byte) (Object, error) {
	if !json.Valid(text) {
		return nil, errors.New("it is not one JSON document")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var doc Object
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if doc == nil {
		return nil, errors.New("it is null")
	}
	return doc, nil
}

// MergePatch returns the document after a JSON merge patch (RFC 7396). It changes
// neither argument.
func MergePatch(target, patch Object) Object {
	merged := maps.Clone(target)
	if merged == nil {
		merged = Object{}
	}
	for name, value := range patch {
		switch value := value.(type) {
		case nil:
			delete(merged, name)
		case Object:
			inner, _ := merged[name].(Object)
			merged[name] = MergePatch(inner, value)
		default:
			merged[name] = value
		}
	}
	return merged
}
