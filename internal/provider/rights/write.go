package rights

import (
	"context"
	"fmt"
	"reflect"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// Kinds of what is locked while it is read and written back.
const (
	lockScope   = "scope"
	lockControl = "access control"
)

// rewrite replaces what others may write, too: it reads the version, writes
// over it, and starts again where another version was there by then. Reads may
// show the old version for a while, so that it waits for another one.
func rewrite[T any](ctx context.Context, read func(context.Context) (*T, error), metadata func(T) *api.Metadata, write func(*api.VersionOnly) (created bool, err error)) (bool, error) {
	const tries = 3
	present, err := read(ctx)
	if err != nil {
		return false, err
	}
	for try := 1; ; try++ {
		known := metadata(*present)
		created, err := write((*api.VersionOnly)(known.Expected()))
		if !client.IsConflict(err) || try == tries {
			return created, err
		}
		present, _ = client.WaitFor(ctx, read, func(t T) bool { return !reflect.DeepEqual(metadata(t).Expected(), known.Expected()) })
		if present == nil {
			return false, err
		}
	}
}

// awaitGone waits until the API does not show any more what was deleted: who
// makes it again looks first whether it is there.
func awaitGone(ctx context.Context, read func(context.Context) error) error {
	_, err := client.WaitFor(ctx, func(ctx context.Context) (*bool, error) {
		err := read(ctx)
		gone := client.IsNotFound(err)
		if gone {
			err = nil
		}
		return &gone, err
	}, func(gone bool) bool { return gone })
	return err
}

// existsText says of an id that is taken what to do with the object.
func existsText(thing, typeName, id string, predefined bool) string {
	if predefined {
		return predefinedText(thing, typeName, id)
	}
	return plumbing.ExistsText(thing+" "+id, typeName, id)
}

func predefinedText(thing, typeName, id string) string {
	return fmt.Sprintf("The %s %s is predefined: it can be neither changed nor deleted, and so not managed here. Read it with the data source %ss.", thing, id, typeName)
}
