package rights

import (
	"context"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// templateSupport records during one run whether the API can write role templates.
type templateSupport struct {
	mu          sync.Mutex
	checked     bool
	unsupported error
}

// templatesSupported returns an error if the API can only list role templates. It
// makes one request per run. If that request fails it returns nil, and the write
// reports the error.
func templatesSupported(ctx context.Context, d *plumbing.Data) error {
	s := plumbing.State[templateSupport](d)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.checked {
		_, err := d.Client.Template(ctx, access.Templates()[0].ID)
		s.checked = err == nil || client.IsUnsupported(err)
		if client.IsUnsupported(err) {
			s.unsupported = err
		}
	}
	return s.unsupported
}
