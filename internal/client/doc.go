// Package client calls the IAM API: one method per route, one file per entity.
//
// A Client fetches its own token, repeats what is safe to repeat, walks the pages
// of lists and turns every unsuccessful answer into an error that names the
// request. It knows nothing of Terraform, and keeps no state beyond connections,
// token, locks and pages that the server confirms as current.
package client
