package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// planNote is what the plan of a membership type passes to its apply, in private data
// that no state keeps.
type planNote struct {
	// Mark distinguishes two resources from one that is planned twice: the second
	// call gets the note of the first.
	Mark string `json:"mark,omitempty"`
	// Destroy marks the plan of a destroy. A destroy that is half of a
	// replacement has no plan of its own, and gets the note of the other half.
	Destroy bool `json:"destroy,omitempty"`
	// Stay are memberships that a destroy keeps because other resources hold them.
	Stay []plumbing.Pair `json:"stay,omitempty"`
	// Holds are the memberships that the planned resource will hold.
	Holds *held `json:"holds,omitempty"`
}

// held selects memberships by group, by user, or by both.
type held struct{ Group, User string }

func (h *held) has(p plumbing.Pair) bool {
	return h != nil && (h.Group == "" || h.Group == p.Group) && (h.User == "" || h.User == p.User)
}

const privateNote = "membership"

// ofState is the mark of a resource that is already in the state.
const ofState = "state"

func readNote(ctx context.Context, from plumbing.PrivateData) (n planNote, diags diag.Diagnostics) {
	text, diags := from.GetKey(ctx, privateNote)
	if text == nil || diags.HasError() {
		return n, diags
	}
	if err := json.Unmarshal(text, &n); err != nil {
		diags.AddError("Unreadable Plan Data", fmt.Sprintf("The plan has private data that this release cannot read: %s. Run terraform plan again.", err))
	}
	return n, diags
}

func writeNote(ctx context.Context, n planNote, resp *resource.ModifyPlanResponse) {
	text, _ := json.Marshal(n) // strings always can be marshaled
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateNote, text)...)
}

// manager describes the planned resource as a holder of memberships.
func manager(ctx context.Context, typeName string, req resource.ModifyPlanRequest, diags *diag.Diagnostics) plumbing.Manager {
	m := plumbing.Manager{Type: "iam_" + typeName, Mark: ofState, Kept: !req.State.Raw.IsNull() && (req.Plan.Raw.Equal(req.State.Raw) || !req.Plan.Raw.IsFullyKnown())}
	if req.State.Raw.IsNull() {
		n, d := readNote(ctx, req.Private)
		diags.Append(d...)
		if m.Mark = n.Mark; m.Mark == "" {
			m.Mark = uuid.NewString()
		}
	}
	return m
}

// releases are the memberships that a destroyed resource releases.
type releases struct {
	typeName string
	users    []plumbing.Person
	pairs    func(plumbing.Person) []plumbing.Pair
	at       path.Path // the argument that lists them
}

// planDestroy records that a resource releases memberships, and which of them another
// resource holds from this run on.
func planDestroy(ctx context.Context, d *plumbing.Data, g releases, resp *resource.ModifyPlanResponse) {
	n := planNote{Destroy: true}
	for _, user := range g.users {
		for _, p := range g.pairs(user) {
			stays, conflict := d.Members.Release(plumbing.Manager{Type: "iam_" + g.typeName}, p.Group, user)
			if conflict != nil {
				resp.Diagnostics.Append(conflictError(ctx, d, conflict, g.at)...)
				return // report one conflict only
			}
			if stays {
				n.Stay = append(n.Stay, p)
			}
		}
	}
	writeNote(ctx, n, resp)
}

// removal removes the memberships of a destroyed resource.
type removal struct {
	*plumbing.Data
	note planNote
	stay map[plumbing.Pair]bool
}

func newRemoval(ctx context.Context, d *plumbing.Data, from plumbing.PrivateData, diags *diag.Diagnostics) removal {
	note, problems := readNote(ctx, from)
	diags.Append(problems...)
	stay := map[plumbing.Pair]bool{}
	for _, p := range note.Stay {
		stay[p] = true
	}
	return removal{d, note, stay}
}

// leave removes a membership, unless another resource holds it from this run on or
// replaces this one and will hold it.
func (d removal) leave(ctx context.Context, p plumbing.Pair) error {
	if d.stay[p] || !d.note.Destroy && d.note.Holds.has(p) {
		return nil
	}
	return leave(ctx, d.Data, p)
}

// leave removes a user from a group, unless a resource of this run holds the
// membership.
func leave(ctx context.Context, d *plumbing.Data, p plumbing.Pair) error {
	d.Members.GiveHeadStart(ctx)
	defer d.Client.Lock(lockUser, p.User)()
	return leaveNow(ctx, d, p)
}

// leaveNow is leave for callers that hold the user's lock. It does not wait.
func leaveNow(ctx context.Context, d *plumbing.Data, p plumbing.Pair) error {
	if d.Members.Held(p) {
		return nil
	}
	if err := d.Client.RemoveMember(ctx, p.Group, p.User); err != nil && !client.IsNotFound(err) {
		return err
	}
	d.Members.Left(p)
	return nil
}

// hold records that a resource holds memberships from now on. It waits for removals
// under way.
func hold(d *plumbing.Data, group string, users []string) {
	for _, user := range users {
		unlock := d.Client.Lock(lockUser, user)
		d.Members.Hold(plumbing.Pair{Group: group, User: user})
		unlock()
	}
}

// heldElsewhere returns the error of a list that would remove a membership which
// another resource of the same run has just created. The plan cannot find this if ids
// are known only in the apply.
func heldElsewhere(user, group string) error {
	return fmt.Errorf("%s is not listed here, but another resource of this configuration holds the membership in group %s: manage a membership in one place", user, group)
}

// writeUser updates a user. The caller holds the user's lock. The update repeats the
// groups that it does not change, or sets them all, including those that this run has
// written since the user was read.
func writeUser(ctx context.Context, d *plumbing.Data, m userModel, present api.User) error {
	present.GroupIDs = d.Members.Present(present.ID, present.GroupIDs)
	body := m.toUpdate(present)
	if !m.GroupIDs.IsNull() {
		for _, group := range body.GroupIDs {
			d.Members.Hold(plumbing.Pair{Group: group, User: present.ID})
		}
		for _, group := range present.GroupIDs {
			if p := (plumbing.Pair{Group: group, User: present.ID}); !slices.Contains(body.GroupIDs, group) && d.Members.Held(p) {
				return heldElsewhere(present.ContactEmail, group)
			}
		}
	}
	if err := d.Client.UpdateUser(ctx, present.ID, body); err != nil {
		return err
	}
	for _, group := range body.GroupIDs {
		d.Members.Joined(plumbing.Pair{Group: group, User: present.ID})
	}
	for _, group := range present.GroupIDs {
		if !slices.Contains(body.GroupIDs, group) {
			d.Members.Left(plumbing.Pair{Group: group, User: present.ID})
		}
	}
	return nil
}
