package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/provider/seed"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
)

// Seed creates the database of an embedded backend, with its tenant, from the
// configuration in a folder. The file gets its name only when the tenant is
// complete; a failure leaves nothing. If several processes do this at the same
// time, the first one wins and the others find its file.
func Seed(ctx context.Context, dir string, o embedded.Options) error {
	read, err := seed.Read(dir)
	if err != nil {
		return err
	}
	file := o.File()
	scratch, err := os.MkdirTemp(filepath.Dir(file), filepath.Base(file)+".seed-*")
	if err != nil {
		return fmt.Errorf("making room for the seed: %w", err)
	}
	defer os.RemoveAll(scratch)
	unfinished := filepath.Join(scratch, "iam.db")
	plugin := New("seed", func(name string) string {
		switch name {
		case "TF_DATA_DIR":
			return scratch
		case "IAM_ENCRYPTION_KEY":
			return o.EncryptionKey
		}
		return "" // the seed is for this database, regardless of the environment
	})
	err = plugin.seed(ctx, read, embedded.Options{Path: unfinished + "?durable=false", Tenant: o.Tenant, Owner: o.Owner, PrivateIntegromat: o.PrivateIntegromat})
	if err := errors.Join(err, plugin.Close()); err != nil {
		return err
	}
	err = os.Link(unfinished, file)
	if info, statErr := os.Stat(file); statErr == nil && info.Size() > 0 {
		return nil // ours, or that of a process that was first
	}
	if err != nil { // the name is used by an empty file, or hard links are not supported
		err = os.Rename(unfinished, file)
	}
	return err
}

// seedMissing creates the database of an embedded backend from its seed, if it
// has one and does not exist.
func (p *Plugin) seedMissing(ctx context.Context, s settings) error {
	if s.seed == "" {
		return nil
	}
	if info, err := os.Stat(s.embedded.File()); err == nil && info.Size() > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil // an existing database is opened or refused
	}
	return Seed(ctx, s.seed, *s.embedded)
}

// seed applies a seed to a new database.
func (p *Plugin) seed(ctx context.Context, read *seed.Seed, o embedded.Options) error {
	s := p.Server()
	described, err := s.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return err
	}
	config, err := seedBlock(described.Provider, o)
	if err != nil {
		return err
	}
	configured, err := s.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: config})
	if err != nil {
		return err
	}
	for _, d := range configured.Diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return fmt.Errorf("%s: %s", d.Summary, d.Detail)
		}
	}
	return read.Apply(ctx, s)
}

// seedBlock returns the provider block for a seed. A tenant has predefined
// objects and its Owner before the seed, which can refer to them.
func seedBlock(s *tfprotov6.Schema, o embedded.Options) (*tfprotov6.DynamicValue, error) {
	typ, _ := s.ValueType().(tftypes.Object)
	values := map[string]tftypes.Value{}
	for name, attribute := range typ.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	set := func(values map[string]tftypes.Value, name string, value any) {
		values[name] = tftypes.NewValue(values[name].Type(), value)
	}
	backendType, _ := typ.AttributeTypes["embedded"].(tftypes.Object)
	backend := map[string]tftypes.Value{}
	for name, attribute := range backendType.AttributeTypes {
		backend[name] = tftypes.NewValue(attribute, nil)
	}
	set(backend, "path", o.Path)
	set(backend, "allow_private_make", o.PrivateIntegromat)
	if o.Owner != "" {
		set(backend, "owner", o.Owner)
	}
	set(values, "embedded", backend)
	set(values, "tenant", o.Tenant)
	set(values, "adopt_existing", true)
	config, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, values))
	return &config, err
}
