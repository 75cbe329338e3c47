package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// UnsupportedError is returned when the API does not have what only the
// reference backend has. It does not unwrap to the answer, so that a missing
// route never passes for a missing object.
type UnsupportedError struct {
	What   string // in the plural, such as "teams"
	Answer error
}

// Error names what is missing and the way to get it.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("this API has no %s. They need the reference backend: run terraform-provider-iam serve and set api_url to its address, or set embedded in the provider block. The API answered: %v", e.What, e.Answer)
}

// IsUnsupported reports whether the API does not have what was asked for.
func IsUnsupported(err error) bool {
	_, ok := errors.AsType[*UnsupportedError](err)
	return ok
}

// orUnsupported distinguishes a missing object from an API without the feature
// by looking for the list that would contain the object. A web page in place of
// an answer counts as an API without the feature.
func (c *Client) orUnsupported(ctx context.Context, what, list string, err error) error {
	if !hasStatus(err, http.StatusNotFound) && !hasStatus(err, http.StatusMethodNotAllowed) {
		return err
	}
	if _, missing := c.firstRow(ctx, list); hasStatus(missing, http.StatusNotFound) {
		return &UnsupportedError{What: what, Answer: missing}
	}
	return err
}
