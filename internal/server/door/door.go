// Package door looks at a JSON document that comes in, before anybody reads it:
// what two readers could take for two things is refused, and so is a text that is
// too long.
package door

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
)

// The most that a text may have, in characters, and a member of a document, in
// bytes of JSON: a list, the value of a configuration item, and any other, mixins
// and texts in many languages among them.
const (
	MaxText   = 4096
	MaxMember = 64 << 10
	MaxValue  = 256 << 10
	MaxList   = 1 << 20

	// maxDepth is how many objects and lists may lie in one another.
	maxDepth = 64
)

// free are the members that hold what the tenant wants: texts of any length.
var free = map[string]bool{"mixins": true, "value": true}

// Check refuses a document, as an error that says what is wrong and where:
//   - what is not one JSON value, or not UTF-8, lone surrogates included;
//   - a member that is there twice, or whose name is that of a member of the
//     type in other letters (one reader takes it for it, another does not);
//   - a text with a NUL, which not every database takes, or with decomposed
//     letters, which look like composed ones and are not equal to them;
//   - a text or document that is too long.
//
// The type is that of what the document is read into.
func Check(document []byte, into reflect.Type) error {
	d := jsontext.NewDecoder(bytes.NewReader(document))
	c := checker{d}
	if err := c.value(into); err != nil {
		return err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after its end")
	}
	return nil
}

type checker struct{ *jsontext.Decoder }

// value checks the next value, which is read into the type; nil is any.
func (c checker) value(into reflect.Type) error {
	if c.StackDepth() > maxDepth {
		return fmt.Errorf("%s: more than %d objects and lists lie in one another", c.place(), maxDepth)
	}
	token, err := c.ReadToken()
	if err != nil {
		return c.mistake(err)
	}
	switch token.Kind() {
	case '"':
		return c.text(token.String())
	case '{':
		return c.members(into)
	case '[':
		return c.items(into)
	}
	return nil
}

// text checks a text.
func (c checker) text(text string) error {
	switch {
	case strings.ContainsRune(text, 0):
		return fmt.Errorf("%s contains a NUL character (\\u0000), which cannot be stored: leave it out", c.place())
	case !norm.NFC.IsNormalString(text):
		return fmt.Errorf("%s contains letters that are composed of several characters, such as an e and an accent of its own, and would not equal the same text written with one: send it in Unicode normalization form C", c.place())
	case len(text) > MaxText && !c.free():
		if n := utf8.RuneCountInString(text); n > MaxText {
			return fmt.Errorf("%s has %d characters: at most %d are allowed", c.place(), n, MaxText)
		}
	}
	return nil
}

// free reports whether the decoder stands in a member of free form.
func (c checker) free() bool {
	for token := range c.StackPointer().Tokens() {
		if free[token] {
			return true
		}
	}
	return false
}

// members checks the members of an object, and its end.
func (c checker) members(into reflect.Type) error {
	fields := fieldsOf(into)
	for c.PeekKind() != '}' {
		token, err := c.ReadToken()
		if err != nil {
			return c.mistake(err)
		}
		name := token.String()
		if err := c.text(name); err != nil {
			return err
		}
		field, err := fields.named(name)
		if err != nil {
			return fmt.Errorf("%s %w", c.place(), err)
		}
		limit, start := limitOf(name, c.PeekKind()), c.InputOffset()
		if err := c.value(field); err != nil {
			return err
		}
		if size := c.InputOffset() - start; size > limit {
			return fmt.Errorf("%s has %d bytes of JSON: at most %d are allowed", c.place(), size, limit)
		}
	}
	_, err := c.ReadToken()
	return c.mistake(err)
}

// limitOf is the most that the value of a member may have, in bytes.
func limitOf(name string, kind jsontext.Kind) int64 {
	switch {
	case name == "value":
		return MaxValue
	case kind == '[':
		return MaxList
	}
	return MaxMember
}

// items checks the items of a list, and its end.
func (c checker) items(into reflect.Type) error {
	var item reflect.Type
	if into = base(into); into != nil && into.Kind() == reflect.Slice && into.Elem().Kind() != reflect.Uint8 {
		item = into.Elem()
	}
	for c.PeekKind() != ']' {
		if err := c.value(item); err != nil {
			return err
		}
	}
	_, err := c.ReadToken()
	return c.mistake(err)
}

// place is where the decoder stands, as a JSON pointer.
func (c checker) place() string {
	if p := string(c.StackPointer()); p != "" {
		return p
	}
	return "The document"
}

// mistake says what is wrong with the syntax.
func (c checker) mistake(err error) error {
	var syntactic *jsontext.SyntacticError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jsontext.ErrDuplicateName):
		return fmt.Errorf("%s is there twice", c.place())
	case errors.As(err, &syntactic):
		return fmt.Errorf("%w at byte %d", syntactic.Err, syntactic.ByteOffset+1)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("it ends too soon")
	}
	return err
}
