// Package review holds the types that answer what users may do.
package review
