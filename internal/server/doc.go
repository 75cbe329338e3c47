// Package server is the reference backend over HTTP: the public IAM API of one
// platform with many tenants, over a store.
//
// A request passes the middleware (request id, log, recovery), the route table
// (routes.go: method, path, scopes, handler), the token check (auth.go) and its
// handler. A handler decodes, loads, calls the rule in package access, writes, and
// encodes; there is no layer between it and the store. Calls run down: from server.go
// and routes.go to the files of entities, and from there to what these share.
//
// Work that a request leaves for later, such as creating the groups of a new vendor, is
// a task in the store: a worker (task.go) of any process does it, once.
package server
