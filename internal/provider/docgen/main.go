// Command docgen does what the documentation generator cannot. "docgen schema"
// prints the provider's schemas; "docgen pages FOLDER GUIDES" completes the pages
// that the generator wrote to FOLDER: it gives each its subcategory, each resource
// its scopes, the index the list of the guides in GUIDES, and writes the access
// reference among the guides.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/access-config/terraform-provider-iam/internal/provider"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, args []string) error {
	plugin := provider.New("docs", os.Getenv)
	switch {
	case len(args) == 1 && args[0] == "schema":
		return writeSchema(ctx, os.Stdout, plugin)
	case len(args) == 3 && args[0] == "pages":
		return completePages(ctx, plugin.Provider(), args[1], args[2])
	}
	return fmt.Errorf("usage: docgen schema | docgen pages FOLDER GUIDES")
}
