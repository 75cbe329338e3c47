package rights

import (
	"context"
	"fmt"
	"reflect"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// Lock kinds for reading an object and writing it back.
const (
	lockScope   = "scope"
	lockControl = "access control"
)

// rewrite replaces an object that others can also write: it reads the version,
// writes with it, and starts again if the version has changed. Reads can return
// the old version for a while, so it waits for another one.
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

// awaitGone waits until the API no longer shows a deleted object, because
// creating it again first checks whether it exists.
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

// existsText returns what to do with the object that has the id.
func existsText(thing, typeName, id string, predefined bool) string {
	if predefined {
		return predefinedText(thing, typeName, id)
	}
	return plumbing.ExistsText(thing+" "+id, typeName, id)
}

func predefinedText(thing, typeName, id string) string {
	return fmt.Sprintf("The %s %s is predefined: it cannot be changed or deleted, so it cannot be managed. Read it with the data source %ss.", thing, id, typeName)
}
