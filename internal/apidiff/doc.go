// Package apidiff is a test: it compares the published descriptions of the API with the
// server's own, by oasdiff. It is a module of its own, so that the product does not require
// oasdiff.
package apidiff
