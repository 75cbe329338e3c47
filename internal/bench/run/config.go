package main

import (
	"fmt"
	"strconv"
	"strings"
)

// block is the number of instances in one resource. With many more in one
// for_each, the CLI's time grows with the square of their number.
const block = 50

// source is the address of the provider.
const source = "registry.terraform.io/access-config/iam"

const required = `terraform {
  required_providers {
    iam = { source = "` + source + `" }
  }
}
`

// provider returns the provider block for a backend at this address.
func provider(url string) string {
	return fmt.Sprintf("%sprovider \"iam\" {\n  api_url = %q\n  tenant = %q\n  client_id = %q\n  client_secret = %q\n}\n", required, url, tenant, clientID, clientSecret)
}

// userInstances returns a configuration with one instance for each of n users.
func userInstances(url string, n int) files {
	return files{"main.tf": provider(url) + blocks(n, func(name, keys string) string {
		return fmt.Sprintf(`resource "iam_user" %q {
  for_each   = toset(%s)
  email      = "${each.key}@acme.example"
  first_name = "First"
  last_name  = each.key
}
`, name, keys)
	})}
}

// plainInstances returns the same with a resource type built into the CLI.
func plainInstances(n int) files {
	return files{"main.tf": blocks(n, func(name, keys string) string {
		return fmt.Sprintf(`resource "terraform_data" %q {
  for_each = toset(%s)
  input    = { email = "${each.key}@acme.example", first_name = "First", last_name = each.key }
}
`, name, keys)
	})}
}

// userKey returns the user name of an instance, blockName the resource that
// contains it.
func userKey(i int) string   { return fmt.Sprintf("user%05d", i) }
func blockName(i int) string { return fmt.Sprintf("block%03d", i/block) }

func blocks(n int, resource func(name, keys string) string) string {
	var text strings.Builder
	for start := 0; start < n; start += block {
		var keys []string
		for i := start; i < min(start+block, n); i++ {
			keys = append(keys, strconv.Quote(userKey(i)))
		}
		text.WriteString(resource(blockName(start), "["+strings.Join(keys, ", ")+"]"))
	}
	return text.String()
}

// usersFile is the table of usersCSV.
const usersFile = "users.csv"

// usersCSV returns a configuration of n users in one file.
func usersCSV(url string, n int) files {
	var rows strings.Builder
	rows.WriteString("email,first_name,last_name,department\n")
	for i := range n {
		fmt.Fprintf(&rows, "user%05d@acme.example,First,user%05d,Sales\n", i, i)
	}
	return files{"main.tf": provider(url) + "resource \"iam_users_csv\" \"all\" {\n  csv = file(\"" + usersFile + "\")\n}\n", usersFile: rows.String()}
}

// groupMembers returns a configuration of one group with these user ids as
// members.
func groupMembers(url string, ids []string) files {
	var members strings.Builder
	for i, id := range ids {
		fmt.Fprintf(&members, "    %q = %q\n", fmt.Sprintf("user%05d@acme.example", i), id)
	}
	return files{"main.tf": provider(url) + `resource "iam_group" "all" {
  id   = "all"
  name = { en = "All" }
}
resource "iam_group_members" "all" {
  group_id = iam_group.all.id
  members = {
` + members.String() + "  }\n}\n"}
}
