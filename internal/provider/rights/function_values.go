package rights

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// mostMistakes is the maximum number of mistakes in one error.
const mostMistakes = 20

// badArgument returns the error of an argument, counted from 0. The CLI inserts
// it into a sentence and adds a full stop.
func badArgument(argument int64, err error) *function.FuncError {
	mistakes := flatten(err)
	texts := make([]string, 0, len(mistakes))
	for _, mistake := range mistakes[:min(len(mistakes), mostMistakes)] {
		texts = append(texts, mistake.Error())
	}
	if more := len(mistakes) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more like these", more))
	}
	text := strings.Join(texts, "\n")
	if len(mistakes) > 1 {
		text = fmt.Sprintf("%d mistakes:\n%s", len(mistakes), text)
	}
	if strings.HasSuffix(text, "?") {
		text += " The data source iam_access_catalog lists every entity"
	}
	return function.NewArgumentFuncError(argument, strings.TrimRight(text, "."))
}

// flatten returns the errors that were joined.
func flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, flatten(one)...)
	}
	return all
}

// prefixed adds the place to each of the joined errors.
func prefixed(where string, err error) error {
	if err == nil {
		return nil
	}
	var all []error
	for _, one := range flatten(err) {
		all = append(all, fmt.Errorf("%s: %w", where, one))
	}
	return errors.Join(all...)
}

// fieldsOf returns the elements of an object or a map by name.
func fieldsOf(v attr.Value) (map[string]attr.Value, bool) {
	switch v := v.(type) {
	case types.Dynamic:
		return fieldsOf(v.UnderlyingValue())
	case types.Object:
		return v.Attributes(), !v.IsNull()
	case types.Map:
		return v.Elements(), !v.IsNull()
	}
	return nil, false
}

// itemsOf returns the elements of a list, a set or a tuple.
func itemsOf(v attr.Value) ([]attr.Value, bool) {
	switch v := v.(type) {
	case types.Dynamic:
		return itemsOf(v.UnderlyingValue())
	case types.List:
		return v.Elements(), !v.IsNull()
	case types.Set:
		return v.Elements(), !v.IsNull()
	case types.Tuple:
		return v.Elements(), !v.IsNull()
	}
	return nil, false
}

// textOf returns a string.
func textOf(v attr.Value) (string, bool) {
	switch v := v.(type) {
	case types.Dynamic:
		return textOf(v.UnderlyingValue())
	case types.String:
		return v.ValueString(), !v.IsNull()
	}
	return "", false
}

// textsOf returns the strings of a list, a set or a tuple. An element that is
// not a string is an error with its index.
func textsOf(where string, items []attr.Value) (texts []string, err error) {
	var mistakes []error
	for i, item := range items {
		text, ok := textOf(item)
		switch {
		case isNull(item):
			mistakes = append(mistakes, fmt.Errorf("%s[%d] is null: leave it out, as compact() does", where, i))
		case !ok:
			mistakes = append(mistakes, fmt.Errorf("%s[%d] must be a string, and is %s", where, i, kindOf(item)))
		}
		texts = append(texts, text)
	}
	return texts, errors.Join(mistakes...)
}

// isNull reports whether a value is null, whether its type is known or not.
func isNull(v attr.Value) bool {
	d, ok := v.(types.Dynamic)
	return v == nil || v.IsNull() || ok && d.IsUnderlyingValueNull()
}

// kindOf names the kind of a value for people.
func kindOf(v attr.Value) string {
	switch v := v.(type) {
	case types.Dynamic:
		return kindOf(v.UnderlyingValue())
	case types.String:
		return "a string"
	case types.Bool:
		return "a bool"
	case types.Number:
		return "a number"
	case types.Object:
		return "an object"
	case types.Map:
		return "a map"
	}
	return "a list" // sets and tuples are written like lists
}
