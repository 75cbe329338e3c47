// Package terraform replaces a package that tests of Terraform import.
package terraform
