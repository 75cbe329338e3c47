// Package gate keeps the backend answering whoever calls it, and however: it
// limits connections, the time that a body or an answer may take on its way, how
// many requests are worked on at a time, the memory that they take together, and
// how often a secret may be guessed. It knows nothing of what is asked for.
package gate
