package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// Groups of a tenant that is read as a whole, and how many each user is in.
const (
	wholeGroups   = 200
	groupsPerUser = 5
)

// measureWhole measures what reads whole tenants: the report of all users, by the
// memory of the backend, and the export, by its own cost.
func measureWhole(ctx context.Context, o options, dir string, r *results) error {
	for _, n := range o.whole {
		b, err := startFilled(ctx, o.provider, filepath.Join(dir, fmt.Sprint("whole", n)), n)
		if err != nil {
			return err
		}
		err = errors.Join(measureReport(ctx, b, n, r), measureExport(ctx, o.provider, b.proxy.URL, n, r))
		if err := errors.Join(err, b.stop()); err != nil {
			return err
		}
	}
	return nil
}

// startFilled starts a backend whose tenant has users in groups.
func startFilled(ctx context.Context, provider, folder string, users int) (*backend, error) {
	b, err := startBackend(ctx, provider, folder, 0) // creates the tenant
	if err != nil {
		return nil, err
	}
	if err := errors.Join(b.stop(), fillGroups(ctx, filepath.Join(folder, "iam.db"), users)); err != nil {
		return nil, err
	}
	return startBackend(ctx, provider, folder, 0)
}

func measureReport(ctx context.Context, b *backend, n int, r *results) error {
	_, rest := b.spent()
	start := time.Now()
	length, err := readReport(ctx, b.proxy.URL)
	if err != nil {
		return err
	}
	took := time.Since(start)
	_, after := b.spent()
	r.add(row{part: "report of all", size: n, figure: "wall", value: took.Seconds(), unit: "s"},
		row{part: "report of all", size: n, figure: "length", value: mebibytes(length), unit: "MiB"},
		row{part: "report of all", size: n, figure: "backend CPU", value: (after.cpu - rest.cpu).Seconds(), unit: "s"})
	r.against(row{part: "report of all", size: n, figure: "backend memory", value: mebibytes(after.memory), unit: "MiB"}, "at rest", mebibytes(rest.memory))
	return nil
}

func measureExport(ctx context.Context, provider, address string, n int, r *results) error {
	export := exec.CommandContext(ctx, provider, "export", "-api-url", address, "-tenant", tenant)
	export.Env = append(os.Environ(), "IAM_CLIENT_ID="+clientID, "IAM_CLIENT_SECRET="+clientSecret)
	var problems strings.Builder
	export.Stderr = &problems
	s, err := measured(export)
	if err != nil {
		return fmt.Errorf("export: %w\n%s", err, problems.String())
	}
	r.add(row{part: "export", size: n, figure: "CPU", value: s.cpu.Seconds(), unit: "s"},
		row{part: "export", size: n, figure: "memory", value: mebibytes(s.cli.memory), unit: "MiB"})
	return nil
}

// readReport reads the report of all users and returns its length.
func readReport(ctx context.Context, address string) (int64, error) {
	c, err := newClient(address)
	if err != nil {
		return 0, err
	}
	token, err := c.NewAccessToken(ctx, "")
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+strings.Replace(api.PathReport, "{tenant}", tenant, 1), nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+token.Value)
	req.Header.Set("Accept", "text/csv")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, errors.New("report: " + resp.Status)
	}
	return io.Copy(io.Discard, resp.Body)
}

// fillGroups writes groups, and users in them, to the database without the backend.
func fillGroups(ctx context.Context, file string, n int) error {
	if err := fill(ctx, file, n); err != nil {
		return err
	}
	db, err := sqlstore.Open(ctx, "sqlite:"+file)
	if err != nil {
		return err
	}
	defer db.Close()
	entities := access.Entities()
	err = db.InTx(ctx, tenant, func(tx store.Tx) error {
		for i := range wholeGroups {
			e := entities[i%len(entities)]
			held := access.Expand(access.Access{}, map[string]access.Level{e.Code: e.Product.Levels()[1]})
			g := store.Group{Tenant: tenant, ID: groupID(i), Name: map[string]string{"en": groupID(i)}, UserType: string(access.Employee), AccessControls: access.ControlIDs(held), CreatedAt: time.Now()}
			if err := tx.CreateGroup(ctx, g); err != nil {
				return err
			}
		}
		return nil
	})
	const together = 5000
	for start := 0; start < n && err == nil; start += together {
		err = db.InTx(ctx, tenant, func(tx store.Tx) error {
			for i := start; i < min(start+together, n); i++ {
				for j := range groupsPerUser {
					group := groupID((i*groupsPerUser + j) % wholeGroups)
					a := store.Assignment{Tenant: tenant, ID: fmt.Sprintf("a%08d-%d", i, j), GroupID: group, UserID: user(int64(i)).ID, UserType: string(access.Employee), CreatedAt: time.Now()}
					if err := tx.CreateAssignment(ctx, a); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	return err
}

func groupID(i int) string { return fmt.Sprintf("group-%03d", i) }
