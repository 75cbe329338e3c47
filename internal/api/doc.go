// Package api is the wire: the paths, documents and error bodies that client
// and server exchange. It holds no behavior beyond reading and writing JSON.
//
// The paths, members and status codes are those of the public IAM API. Where
// that API leaves a question open, the comment on the member or the route says
// what the reference backend does.
package api
