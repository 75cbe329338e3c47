package plumbing

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// replacing records, from the plan of a run to its apply, which objects the run
// replaces. With create_before_destroy the apply creates the new object while the old
// one exists, and Terraform does not pass the plan to it: the creation looks like any
// other creation of an existing object. An error would leave the object deposed,
// with nothing in its place. The record is in Terraform's data directory, which
// automation keeps between plan and apply.
//
// A note is for the apply of its own plan. A saved plan can be applied until its
// state changes, so a note is removed by the creation, or by the next run that finds
// the object in its state and plans something else. Otherwise it expires.
type replacing struct {
	dir string // empty: nothing is recorded
}

// maxPlanAge is how old a plan may be when it is applied.
const maxPlanAge = 7 * 24 * time.Hour

// RememberReplacementsIn sets Terraform's data directory, where replacements are
// recorded. It need not exist: Terraform has none before terraform init.
func (d *Data) RememberReplacementsIn(dir string) {
	d.replacing.dir = filepath.Join(dir, "iam-replacing")
}

// file returns the path of the note for an object of the tenant.
func (d *Data) file(o Object) string {
	tenant := ""
	if d.Client != nil {
		tenant = d.Client.Tenant()
	}
	sum := sha256.Sum256([]byte(tenant + "\x00" + o.Kind + "\x00" + o.ID))
	return filepath.Join(d.replacing.dir, hex.EncodeToString(sum[:16]))
}

// PlanReplacement records that the run replaces the object. If that fails, the apply
// refuses to create the object because it exists.
func (d *Data) PlanReplacement(o Object) (diags diag.Diagnostics) {
	if d.replacing.dir == "" {
		return nil
	}
	err := os.MkdirAll(d.replacing.dir, 0o700)
	if err == nil {
		err = os.WriteFile(d.file(o), nil, 0o600)
	}
	if err != nil {
		diags.AddWarning("Replacement Not Recorded", "With create_before_destroy the apply of this plan will fail, because Terraform's data directory is not writable: "+Sentence(err.Error())+
			" Make the directory writable, choose another one with TF_DATA_DIR, or remove create_before_destroy from the lifecycle block.")
	}
	return diags
}

// ReplacementPlanned reports whether PlanReplacement was called for the object.
func (d *Data) ReplacementPlanned(o Object) bool {
	if d.replacing.dir == "" {
		return false
	}
	info, err := os.Stat(d.file(o))
	return err == nil && time.Since(info.ModTime()) < maxPlanAge
}

// ForgetReplacement removes the note of PlanReplacement. It keeps the directory,
// because others may be about to write to it.
func (d *Data) ForgetReplacement(o Object) {
	if d.replacing.dir != "" {
		_ = os.Remove(d.file(o)) // usually there is none
	}
}
