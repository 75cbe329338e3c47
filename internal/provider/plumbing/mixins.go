package plumbing

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// ValidMixins accepts a JSON object that the API returns unchanged.
func ValidMixins() validator.String {
	return rule{"must be a JSON object", "Invalid JSON Object", func(text string) bool { return mixinsFault(text) == "" }, func(text string) string {
		return Sentence(mixinsFault(text))
	}}
}

// mixinsFault describes what is wrong with custom attributes; "" if they are valid.
func mixinsFault(text string) string {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &members) != nil || members == nil {
		return "the value is not a JSON object. Use jsonencode({ ... })"
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	return valueFault(decoder)
}

// valueFault reads one value and describes the part that the API would not
// return: it keeps one value of a duplicate key, and no database stores NUL.
func valueFault(d *json.Decoder) string {
	token, _ := d.Token() // the text is valid JSON, as checked before
	opening, ok := token.(json.Delim)
	if !ok {
		return textFault(token)
	}
	keys := map[string]bool{}
	for d.More() {
		if opening == '{' {
			token, _ := d.Token()
			key, _ := token.(string)
			if keys[key] {
				return fmt.Sprintf("the key %q appears twice in one object, and only one of its values would be kept. Remove the other", key)
			}
			keys[key] = true
			if fault := textFault(key); fault != "" {
				return fault
			}
		}
		if fault := valueFault(d); fault != "" {
			return fault
		}
	}
	_, _ = d.Token() // the end
	return ""
}

func textFault(token json.Token) string {
	if text, ok := token.(string); ok && strings.ContainsRune(text, 0) {
		return "the value contains the character U+0000 (NUL), which the API does not store. Remove it"
	}
	return ""
}
