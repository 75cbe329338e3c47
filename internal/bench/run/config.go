package main

import (
	"fmt"
	"strconv"
	"strings"
)

// block is how many instances stand in one resource. One for_each over many
// more makes the CLI itself take a time that grows with their square.
const block = 50

const required = `terraform {
  required_providers {
    iam = { source = "registry.terraform.io/access-config/iam" }
  }
}
`

// provider is the provider block for a backend at this address.
func provider(url string) string {
	return fmt.Sprintf("%sprovider \"iam\" {\n  api_url = %q\n  tenant = %q\n  client_id = %q\n  client_secret = %q\n}\n", required, url, tenant, clientID, clientSecret)
}

// userInstances is a configuration of n users, an instance each.
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

// plainInstances is the same on a type that the CLI has built in.
func plainInstances(n int) files {
	return files{"main.tf": blocks(n, func(name, keys string) string {
		return fmt.Sprintf(`resource "terraform_data" %q {
  for_each = toset(%s)
  input    = { email = "${each.key}@acme.example", first_name = "First", last_name = each.key }
}
`, name, keys)
	})}
}

// userKey names the user of an instance, blockName the resource it is in.
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

// usersCSV is a configuration of n users as one file.
func usersCSV(url string, n int) files {
	var rows strings.Builder
	rows.WriteString("email,first_name,last_name,department\n")
	for i := range n {
		fmt.Fprintf(&rows, "user%05d@acme.example,First,user%05d,Sales\n", i, i)
	}
	return files{"main.tf": provider(url) + "resource \"iam_users_csv\" \"all\" {\n  csv = file(\"users.csv\")\n}\n", "users.csv": rows.String()}
}

// groupMembers is a configuration of one group with the users of these ids.
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
