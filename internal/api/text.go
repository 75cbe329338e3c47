package api

import (
	"encoding/json"
	"errors"
)

// Text is a localized text: language tag to text. With the headers
// Content-Language and Accept-Language set to "*" it travels as an object;
// under one language it travels as a plain string, which decodes into the
// empty language tag.
type Text map[string]string

// UnmarshalJSON reads an object or a plain string; null is no text.
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
		return errors.New("a localized text is an object of language to text, or one text")
	}
	*t = texts
	return nil
}

// MarshalJSON writes an object, or a plain string when the only text has no
// language.
func (t Text) MarshalJSON() ([]byte, error) {
	if plain, ok := t[""]; ok && len(t) == 1 {
		return json.Marshal(plain)
	}
	return json.Marshal(map[string]string(t))
}
