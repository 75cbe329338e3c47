package oracle_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// config is a configuration: its blocks, and which of two tenants each belongs
// to.
type config struct {
	blocks []*block
	extra  []string // blocks as text: removed, import, moved
	// moduled is the tenant some of whose blocks are in a module; -1 for none.
	moduled int
	named   bool // whether variables name the tenants
}

// block is a block of a configuration. An argument is an expression (string), a
// list of expressions ([]string) or a map of expressions (map[string]string).
type block struct {
	kind   string // resource or action
	typ    string
	name   string
	tenant int
	args   map[string]any
	meta   []string // lines such as those of lifecycle
	label  string   // what it stands for, such as the e-mail of a user
	inside bool     // is in the module
}

func resource(tenant int, typ, name string, args map[string]any) *block {
	return &block{kind: "resource", typ: typ, name: name, tenant: tenant, args: args}
}

func (b *block) address() string {
	if b.kind == "action" {
		return "action." + b.typ + "." + b.name
	}
	return b.typ + "." + b.name
}

// planned is the address in plans.
func (b *block) planned() string {
	if b.inside {
		return "module.m." + b.address()
	}
	return b.address()
}

// ref is a reference to an attribute of the block.
func (b *block) ref(attribute string) string { return b.address() + "." + attribute }

// refersTo reports whether the expression refers to the address.
func refersTo(expression, address string) bool {
	at := strings.Index(expression, address)
	for at >= 0 {
		end := at + len(address)
		if end == len(expression) || !wordByte(expression[end]) {
			if at == 0 || !wordByte(expression[at-1]) && expression[at-1] != '.' {
				return true
			}
		}
		next := strings.Index(expression[end:], address)
		if next < 0 {
			return false
		}
		at = end + next
	}
	return false
}

func wordByte(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func (b *block) clone() *block {
	c := *b
	c.args, c.meta = map[string]any{}, slices.Clone(b.meta)
	for name, v := range b.args {
		switch v := v.(type) {
		case []string:
			c.args[name] = slices.Clone(v)
		case map[string]string:
			c.args[name] = maps.Clone(v)
		default:
			c.args[name] = v
		}
	}
	return &c
}

func (c *config) clone() *config {
	d := &config{moduled: c.moduled, named: c.named}
	for _, b := range c.blocks {
		d.blocks = append(d.blocks, b.clone())
	}
	return d
}

func (c *config) add(b *block) *block {
	b.inside = b.tenant == c.moduled && slices.Contains([]string{"iam_scope", "iam_access_control", "iam_role_template", "iam_group", "iam_user"}, b.typ)
	c.blocks = append(c.blocks, b)
	return b
}

// of returns the blocks of a type.
func (c *config) of(tenant int, typ string) []*block {
	var found []*block
	for _, b := range c.blocks {
		if b.tenant == tenant && b.typ == typ {
			found = append(found, b)
		}
	}
	return found
}

// remove removes a block and everything that refers to it: members of lists and
// maps, and whole blocks if the reference is an argument.
func (c *config) remove(b *block) {
	c.blocks = slices.DeleteFunc(c.blocks, func(other *block) bool { return other == b })
	c.removeReferences(b.address())
}

// removeReferences removes the references to the address.
func (c *config) removeReferences(address string) {
	var gone []*block
	for _, other := range c.blocks {
		for name, v := range other.args {
			switch v := v.(type) {
			case string:
				if refersTo(v, address) {
					gone = append(gone, other)
				}
			case []string:
				kept := slices.DeleteFunc(slices.Clone(v), func(e string) bool { return refersTo(e, address) })
				if len(kept) < len(v) && len(kept) == 0 && (name == "restrictions" || name == "scopes" || name == "access_control_ids") {
					gone = append(gone, other)
				}
				other.args[name] = kept
			case map[string]string:
				maps.DeleteFunc(v, func(k, e string) bool { return refersTo(e, address) || refersTo(k, address) })
			}
		}
	}
	for _, other := range gone {
		if slices.Contains(c.blocks, other) {
			c.remove(other)
		}
	}
}

// rename gives a block another name, and what refers to it the new reference.
func (c *config) rename(b *block, name string) {
	pattern := regexp.MustCompile(`(^|[^\w.-])` + regexp.QuoteMeta(b.address()) + `($|[^\w-])`)
	b.name = name
	replace := func(e string) string { return pattern.ReplaceAllString(e, "${1}"+b.address()+"${2}") }
	for _, other := range c.blocks {
		for arg, v := range other.args {
			switch v := v.(type) {
			case string:
				other.args[arg] = replace(v)
			case []string:
				for i := range v {
					v[i] = replace(v[i])
				}
			case map[string]string:
				m := map[string]string{}
				for k, e := range v {
					m[replace(k)] = replace(e)
				}
				other.args[arg] = m
			}
		}
		for i := range other.meta {
			other.meta[i] = replace(other.meta[i])
		}
	}
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

// text writes a block.
func (b *block) text() string {
	var w strings.Builder
	fmt.Fprintf(&w, "%s %q %q {\n", b.kind, b.typ, b.name)
	if b.tenant == 1 && strings.HasPrefix(b.typ, "iam_") && !b.inside {
		w.WriteString("  provider = iam.b\n")
	}
	indent := "  "
	if b.kind == "action" {
		w.WriteString("  config {\n")
		indent = "    "
	}
	for _, name := range sortedKeys(b.args) {
		fmt.Fprintf(&w, "%s%s = %s\n", indent, name, expression(b.args[name]))
	}
	if b.kind == "action" {
		w.WriteString("  }\n")
	}
	for _, line := range b.meta {
		w.WriteString("  " + line + "\n")
	}
	w.WriteString("}\n")
	return w.String()
}

func expression(v any) string {
	switch v := v.(type) {
	case []string:
		return "[" + strings.Join(v, ", ") + "]"
	case map[string]string:
		var pairs []string
		for _, k := range sortedKeys(v) {
			key := k
			if !strings.HasPrefix(k, "(") && !strings.HasPrefix(k, `"`) {
				key = quote(k)
			}
			pairs = append(pairs, key+" = "+v[k])
		}
		return "{ " + strings.Join(pairs, ", ") + " }"
	}
	return v.(string)
}

const required = "terraform {\n  required_providers {\n    iam = { source = \"registry.terraform.io/access-config/iam\" }\n  }\n}\n"

// reference matches an expression's reference to a block or to one of its
// attributes.
var reference = regexp.MustCompile(`((?:iam|terraform)_\w+)\.(\w+)(\["[^"]*"\])?(?:\.(\w+))?`)

// files returns the configuration for one or two tenants: the text of the root
// module, and that of the child module, which is empty if there is none.
func (c *config) files(tenants []*tenant) (root, module string) {
	var w, in, call strings.Builder
	w.WriteString(required)
	c.providers(&w, tenants)
	inside := map[string]bool{}
	for _, b := range c.blocks {
		inside[b.address()] = b.inside
	}
	crossed := map[string]bool{}
	for _, b := range c.blocks {
		text := reference.ReplaceAllStringFunc(b.text(), func(ref string) string {
			part := reference.FindStringSubmatch(ref)
			from, known := inside[part[1]+"."+part[2]]
			if !known || from == b.inside {
				return ref
			}
			name := strings.Join([]string{part[1], part[2], part[4]}, "_")
			value := part[1] + "." + part[2]
			if part[3] == "" && part[4] != "" {
				value += "." + part[4]
			}
			rest := ""
			if part[3] != "" { // the whole map crosses
				name, rest = part[1]+"_"+part[2], part[3]+"."+part[4]
			}
			first := !crossed[name]
			crossed[name] = true
			if from {
				if first {
					fmt.Fprintf(&in, "output %q {\n  value = %s\n}\n", name, value)
				}
				return "module.m." + name + rest
			}
			if first {
				fmt.Fprintf(&in, "variable %q {}\n", name)
				fmt.Fprintf(&call, "  %s = %s\n", name, value)
			}
			return "var." + name + rest
		})
		if b.inside {
			in.WriteString(text)
		} else {
			w.WriteString(text)
		}
	}
	w.WriteString(strings.Join(c.extra, "\n"))
	if c.moduled >= 0 {
		fmt.Fprintf(&w, "module \"m\" {\n  source    = \"./mod\"\n  providers = { iam = %s }\n%s}\n", []string{"iam", "iam.b"}[c.moduled], &call)
		in.WriteString(required)
	}
	return w.String(), in.String()
}

// providers writes the blocks of the provider: the second tenant has an alias.
func (c *config) providers(w *strings.Builder, tenants []*tenant) {
	for i, t := range tenants {
		alias, tenant := "", quote(t.name)
		if i == 1 {
			alias = "  alias         = \"b\"\n"
		}
		if c.named {
			fmt.Fprintf(w, "variable \"tenant%d\" {\n  default = %s\n}\n", i, tenant)
			tenant = fmt.Sprintf("var.tenant%d", i)
		}
		fmt.Fprintf(w, "provider \"iam\" {\n%s  api_url       = %q\n  tenant        = %s\n  client_id     = %q\n  client_secret = %q\n}\n", alias, t.url, tenant, t.name+"-key", t.name+"-secret")
	}
}
