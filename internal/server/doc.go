// Package server is the reference backend over HTTP: the public IAM API of one
// platform with many tenants, over a store.
//
// A request passes the middleware (request id, log, recovery), the route table
// (routes.go: method, path, scopes, handler), the token check (auth.go) and
// its handler. A handler decodes, loads, asks package access for the rule,
// writes, and encodes; there is no layer between it and the store.
//
// What a request only promises, such as the groups of a new vendor, is a task in
// the store: a worker (task.go) does it later, once, whichever process has it.
package server
