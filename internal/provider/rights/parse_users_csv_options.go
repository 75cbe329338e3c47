package rights

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// usersFormat reads the options of parse_users_csv. The error is about the
// returned argument, counted from 0.
func usersFormat(options []types.Dynamic) (format usertable.Format, argument int64, err error) {
	if len(options) == 0 {
		return format, 0, nil
	}
	if len(options) > 1 {
		return format, 2, errors.New("one object holds all options: merge them into the previous one")
	}
	if isNull(options[0]) {
		return format, 1, errors.New(`options are null: leave the argument out, or write an object such as { delimiter = ";" }`)
	}
	fields, ok := fieldsOf(options[0])
	if !ok {
		return format, 1, fmt.Errorf(`options must be an object such as { delimiter = ";" }, and are %s`, kindOf(options[0]))
	}
	var mistakes []error
	for _, name := range plumbing.SortedKeys(fields) {
		if err := readOption(&format, name, fields[name]); err != nil {
			mistakes = append(mistakes, err)
		}
	}
	if len(mistakes) == 0 {
		mistakes = append(mistakes, format.Check())
	}
	return format, 1, errors.Join(mistakes...)
}

func readOption(format *usertable.Format, name string, v attr.Value) (err error) {
	switch name {
	case "columns", "ignore", "delimiter":
		if isNull(v) {
			return fmt.Errorf("%s is null: leave it out, or give it a value", name)
		}
	}
	switch name {
	case "columns":
		format.Columns, err = readColumns(v)
	case "ignore":
		items, ok := itemsOf(v)
		if !ok {
			return fmt.Errorf(`ignore must be a list of headers, such as ["Phone"], and is %s`, kindOf(v))
		}
		format.Ignore, err = textsOf(name, items)
	case "delimiter":
		text, ok := textOf(v)
		if !ok {
			return fmt.Errorf(`delimiter must be a string, and is %s: write ",", ";", "\t" or "|"`, kindOf(v))
		}
		if text == "" {
			return errors.New(`delimiter is empty: write ",", ";", "\t" or "|", or leave it out`)
		}
		format.Delimiter = text
	default:
		return fmt.Errorf("unknown option %q: the options are columns, ignore and delimiter", name)
	}
	return err
}

func readColumns(v attr.Value) (map[string]string, error) {
	fields, ok := fieldsOf(v)
	if !ok {
		return nil, fmt.Errorf(`columns must be an object of headers by column, such as { email = "E-Mail" }, and is %s`, kindOf(v))
	}
	columns := make(map[string]string, len(fields))
	var mistakes []error
	for _, column := range plumbing.SortedKeys(fields) {
		header, ok := textOf(fields[column])
		switch {
		case isNull(fields[column]):
			mistakes = append(mistakes, fmt.Errorf("columns[%q] is null: write the header that the column has in the text, or leave %s out", column, column))
		case !ok:
			mistakes = append(mistakes, fmt.Errorf("columns[%q] must be a string, the header of the column, and is %s", column, kindOf(fields[column])))
		}
		columns[column] = header
	}
	return columns, errors.Join(mistakes...)
}
