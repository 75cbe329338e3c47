// Package api defines the wire format: the paths, documents and error bodies that
// client and server exchange. It only reads and writes JSON.
//
// The paths, members and status codes are those of the public IAM API. If that
// API leaves a question open, the comment on the member or the route says what
// the reference backend does.
package api
