package api

import (
	"encoding/json"
	"errors"
)

// Text is a localized text: texts by language tag. With the headers
// Content-Language and Accept-Language set to "*" it is a JSON object; for a
// single language it is a plain string, which decodes to the empty language tag.
type Text map[string]string

// UnmarshalJSON decodes an object or a plain string; null becomes nil.
func (t *Text) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*t = nil
		return nil
	}
	var plain string
	if err := json.Unmarshal(data, &plain); err == nil {
		*t = Text{"": plain}
		return nil
	}
	var texts map[string]string
	if err := json.Unmarshal(data, &texts); err != nil {
		return errors.New("a localized text must be an object of texts by language, or a single text")
	}
	*t = texts
	return nil
}

// MarshalJSON encodes an object, or a plain string if the only text has no
// language.
func (t Text) MarshalJSON() ([]byte, error) {
	if plain, ok := t[""]; ok && len(t) == 1 {
		return json.Marshal(plain)
	}
	return json.Marshal(map[string]string(t))
}
