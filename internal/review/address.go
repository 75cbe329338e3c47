package review

import (
	"encoding/json"
	"strconv"
	"strings"
)

// step is one name of an address or a reference, with the key behind it.
type step struct {
	name string
	key  any // a text, a number, or nothing
}

// split reads an address such as module.a["x"].iam_user.b[0].id. Of several keys
// behind a name it keeps the first.
func split(address string) []step {
	var steps []step
	for address != "" {
		end := strings.IndexAny(address, ".[")
		if end < 0 {
			return append(steps, step{name: address})
		}
		s := step{name: address[:end]}
		address = address[end:]
		for strings.HasPrefix(address, "[") {
			var key any
			key, address = cutKey(address[1:])
			if s.key == nil {
				s.key = key
			}
		}
		address = strings.TrimPrefix(address, ".")
		steps = append(steps, s)
	}
	return steps
}

// cutKey reads a key up to its closing bracket.
func cutKey(text string) (key any, rest string) {
	if quoted, err := strconv.QuotedPrefix(text); err == nil {
		key, _ := strconv.Unquote(quoted)
		return key, strings.TrimPrefix(text[len(quoted):], "]")
	}
	number, rest, _ := strings.Cut(text, "]")
	if n, err := strconv.ParseFloat(number, 64); err == nil {
		return n, rest // as JSON has numbers
	}
	return nil, rest
}

// expressionReferences returns what an expression refers to; for a block or a
// list of blocks, nothing.
func expressionReferences(data []byte) []string {
	var e struct {
		References []string `json:"references"`
	}
	if json.Unmarshal(data, &e) != nil {
		return nil
	}
	return e.References
}
