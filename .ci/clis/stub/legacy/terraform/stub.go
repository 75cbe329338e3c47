// Package terraform stands in for a package that tests of Terraform import.
package terraform
