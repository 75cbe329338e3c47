package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// ExtensionError is an API that lacks what only the reference backend has. It
// does not unwrap to the answer: nothing is gone where nothing can be.
type ExtensionError struct {
	What   string // what it lacks, in the plural
	Answer error
}

// Error says where there is such a thing.
func (e *ExtensionError) Error() string {
	return fmt.Sprintf("this API has no %s. They need the reference backend: run terraform-provider-iam serve and set api_url to its address, or set embedded in the provider block. The API answered: %v", e.What, e.Answer)
}

// extension tells what is not found from an API that lacks the whole: it looks
// for the list that such a thing would be in. Of a web page in place of an
// answer it thinks the same.
func (c *Client) extension(ctx context.Context, what, list string, err error) error {
	if !hasStatus(err, http.StatusNotFound) && !hasStatus(err, http.StatusMethodNotAllowed) {
		return err
	}
	_, probe := c.do(ctx, call{method: http.MethodGet, path: list, query: url.Values{"pageSize": {"1"}}, want: []int{http.StatusOK}})
	if hasStatus(probe, http.StatusNotFound) {
		return &ExtensionError{What: what, Answer: probe}
	}
	return err
}
