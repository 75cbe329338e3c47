package plumbing

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// ValidMixins accepts the text of a JSON object that comes back from the API as it
// was written.
func ValidMixins() validator.String {
	return rule{"must be a JSON object", "Invalid JSON Object", func(text string) bool { return mixinsFault(text) == "" }, func(text string) string {
		return Sentence(mixinsFault(text))
	}}
}

// mixinsFault says what is wrong with custom attributes; "" when nothing is.
func mixinsFault(text string) string {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &members) != nil || members == nil {
		return "the text is not a JSON object. Write it with jsonencode({ ... })"
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	return valueFault(decoder)
}

// valueFault reads one value and says what of it would not come back: of a key
// that stands twice only one, and a NUL character from no database.
func valueFault(d *json.Decoder) string {
	token, _ := d.Token() // the text is JSON, as was seen
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
				return fmt.Sprintf("the key %q stands twice in one object, and only one of its values would be kept. Remove the other", key)
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
		return "the text holds the character U+0000 (NUL), which the API does not keep. Remove it"
	}
	return ""
}
