package console

import (
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// tab is a part of an object's pages.
type tab struct {
	Label, At string
	Here      bool
}

// part is a tab by the last part of its address; empty: the object's first page.
type part struct{ path, label string }

// tabs returns the tabs of an object whose pages begin with the parts. The Terraform tab
// needs objects that can be written as configuration.
func (v *visit) tabs(here string, parts []part, object ...string) []tab {
	var all []tab
	for _, p := range parts {
		if p.path == "terraform" && v.o.Blocks == nil {
			continue
		}
		at := object
		if p.path != "" {
			at = append(at[:len(at):len(at)], p.path)
		}
		all = append(all, tab{Label: p.label, At: v.link(at...), Here: p.path == here})
	}
	return all
}

// managedAs is a resource that manages an object, or a part of it.
type managedAs struct {
	Kind, ID string
	Covers   string // what of the object it manages
}

// shownBlock is a resource as configuration on a page.
type shownBlock struct {
	managedAs
	Block
	Problem string // why it cannot be shown
}

// blocks writes an object as configuration: a resource each.
func (v *visit) blocks(as ...managedAs) ([]shownBlock, error) {
	if v.o.Blocks == nil {
		return nil, &problem{http.StatusNotFound, "There is no such page", "This console does not write configuration.", ""}
	}
	var shown []shownBlock
	for _, m := range as {
		block, err := v.o.Blocks.Existing(v.r.Context(), v.client(), m.Kind, m.ID)
		s := shownBlock{managedAs: m, Block: block}
		switch {
		case err == nil:
		case client.IsNotFound(err) && len(as) > 1:
			continue // the object lacks this part
		case client.IsNotFound(err), client.IsUnauthorized(err):
			return nil, err
		default:
			s.Problem = access.Visible(err.Error())
		}
		shown = append(shown, s)
	}
	return shown, nil
}
