package provider

import (
	"context"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

type loggers struct{ Size [1 << 10]byte }

// What comes with a request that every object has can be collected after it.
func TestForgetful(t *testing.T) {
	t.Parallel()
	full, ok := providerserver.NewProtocol6(New("test", func(string) string { return "" }).Provider())().(ProtocolServer)
	if !ok {
		t.Fatal("the framework serves less than Terraform calls")
	}
	s := plainContexts{full}
	for name, call := range map[string]func(ctx context.Context) error{
		"validate": func(ctx context.Context) error {
			_, err := s.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: "iam_nothing"})
			return err
		},
		"upgrade": func(ctx context.Context) error {
			_, err := s.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{TypeName: "iam_nothing"})
			return err
		},
		"read": func(ctx context.Context) error {
			_, err := s.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: "iam_nothing"})
			return err
		},
		"plan": func(ctx context.Context) error {
			_, err := s.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: "iam_nothing"})
			return err
		},
		"apply": func(ctx context.Context) error {
			_, err := s.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{TypeName: "iam_nothing"})
			return err
		},
	} {
		collected := make(chan struct{})
		func() {
			held := &loggers{}
			runtime.AddCleanup(held, func(done chan struct{}) { close(done) }, collected)
			ctx, cancel := context.WithCancel(context.WithValue(t.Context(), loggers{}, held))
			defer cancel()
			if err := call(ctx); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}()
		gone := false
		for try := 0; try < 100 && !gone; try++ {
			runtime.GC()
			select {
			case <-collected:
				gone = true
			case <-time.After(10 * time.Millisecond):
			}
		}
		if !gone {
			t.Errorf("%s keeps the context of its request", name)
		}
	}
}

// A request that is cancelled is also cancelled below.
func TestBare_ends(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	own, end := plainContext(ctx)
	defer end()
	cancel()
	<-own.Done()
}

// Types that are served directly have only what direct handles.
func TestDirectTypes(t *testing.T) {
	t.Parallel()
	s, _ := New("test", func(string) string { return "" }).Server().(inert)
	noted, _ := s.ProtocolServer.(noting)
	known, _ := noted.ProtocolServer.(direct)
	if len(known.types) != len(directTypes) {
		t.Errorf("%d of %d types exist and are resources with a plan and an identity", len(known.types), len(directTypes))
	}
	harmless := []any{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplace(), plumbing.EmailCase()}
	for typeName, d := range known.types {
		if len(d.schema.Blocks) > 0 || len(d.schema.Attributes) == 0 {
			t.Errorf("%s has blocks or no attributes", typeName)
		}
		for name, a := range d.schema.Attributes {
			simple := false
			switch a := a.(type) {
			case schema.StringAttribute:
				simple = a.CustomType == nil && !slices.ContainsFunc(a.PlanModifiers, func(m planmodifier.String) bool {
					return !slices.ContainsFunc(harmless, func(h any) bool { return reflect.TypeOf(h) == reflect.TypeOf(m) })
				})
			case schema.BoolAttribute:
				simple = a.CustomType == nil && a.Default == nil && len(a.PlanModifiers) == 0
			case schema.SetAttribute:
				simple = a.CustomType == nil && a.Default == nil && len(a.PlanModifiers) == 0 && a.ElementType == types.StringType
			}
			if !simple || a.IsWriteOnly() {
				t.Errorf("%s.%s is more than direct handles", typeName, name)
			}
		}
		var m resource.MetadataResponse
		if d.new().Metadata(t.Context(), resource.MetadataRequest{}, &m); !m.ResourceBehavior.MutableIdentity {
			t.Errorf("%s has an identity that must not change", typeName)
		}
	}
}
