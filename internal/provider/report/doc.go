// Package report holds the data sources that report what users can do.
package report
