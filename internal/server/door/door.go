// Package door checks a JSON document of a request before it is decoded. It refuses
// documents that two readers could understand differently, and texts that are too
// long.
package door

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
)

// The longest text, in characters, and the longest member of a document, in bytes of
// JSON: a list, the value of a configuration item, and any other member, such as
// mixins and localized texts.
const (
	MaxText   = 4096
	MaxMember = 64 << 10
	MaxValue  = 256 << 10
	MaxList   = 1 << 20

	// maxDepth is how deep objects and lists may be nested.
	maxDepth = 64
)

// free are the members with content of the tenant's choice: texts of any length.
var free = map[string]bool{"mixins": true, "value": true}

// Check returns an error that says what is wrong with a document, and where:
//   - it is not one JSON value, or not UTF-8 (lone surrogates included);
//   - a member appears twice, or its name differs from a member of the type in
//     case only (some readers accept it, others do not);
//   - a text contains a NUL, which not every database stores, or decomposed
//     letters, which look like composed ones but are not equal to them;
//   - a text or the document is too long.
//
// The type is the one that the document is decoded into. For an object without some of the
// required members, or with null for them, the error is Missing.
func Check(document []byte, into reflect.Type, required ...string) error {
	d := jsontext.NewDecoder(bytes.NewReader(document))
	c := &checker{Decoder: d, missing: slices.Clone(required)}
	if err := c.value(into); err != nil {
		return err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after its end")
	}
	if len(c.missing) > 0 {
		return c.missing
	}
	return nil
}

// Missing are the required members that a document lacks.
type Missing []string

// Error names them.
func (m Missing) Error() string { return "required members are missing: " + strings.Join(m, ", ") }

type checker struct {
	*jsontext.Decoder

	missing Missing // required members that were not met yet
}

// value checks the next value, which is decoded into the type; nil means any type.
func (c *checker) value(into reflect.Type) error {
	if c.StackDepth() > maxDepth {
		return fmt.Errorf("%s: objects and lists are nested more than %d deep", c.place(), maxDepth)
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
func (c *checker) text(text string) error {
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

// free reports whether the decoder is inside a member of free form.
func (c *checker) free() bool {
	for token := range c.StackPointer().Tokens() {
		if free[token] {
			return true
		}
	}
	return false
}

// members checks the members of an object, and its end.
func (c *checker) members(into reflect.Type) error {
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
		kind := c.PeekKind()
		if len(c.missing) > 0 && kind != 'n' && c.StackDepth() == 1 {
			c.missing = slices.DeleteFunc(c.missing, func(required string) bool { return required == name })
		}
		limit, start := limitOf(name, kind), c.InputOffset()
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

// limitOf returns the longest value of a member, in bytes.
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
func (c *checker) items(into reflect.Type) error {
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

// place returns the position of the decoder, as a JSON pointer.
func (c *checker) place() string {
	if p := string(c.StackPointer()); p != "" {
		return p
	}
	return "The document"
}

// mistake says what is wrong with the syntax.
func (c *checker) mistake(err error) error {
	var syntactic *jsontext.SyntacticError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jsontext.ErrDuplicateName):
		return fmt.Errorf("%s appears twice", c.place())
	case errors.As(err, &syntactic):
		return fmt.Errorf("%w at byte %d", syntactic.Err, syntactic.ByteOffset+1)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("it ends too soon")
	}
	return err
}
