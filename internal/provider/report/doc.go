// Package report holds the types that answer what users may do.
package report
