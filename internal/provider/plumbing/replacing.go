package plumbing

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"time"
)

// replacing remembers, from the plan of a run to its apply, which objects the run
// replaces. With create_before_destroy the apply creates the new object while the
// old one exists, and Terraform tells it nothing of what was planned: the creation
// looks like any other of an object that exists. An error would leave the object
// deposed, with nothing in its place. What the plan knew lies in Terraform's data
// directory, which automation keeps between the two.
type replacing struct {
	dir string // empty: nothing is remembered
}

// oldest is how old a plan may be that is still applied.
const oldest = 30 * 24 * time.Hour

// RememberIn says where to remember replacements. A directory that does not exist
// is not created.
func (d *Data) RememberIn(dir string) {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		d.replacing.dir = filepath.Join(dir, "iam-replacing")
	}
}

// file is where an object of the tenant is remembered.
func (d *Data) file(o Object) string {
	tenant := ""
	if d.Client != nil {
		tenant = d.Client.Tenant()
	}
	sum := sha256.Sum256([]byte(tenant + "\x00" + o.Kind + "\x00" + o.ID))
	return filepath.Join(d.replacing.dir, hex.EncodeToString(sum[:16]))
}

// PlanReplacement remembers that the run replaces the object. Where that fails the
// apply is as if nothing had been planned: it refuses what exists.
func (d *Data) PlanReplacement(o Object) {
	if d.replacing.dir != "" && os.MkdirAll(d.replacing.dir, 0o700) == nil {
		_ = os.WriteFile(d.file(o), nil, 0o600)
	}
}

// ReplacementPlanned reports whether PlanReplacement was called for the object.
func (d *Data) ReplacementPlanned(o Object) bool {
	if d.replacing.dir == "" {
		return false
	}
	info, err := os.Stat(d.file(o))
	return err == nil && time.Since(info.ModTime()) < oldest
}

// ForgetReplacement ends what PlanReplacement began.
func (d *Data) ForgetReplacement(o Object) {
	if d.replacing.dir == "" {
		return
	}
	_ = os.Remove(d.file(o))
	_ = os.Remove(d.replacing.dir) // unless others are in it
}
