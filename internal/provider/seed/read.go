package seed

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Seed is a parsed configuration.
type Seed struct {
	resources []*resource // each after the resources it refers to
}

// resource is a resource block.
type resource struct {
	typeName, name string
	block          *hclsyntax.Block
	refers         []hcl.Traversal // to other resources
	after          []hcl.Traversal // depends_on
}

func (r *resource) address() string { return r.typeName + "." + r.name }

// Read reads the .tf files of a folder. What a seed cannot contain is an error
// with file and line; all errors are joined.
func Read(dir string) (*Seed, error) {
	names, err := filepath.Glob(filepath.Join(escaped(dir), "*.tf"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("the seed %s has no .tf files", dir)
	}
	r := reader{declared: map[string]*resource{}}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		file, diags := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
		for _, d := range diags {
			r.refuse(*d.Subject, "%s: %s", d.Summary, d.Detail)
		}
		if body, ok := file.Body.(*hclsyntax.Body); ok && !diags.HasErrors() {
			r.file(body)
		}
	}
	if len(r.errs) == 0 {
		r.sort()
	}
	return &Seed{r.sorted}, errors.Join(r.errs...)
}

// escaped returns a pattern that matches only the folder.
func escaped(dir string) string {
	return strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`).Replace(dir)
}

type reader struct {
	resources []*resource
	declared  map[string]*resource // by address
	sorted    []*resource
	errs      []error
}

// refuse records an error at a position.
func (r *reader) refuse(at hcl.Range, format string, values ...any) {
	r.errs = append(r.errs, errorAt(at, fmt.Sprintf(format, values...)))
}

func errorAt(at hcl.Range, text string) error {
	return fmt.Errorf("%s:%d: %s", at.Filename, at.Start.Line, text)
}

// connection lists the arguments of a provider block that select a tenant. They
// are ignored, because a seed is for another tenant.
var connection = []string{"tenant", "api_url", "embedded"}

func (r *reader) file(body *hclsyntax.Body) {
	for _, a := range body.Attributes {
		r.refuse(a.SrcRange, "a seed can contain only blocks, and %s is an argument", a.Name)
	}
	for _, b := range body.Blocks {
		switch b.Type {
		case "resource":
			r.resource(b)
		case "terraform", "import": // written by export, not needed for another tenant
		case "provider":
			for _, a := range b.Body.Attributes {
				if !slices.Contains(connection, a.Name) {
					r.refuse(a.SrcRange, "a seed cannot set %s of the provider", a.Name)
				}
			}
			for _, inner := range b.Body.Blocks {
				r.refuse(inner.DefRange(), "a seed cannot set %s of the provider", inner.Type)
			}
		default:
			r.refuse(b.DefRange(), "a seed can contain only resource blocks, and this is a %q block", b.Type)
		}
	}
}

func (r *reader) resource(b *hclsyntax.Block) {
	if len(b.Labels) != 2 {
		r.refuse(b.DefRange(), "a resource needs a type and a name")
		return
	}
	made := &resource{typeName: b.Labels[0], name: b.Labels[1], block: b}
	if earlier := r.declared[made.address()]; earlier != nil {
		r.refuse(b.DefRange(), "%s already exists in %s:%d", made.address(), earlier.block.DefRange().Filename, earlier.block.DefRange().Start.Line)
		return
	}
	r.declared[made.address()] = made
	r.resources = append(r.resources, made)
	for _, inner := range b.Body.Blocks {
		r.refuse(inner.DefRange(), "a resource of a seed cannot contain a %q block", inner.Type)
	}
	for _, a := range b.Body.Attributes {
		switch a.Name {
		case "depends_on":
			made.after = append(made.after, r.dependencies(a)...)
		case "count", "for_each", "provider":
			r.refuse(a.SrcRange, "a resource of a seed cannot use %s", a.Name)
		default:
			made.refers = append(made.refers, r.check(a.Expr)...)
		}
	}
}

func (r *reader) dependencies(a *hclsyntax.Attribute) (refers []hcl.Traversal) {
	list, ok := a.Expr.(*hclsyntax.TupleConsExpr)
	if !ok {
		r.refuse(a.SrcRange, "depends_on must be a list of resources")
		return nil
	}
	for _, e := range list.Exprs {
		reference, ok := e.(*hclsyntax.ScopeTraversalExpr)
		if !ok {
			r.refuse(e.Range(), "depends_on must be a list of resources")
			continue
		}
		refers = append(refers, reference.Traversal)
	}
	return refers
}

// check records an error for anything but literals and references, and returns
// the references.
func (r *reader) check(e hclsyntax.Expression) (refers []hcl.Traversal) {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
	case *hclsyntax.TemplateExpr:
		if !e.IsStringLiteral() && slices.ContainsFunc(e.Parts, func(p hclsyntax.Expression) bool { _, literal := p.(*hclsyntax.LiteralValueExpr); return !literal }) {
			r.refuse(e.Range(), "a string in a seed cannot contain ${…} or %%{…}")
		}
	case *hclsyntax.UnaryOpExpr:
		if _, literal := e.Val.(*hclsyntax.LiteralValueExpr); !literal || e.Op != hclsyntax.OpNegate {
			r.refuse(e.Range(), "a seed can contain only literals and references")
		}
	case *hclsyntax.ParenthesesExpr:
		return r.check(e.Expression)
	case *hclsyntax.TupleConsExpr:
		for _, item := range e.Exprs {
			refers = append(refers, r.check(item)...)
		}
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			if key, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr); !ok || hcl.ExprAsKeyword(key.Wrapped) == "" {
				refers = append(refers, r.check(keyOf(item.KeyExpr))...)
			}
			refers = append(refers, r.check(item.ValueExpr)...)
		}
	case *hclsyntax.ScopeTraversalExpr:
		return []hcl.Traversal{e.Traversal}
	default:
		r.refuse(e.Range(), "a seed can contain only literals and references")
	}
	return refers
}

func keyOf(e hclsyntax.Expression) hclsyntax.Expression {
	if key, ok := e.(*hclsyntax.ObjectConsKeyExpr); ok {
		return key.Wrapped
	}
	return e
}

// addressOf returns the address of the resource that a reference names.
func addressOf(t hcl.Traversal) string {
	if len(t) > 1 {
		if name, ok := t[1].(hcl.TraverseAttr); ok {
			return t.RootName() + "." + name.Name
		}
	}
	return t.RootName()
}

// notResources lists the first names of other references.
var notResources = []string{"var", "local", "data", "module", "each", "count", "self", "path", "terraform"}

// sort orders the resources by their references.
func (r *reader) sort() {
	const underWay, done = 1, 2
	reached := map[*resource]int{}
	var visit func(from *resource)
	visit = func(from *resource) {
		reached[from] = underWay
		for _, reference := range slices.Concat(from.refers, from.after) {
			to := r.declared[addressOf(reference)]
			switch {
			case to == nil && slices.Contains(notResources, reference.RootName()):
				r.refuse(reference.SourceRange(), "a seed can contain only literals and references to its resources, not %s: write the value", addressOf(reference))
			case to == nil:
				r.refuse(reference.SourceRange(), "the seed has no resource %s", addressOf(reference))
			case reached[to] == underWay:
				r.refuse(reference.SourceRange(), "%s and %s refer to each other", from.address(), to.address())
			case reached[to] == 0:
				visit(to)
			}
		}
		reached[from] = done
		r.sorted = append(r.sorted, from)
	}
	for _, from := range r.resources {
		if reached[from] == 0 {
			visit(from)
		}
	}
}

// variables returns the values for the references of a resource.
func (r *resource) variables(made map[string]cty.Value) map[string]cty.Value {
	byType := map[string]map[string]cty.Value{}
	for _, reference := range r.refers {
		address := addressOf(reference)
		typeName, name, _ := strings.Cut(address, ".")
		if byType[typeName] == nil {
			byType[typeName] = map[string]cty.Value{}
		}
		byType[typeName][name] = made[address]
	}
	all := map[string]cty.Value{}
	for typeName, values := range byType {
		all[typeName] = cty.ObjectVal(values)
	}
	return all
}
