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
	reportOptions // where the tenant is
	types         string
	groups        []string
	emails        []string
	output        string
	force         bool
}

// runExport writes the configuration of a tenant that exists.
func runExport(ctx context.Context, env Env, args []string) (err error) {
	var o exportOptions
	f := flags(env, "export", "Print the configuration that manages what a tenant has, with blocks that import it.\nCredentials come from IAM_CLIENT_ID and IAM_CLIENT_SECRET, or IAM_ACCESS_TOKEN; an embedded database needs none.")
	f.StringVar(&o.apiURL, "api-url", env.Getenv("IAM_API_URL"), "base `URL` of the IAM API (default IAM_API_URL)")
	f.StringVar(&o.embedded, "embedded", "", "`path` of an embedded backend's database, instead of an API")
	f.StringVar(&o.tenant, "tenant", env.Getenv("IAM_TENANT"), "`name` of the tenant (default IAM_TENANT)")
	f.StringVar(&o.types, "types", "", "only these `types`, separated by commas, such as iam_group,iam_user")
	f.Func("group", "only this `group` (id, code or name), its memberships and its members; may be repeated", func(key string) error {
		o.groups = append(o.groups, key)
		return nil
	})
	f.Func("email", "only the user with this `e-mail` and its memberships; may be repeated", func(email string) error {
		o.emails = append(o.emails, email)
		return nil
	})
	f.StringVar(&o.output, "output", "", "`folder` to write files to, made when missing (default standard output)")
	f.BoolVar(&o.force, "force", false, "overwrite files in the folder that differ")
	if err := parse(env, f, args); err != nil {
		return err
	}
	all := provider.ListedTypes(ctx)
	filter := export.Filter{Types: typeNames(o.types), Emails: o.emails}
	if o.apiURL == "" && o.embedded == "" {
		err = errors.New("say where to look: an API with --api-url (or IAM_API_URL), or a database with --embedded")
	} else {
		err = filter.Check(all)
	}
	if err != nil {
		fmt.Fprintln(env.Stderr, "export:", err)
		return errUsage
	}
	c, closeBackend, err := connect(ctx, env, o.reportOptions)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeBackend()) }()
	if filter.Groups, err = groupsNamed(ctx, c, o.groups); err != nil {
		return err
	}
	return writeExport(ctx, env, c, o, filter)
}

// typeNames reads a list of types, which may leave the provider's name out.
func typeNames(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, "iam_"+strings.TrimPrefix(name, "iam_"))
		}
	}
	return names
}

// groupsNamed returns the ids of the groups with these ids, codes or names. A
// name that several groups have stands for all of them.
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
			return fmt.Errorf("listing %s: %w. Use an API key that may, or name the types to export with --types", name, lacking[name])
		default:
			fmt.Fprintf(env.Stderr, "%s is left out, for this API has none.\n", name)
		}
	}
	remark(env, objects, filter)
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
	fmt.Fprintf(env.Stderr, "%d resources are in %s: run terraform init and terraform plan there, read the plan, and apply it. Once imports.tf is applied it can be deleted.\n", count, o.output)
	return nil
}

// remark says what the provider will not take as it is.
func remark(env Env, objects []export.Object, filter export.Filter) {
	for _, o := range objects {
		if !filter.Exports(o.Type) {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(o.Arguments)) {
			if character := unseen(o.Arguments[name]); character != "" && name != "description" && name != "mixins" {
				fmt.Fprintf(env.Stderr, "%s %s: %s holds the character %s, which cannot be seen. The provider refuses such texts: correct it in the configuration, and the first plan changes it in the tenant.\n", o.Type, access.Visible(o.ImportID), name, character)
			}
		}
	}
}

// unseen names a character in a value that cannot be seen; "" when there is none.
func unseen(v any) string {
	switch v := v.(type) {
	case string:
		return access.Invisible(v)
	case []any:
		for _, item := range v {
			if character := unseen(item); character != "" {
				return character
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if character := cmp.Or(unseen(key), unseen(v[key])); character != "" {
				return character
			}
		}
	}
	return ""
}

// writeFiles writes the files of a configuration. Unless it is forced to, it
// changes no file that is there: someone may have worked on it.
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
		return fmt.Errorf("%s has other files of the names %s: name another folder, or overwrite them with --force", folder, strings.Join(slices.Sorted(slices.Values(differ)), ", "))
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
