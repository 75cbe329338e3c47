package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/export"
	"github.com/access-config/terraform-provider-iam/internal/provider"
)

// exportOptions are the flags of export.
type exportOptions struct {
	location
	types  string
	groups []string
	emails []string
	output string
	force  bool
}

// runExport writes the configuration of an existing tenant.
func runExport(ctx context.Context, env Env, args []string) (err error) {
	var o exportOptions
	f := flags(env, "export", "Print the configuration of an existing tenant, with the import blocks.\n"+credentialsUsage)
	o.flags(env, f)
	f.StringVar(&o.types, "types", "", "only these `types`, separated by commas, such as iam_group,iam_user")
	f.Func("group", "only this `group` (id, code or name), its memberships and its members; may be repeated", func(key string) error {
		o.groups = append(o.groups, key)
		return nil
	})
	f.Func("email", "only the user with this `e-mail` address and its memberships; may be repeated", func(email string) error {
		o.emails = append(o.emails, email)
		return nil
	})
	f.StringVar(&o.output, "output", "", "`folder` for the files, created if missing (default standard output)")
	f.BoolVar(&o.force, "force", false, "overwrite different files in the folder")
	if err := parse(env, f, args); err != nil {
		return err
	}
	all := provider.ListedTypes(ctx)
	filter := export.Filter{Types: typeNames(o.types), Emails: o.emails}
	if err := cmp.Or(o.check(), filter.Check(all)); err != nil {
		fmt.Fprintln(env.Stderr, "export:", err)
		return errUsage
	}
	c, closeBackend, err := o.connect(ctx, env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeBackend()) }()
	if filter.Groups, err = groupsNamed(ctx, c, o.groups); err != nil {
		return err
	}
	return writeExport(ctx, env, c, o, filter)
}

// typeNames parses a list of types. The prefix iam_ is optional.
func typeNames(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, "iam_"+strings.TrimPrefix(name, "iam_"))
		}
	}
	return names
}

// groupsNamed returns the ids of the groups with these ids, codes or names. A name
// selects all groups that have it.
func groupsNamed(ctx context.Context, c *client.Client, keys []string) ([]string, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	groups, err := c.Groups(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, key := range keys {
		found := len(ids)
		for _, g := range groups {
			named := g.ID == key || g.Code == key
			for _, name := range g.Name {
				named = named || name == key
			}
			if named {
				ids = append(ids, g.ID)
			}
		}
		if len(ids) == found {
			return nil, fmt.Errorf("the tenant has no group with the id, code or name %q", key)
		}
	}
	return ids, nil
}

func writeExport(ctx context.Context, env Env, c *client.Client, o exportOptions, filter export.Filter) error {
	needed := filter.Needs(provider.ListedTypes(ctx))
	objects, lacking, err := provider.Inventory(ctx, c, needed)
	if err != nil {
		return err
	}
	for _, name := range needed {
		switch {
		case lacking[name] == nil || !filter.Exports(name):
		case client.IsForbidden(lacking[name]):
			return fmt.Errorf("listing %s: %w. Use an API key with that scope, or select the types to export with --types", name, lacking[name])
		default:
			fmt.Fprintf(env.Stderr, "%s skipped: this API does not support it\n", name)
		}
	}
	warnInvisible(env, objects, filter)
	to := export.Connection{Tenant: c.Tenant(), APIURL: o.apiURL}
	if o.embedded != "" {
		if to.Embedded, err = filepath.Abs(o.embedded); err != nil {
			return err
		}
	}
	files, count, err := export.Write(objects, filter, to)
	if err != nil {
		return err
	}
	if o.output == "" {
		var text bytes.Buffer
		for i, f := range files {
			if i > 0 {
				text.WriteString("\n")
			}
			fmt.Fprintf(&text, "# %s\n\n%s", f.Name, f.Text)
		}
		_, err := env.Stdout.Write(text.Bytes())
		return err
	}
	if err := writeFiles(o.output, files, o.force); err != nil {
		return err
	}
	fmt.Fprintf(env.Stderr, "%d resources written to %s. Run terraform init and terraform plan there, read the plan, and apply it. You can delete imports.tf after the apply.\n", count, o.output)
	return nil
}

// warnInvisible names texts that the provider will reject.
func warnInvisible(env Env, objects []export.Object, filter export.Filter) {
	for _, o := range objects {
		if !filter.Exports(o.Type) {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(o.Arguments)) {
			if character := invisible(o.Arguments[name]); character != "" && name != "description" && name != "mixins" {
				fmt.Fprintf(env.Stderr, "%s %s: %s contains the invisible character %s, which the provider rejects: remove it in the configuration, and the first apply changes it in the tenant.\n", o.Type, access.Visible(o.ImportID), name, character)
			}
		}
	}
}

// invisible names the first invisible character in a value; "" if there is none.
func invisible(v any) string {
	switch v := v.(type) {
	case string:
		return access.Invisible(v)
	case []any:
		for _, item := range v {
			if character := invisible(item); character != "" {
				return character
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if character := cmp.Or(invisible(key), invisible(v[key])); character != "" {
				return character
			}
		}
	}
	return ""
}

// writeFiles writes the files of a configuration. Without force it does not change
// existing files, which may have been edited.
func writeFiles(folder string, files []export.File, force bool) error {
	var differ []string
	for _, f := range files {
		present, err := os.ReadFile(filepath.Join(folder, f.Name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case !bytes.Equal(present, f.Text):
			differ = append(differ, f.Name)
		}
	}
	if len(differ) > 0 && !force {
		return fmt.Errorf("%s already has different files: %s. Choose another folder, or overwrite them with --force", folder, strings.Join(slices.Sorted(slices.Values(differ)), ", "))
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(folder, f.Name), f.Text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
