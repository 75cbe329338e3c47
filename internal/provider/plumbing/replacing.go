package plumbing

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// replacing remembers, from the plan of a run to its apply, which objects the run
// replaces. With create_before_destroy the apply creates the new object while the
// old one exists, and Terraform tells it nothing of what was planned: the creation
// looks like any other of an object that exists. An error would leave the object
// deposed, with nothing in its place. What the plan knew lies in Terraform's data
// directory, which automation keeps between the two.
//
// A note is for the apply of its own plan. A saved plan can be applied until its
// state changes; so a note ends with the creation, with the next run that finds the
// object in its state and plans something else, and with time.
type replacing struct {
	dir string // empty: nothing is remembered
}

// oldest is how old a plan may be that is still applied.
const oldest = 7 * 24 * time.Hour

// RememberReplacementsIn says in which data directory of Terraform to remember replacements. It
// need not exist: Terraform makes do without one where nothing was initialized.
func (d *Data) RememberReplacementsIn(dir string) {
	d.replacing.dir = filepath.Join(dir, "iam-replacing")
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
func (d *Data) PlanReplacement(o Object) (diags diag.Diagnostics) {
	if d.replacing.dir == "" {
		return nil
	}
	err := os.MkdirAll(d.replacing.dir, 0o700)
	if err == nil {
		err = os.WriteFile(d.file(o), nil, 0o600)
	}
	if err != nil {
		diags.AddWarning("Replacement Not Remembered", "With create_before_destroy the apply of this plan will fail, because Terraform's data directory cannot be written: "+Sentence(err.Error())+
			" Make the directory writable, name another one with TF_DATA_DIR, or take create_before_destroy out of the lifecycle block.")
	}
	return diags
}

// ReplacementPlanned reports whether PlanReplacement was called for the object.
func (d *Data) ReplacementPlanned(o Object) bool {
	if d.replacing.dir == "" {
		return false
	}
	info, err := os.Stat(d.file(o))
	return err == nil && time.Since(info.ModTime()) < oldest
}

// ForgetReplacement ends what PlanReplacement began. The directory stays: others may
// be about to write into it.
func (d *Data) ForgetReplacement(o Object) {
	if d.replacing.dir != "" {
		_ = os.Remove(d.file(o)) // mostly there is none
	}
}
