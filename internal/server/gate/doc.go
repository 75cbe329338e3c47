// Package gate keeps the backend responsive, whatever its callers do. It limits
// connections, the time to transfer bodies and responses, how many requests are
// handled at a time, their total memory, and how often a secret may be guessed. It
// knows nothing of the content of requests.
package gate
