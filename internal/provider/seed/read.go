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

// Seed is a configuration that was read.
type Seed struct {
	resources []*resource // each after those it refers to
}

// resource is a resource block.
type resource struct {
	typeName, name string
	block          *hclsyntax.Block
	refers         []hcl.Traversal // to other resources
	after          []hcl.Traversal // depends_on
}

func (r *resource) address() string { return r.typeName + "." + r.name }

// Read reads the .tf files of a folder. What a seed cannot have is an error with
// its file and line; all of them come together, joined.
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

// escaped is the name of a folder as a pattern that it alone fits.
func escaped(dir string) string {
	return strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`).Replace(dir)
}

type reader struct {
	resources []*resource
	declared  map[string]*resource // by address
	sorted    []*resource
	errs      []error
}

// refuse notes an error at a place.
func (r *reader) refuse(at hcl.Range, format string, values ...any) {
	r.errs = append(r.errs, errorAt(at, fmt.Sprintf(format, values...)))
}

func errorAt(at hcl.Range, text string) error {
	return fmt.Errorf("%s:%d: %s", at.Filename, at.Start.Line, text)
}

// connection are the arguments of a provider block that say where a tenant is.
// A seed is for another one, so they mean nothing here.
var connection = []string{"tenant", "api_url", "embedded"}

func (r *reader) file(body *hclsyntax.Body) {
	for _, a := range body.Attributes {
		r.refuse(a.SrcRange, "a seed has blocks only, and %s is an argument", a.Name)
	}
	for _, b := range body.Blocks {
		switch b.Type {
		case "resource":
			r.resource(b)
		case "terraform", "import": // of what export writes, what another tenant has no use for
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
			r.refuse(b.DefRange(), "a seed has resource blocks only, and this is a block %q", b.Type)
		}
	}
}

func (r *reader) resource(b *hclsyntax.Block) {
	if len(b.Labels) != 2 {
		r.refuse(b.DefRange(), "a resource has a type and a name")
		return
	}
	made := &resource{typeName: b.Labels[0], name: b.Labels[1], block: b}
	if earlier := r.declared[made.address()]; earlier != nil {
		r.refuse(b.DefRange(), "%s is there already, in %s:%d", made.address(), earlier.block.DefRange().Filename, earlier.block.DefRange().Start.Line)
		return
	}
	r.declared[made.address()] = made
	r.resources = append(r.resources, made)
	for _, inner := range b.Body.Blocks {
		r.refuse(inner.DefRange(), "a resource of a seed has no block %q", inner.Type)
	}
	for _, a := range b.Body.Attributes {
		switch a.Name {
		case "depends_on":
			made.after = append(made.after, r.dependencies(a)...)
		case "count", "for_each", "provider":
			r.refuse(a.SrcRange, "a resource of a seed has no %s", a.Name)
		default:
			made.refers = append(made.refers, r.check(a.Expr)...)
		}
	}
}

func (r *reader) dependencies(a *hclsyntax.Attribute) (refers []hcl.Traversal) {
	list, ok := a.Expr.(*hclsyntax.TupleConsExpr)
	if !ok {
		r.refuse(a.SrcRange, "depends_on is a list of resources")
		return nil
	}
	for _, e := range list.Exprs {
		reference, ok := e.(*hclsyntax.ScopeTraversalExpr)
		if !ok {
			r.refuse(e.Range(), "depends_on is a list of resources")
			continue
		}
		refers = append(refers, reference.Traversal)
	}
	return refers
}

// check refuses what is neither a literal nor a reference, and returns the
// references.
func (r *reader) check(e hclsyntax.Expression) (refers []hcl.Traversal) {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
	case *hclsyntax.TemplateExpr:
		if !e.IsStringLiteral() && slices.ContainsFunc(e.Parts, func(p hclsyntax.Expression) bool { _, literal := p.(*hclsyntax.LiteralValueExpr); return !literal }) {
			r.refuse(e.Range(), "a text of a seed has no ${…} and no %%{…}")
		}
	case *hclsyntax.UnaryOpExpr:
		if _, literal := e.Val.(*hclsyntax.LiteralValueExpr); !literal || e.Op != hclsyntax.OpNegate {
			r.refuse(e.Range(), "a seed has literals and references only")
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
		r.refuse(e.Range(), "a seed has literals and references only")
	}
	return refers
}

func keyOf(e hclsyntax.Expression) hclsyntax.Expression {
	if key, ok := e.(*hclsyntax.ObjectConsKeyExpr); ok {
		return key.Wrapped
	}
	return e
}

// addressOf returns the resource that a reference leads to.
func addressOf(t hcl.Traversal) string {
	if len(t) > 1 {
		if name, ok := t[1].(hcl.TraverseAttr); ok {
			return t.RootName() + "." + name.Name
		}
	}
	return t.RootName()
}

// notResources are the names that other references begin with.
var notResources = []string{"var", "local", "data", "module", "each", "count", "self", "path", "terraform"}

// sort brings the resources into the order in which one builds on another.
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
				r.refuse(reference.SourceRange(), "a seed has literals and references to its resources only, not %s: write the value", addressOf(reference))
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

// variables are what the references of a resource find.
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
