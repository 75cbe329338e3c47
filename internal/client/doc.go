// Package client calls the IAM API: one method per route, grouped in one file
// per entity.
//
// A Client fetches its token by itself, repeats what is safe to repeat, walks
// the pages of lists and turns every answer that is no success into an error
// that names the request. It knows nothing of Terraform and keeps no state
// beyond its connections, its token and its locks.
package client
