package server

import (
	"fmt"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/server/query"
)

// fields reads the fields parameter; nil when the request does not have it.
func (c *call) fields() (query.Fields, error) {
	text := c.query("fields")
	if len(text) > query.MaxBytes {
		return nil, badRequest(fmt.Sprintf("fields has at most %d bytes, not %d", query.MaxBytes, len(text)))
	}
	if text == "" {
		return nil, nil
	}
	return query.ParseFields(text), nil
}

// writePicked answers with a document, or with those of its members that the
// fields parameter names.
func (c *call) writePicked(document any) error {
	fields, err := c.fields()
	if err != nil {
		return err
	}
	if fields == nil {
		return c.write(http.StatusOK, document)
	}
	picked, err := fields.Pick(document)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, picked)
}

// writePickedList is writeList, with the fields parameter.
func writePickedList[T any](c *call, items []T, total int) error {
	fields, err := c.fields()
	if err != nil {
		return err
	}
	if fields == nil {
		return writeList(c, items, total)
	}
	picked := make([]any, len(items))
	for i, item := range items {
		if picked[i], err = fields.Pick(item); err != nil {
			return err
		}
	}
	return writeList(c, picked, total)
}
