package audit_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server/audit"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// notRecorded are the operations that write without an event, and why.
var notRecorded = map[string]string{
	"CreateSigningKey": "is a secret of the backend, and of no tenant",
	"DeleteSigningKey": "as CreateSigningKey",
	"EnsureAccount":    "an account is of no tenant; its user or member is recorded",
	"RegisterAccount":  "as EnsureAccount",
	"CreateTask":       "is no configuration: what a task changes is recorded when it is done",
	"DeleteTask":       "as CreateTask",
	"AppendEvent":      "is the record",
	"DeleteEvents":     "leaves an event of its own that says which are gone",

	"CreateMakeMember":  "is what the sync with Make has to do yet, and follows from changes that are recorded",
	"UpdateMakeMember":  "as CreateMakeMember",
	"DeleteMakeMember":  "as CreateMakeMember",
	"PutOffMakeMembers": "as CreateMakeMember",
	"CreateMakeNotice":  "is an e-mail to be sent, and has a list of its own",
	"UpdateMakeNotice":  "as CreateMakeNotice",
	"DropMakeNotices":   "as CreateMakeNotice",

	"CreateLink": "is a secret, and part of an invitation that is recorded",
	"EndLinks":   "as CreateLink",
	"DropLinks":  "as CreateLink",
	"PutMail":    "is an e-mail to be sent, and part of what it is about",
	"DeleteMail": "as PutMail",
	"DropMails":  "as PutMail",
}

// recordedChange is a call that writes, and the events that it must leave:
// action, kind, object and related object.
type recordedChange struct {
	call func(ctx context.Context, tx store.Tx) error
	want []string
}

// recordedChanges is a call of every operation that writes, on what recordable
// made.
var recordedChanges = map[string]recordedChange{
	"CreateTenant": {func(ctx context.Context, tx store.Tx) error { return tx.CreateTenant(ctx, store.Tenant{Name: "other"}) }, nil}, // in the other tenant
	"CreateClient": {func(ctx context.Context, tx store.Tx) error {
		return tx.CreateClient(ctx, store.Client{Tenant: "acme", ID: "c", SecretHash: "secret"})
	}, []string{"create client c"}},
	"UpdateClient": {func(ctx context.Context, tx store.Tx) error {
		return tx.UpdateClient(ctx, "acme", "key", func(c *store.Client) error { c.Scopes = []string{"iam.user_read"}; return nil })
	}, []string{"update client key"}},
	"DeleteClient": {func(ctx context.Context, tx store.Tx) error { return tx.DeleteClient(ctx, "acme", "key") }, []string{"delete client key"}},
	"CreateUser": {func(ctx context.Context, tx store.Tx) error {
		return tx.CreateUser(ctx, store.User{Tenant: "acme", ID: "new", Email: "new@acme.example", BackofficeNumber: "new"})
	}, []string{"create user new"}},
	"UpdateUser": {func(ctx context.Context, tx store.Tx) error {
		return tx.UpdateUser(ctx, "acme", "anna", func(u *store.User) error { u.Locked = true; return nil })
	}, []string{"update user anna"}},
	"DeleteUser": {func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, "acme", "anna") }, []string{"delete user anna", "delete membership g anna", "delete membership h anna"}},
	"CreateGroup": {func(ctx context.Context, tx store.Tx) error {
		return tx.CreateGroup(ctx, store.Group{Tenant: "acme", ID: "new"})
	}, []string{"create group new"}},
	"UpdateGroup": {func(ctx context.Context, tx store.Tx) error {
		return tx.UpdateGroup(ctx, "acme", "g", func(g *store.Group) error { g.Code = "G"; return nil })
	}, []string{"update group g"}},
	"DeleteGroup": {func(ctx context.Context, tx store.Tx) error { return tx.DeleteGroup(ctx, "acme", "empty") }, []string{"delete group empty"}},
	"CreateAssignment": {func(ctx context.Context, tx store.Tx) error {
		return tx.CreateAssignment(ctx, store.Assignment{Tenant: "acme", ID: "new", GroupID: "empty", UserID: "anna"})
	}, []string{"create membership empty anna"}},
	"DeleteAssignment":  {func(ctx context.Context, tx store.Tx) error { return tx.DeleteAssignment(ctx, "acme", "g", "anna") }, []string{"delete membership g anna"}},
	"DeleteMembers":     {func(ctx context.Context, tx store.Tx) error { return tx.DeleteMembers(ctx, "acme", "g") }, []string{"delete membership g anna", "delete membership g bert"}},
	"DeleteMemberships": {func(ctx context.Context, tx store.Tx) error { return tx.DeleteMemberships(ctx, "acme", "anna") }, []string{"delete membership g anna", "delete membership h anna"}},
	"CreateAccessControl": {func(ctx context.Context, tx store.Tx) error {
		return tx.CreateAccessControl(ctx, store.AccessControl{Tenant: "acme", ID: "new"})
	}, []string{"create access-control new"}},
	"UpdateAccessControl": {func(ctx context.Context, tx store.Tx) error {
		return tx.UpdateAccessControl(ctx, "acme", "control", func(c *store.AccessControl) error { c.VendorAware = true; return nil })
	}, []string{"update access-control control"}},
	"DeleteAccessControl": {func(ctx context.Context, tx store.Tx) error { return tx.DeleteAccessControl(ctx, "acme", "control") }, []string{"delete access-control control"}},
	"CreateTemplate": {func(ctx context.Context, tx store.Tx) error {
		return tx.CreateTemplate(ctx, store.Template{Tenant: "acme", ID: "new"})
	}, []string{"create role-template new"}},
	"UpdateTemplate": {func(ctx context.Context, tx store.Tx) error {
		return tx.UpdateTemplate(ctx, "acme", "template", func(t *store.Template) error { t.BasedOn = "viewer"; return nil })
	}, []string{"update role-template template"}},
	"DeleteTemplate": {func(ctx context.Context, tx store.Tx) error { return tx.DeleteTemplate(ctx, "acme", "template") }, []string{"delete role-template template"}},
	"PutDocument": {func(ctx context.Context, tx store.Tx) error {
		return tx.PutDocument(ctx, store.Document{Tenant: "acme", Kind: store.KindSetting, ID: "k", Body: `{"key": "k", "value": 2}`})
	}, []string{"update setting k"}},
	"DeleteDocument": {func(ctx context.Context, tx store.Tx) error {
		return tx.DeleteDocument(ctx, "acme", store.KindSetting, "k")
	}, []string{"delete setting k"}},
	"CreateTeamMember": {func(ctx context.Context, tx store.Tx) error {
		return tx.CreateTeamMember(ctx, store.TeamMember{Tenant: "acme", ID: "new", Email: "new@acme.example", Role: "member"})
	}, []string{"create team-member new"}},
	"UpdateTeamMember": {func(ctx context.Context, tx store.Tx) error {
		return tx.UpdateTeamMember(ctx, "acme", "anna", func(m *store.TeamMember) error { m.Role = "admin"; return nil })
	}, []string{"update team-member anna"}},
	"TransferTeam": {func(ctx context.Context, tx store.Tx) error { return tx.TransferTeam(ctx, "acme", "olga", "anna") }, []string{"update team-member anna", "update team-member olga"}},
	"DeleteTeamMember": {
		func(ctx context.Context, tx store.Tx) error { return tx.DeleteTeamMember(ctx, "acme", "anna") },
		[]string{"delete product-assignment anna bot_runner", "delete product-assignment anna orchestrator", "delete team-member anna"},
	},
	"PutProductAssignment": {func(ctx context.Context, tx store.Tx) error {
		return tx.PutProductAssignment(ctx, store.ProductAssignment{Tenant: "acme", MemberID: "anna", Product: "studio_pro"})
	}, []string{"create product-assignment anna studio_pro"}},
	"DeleteProductAssignment": {func(ctx context.Context, tx store.Tx) error {
		return tx.DeleteProductAssignment(ctx, "acme", "anna", "bot_runner")
	}, []string{"delete product-assignment anna bot_runner"}},
	"DeleteProductAssignments": {
		func(ctx context.Context, tx store.Tx) error { return tx.DeleteProductAssignments(ctx, "acme", "anna") },
		[]string{"delete product-assignment anna bot_runner", "delete product-assignment anna orchestrator"},
	},
	"CreateInvitation": {func(ctx context.Context, tx store.Tx) error {
		return tx.CreateInvitation(ctx, store.Invitation{Tenant: "acme", ID: "new", Kind: store.InvitedUser, SubjectID: "bert"})
	}, []string{"create invitation new bert"}},
	"UpdateInvitation": {func(ctx context.Context, tx store.Tx) error {
		return tx.UpdateInvitation(ctx, "acme", "open", func(i *store.Invitation) error { i.Sent++; return nil })
	}, []string{"update invitation open anna"}},
	"AcceptInvitations": {func(ctx context.Context, tx store.Tx) error {
		return tx.AcceptInvitations(ctx, "acme", "anna", time.UnixMilli(5))
	}, []string{"update invitation open anna"}},
	"CloseInvitations": {func(ctx context.Context, tx store.Tx) error {
		return tx.CloseInvitations(ctx, "acme", store.InvitedUser, "anna")
	}, []string{"delete invitation open anna"}},
}

// recordable makes what the calls change.
func recordable(ctx context.Context, s store.Store) error {
	assign := func(group, user string) error {
		return s.CreateAssignment(ctx, store.Assignment{Tenant: "acme", ID: group + user, GroupID: group, UserID: user})
	}
	errs := []error{
		s.CreateTenant(ctx, store.Tenant{Name: "acme"}),
		s.CreateClient(ctx, store.Client{Tenant: "acme", ID: "key", SecretHash: "secret"}),
		s.CreateUser(ctx, store.User{Tenant: "acme", ID: "anna", Email: "anna@acme.example", BackofficeNumber: "1"}),
		s.CreateUser(ctx, store.User{Tenant: "acme", ID: "bert", Email: "bert@acme.example", BackofficeNumber: "2"}),
	}
	for _, id := range []string{"g", "h", "empty"} {
		errs = append(errs, s.CreateGroup(ctx, store.Group{Tenant: "acme", ID: id}))
	}
	errs = append(
		errs, assign("g", "anna"), assign("g", "bert"), assign("h", "anna"),
		s.CreateAccessControl(ctx, store.AccessControl{Tenant: "acme", ID: "control"}), s.CreateTemplate(ctx, store.Template{Tenant: "acme", ID: "template"}),
		s.PutDocument(ctx, store.Document{Tenant: "acme", Kind: store.KindSetting, ID: "k", Body: `{"key": "k", "value": 1}`}),
		s.CreateTeamMember(ctx, store.TeamMember{Tenant: "acme", ID: "olga", Email: "olga@acme.example", Role: "owner"}),
		s.CreateTeamMember(ctx, store.TeamMember{Tenant: "acme", ID: "anna", Email: "anna@acme.example", Role: "member"}),
		s.PutProductAssignment(ctx, store.ProductAssignment{Tenant: "acme", MemberID: "anna", Product: "bot_runner"}),
		s.PutProductAssignment(ctx, store.ProductAssignment{Tenant: "acme", MemberID: "anna", Product: "orchestrator", Role: "admin"}),
		s.CreateInvitation(ctx, store.Invitation{Tenant: "acme", ID: "open", Kind: store.InvitedUser, SubjectID: "anna"}),
		s.CreateInvitation(ctx, store.Invitation{Tenant: "acme", ID: "accepted", Kind: store.InvitedUser, SubjectID: "anna", AcceptedAt: time.UnixMilli(1)}),
	)
	return errors.Join(errs...)
}

// eventTexts are events in the form of recordedChange, sorted.
func eventTexts(t *testing.T, s store.Store, tenant string) []string {
	t.Helper()
	list, err := s.Events(t.Context(), tenant, store.EventFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, e := range list {
		texts = append(texts, strings.TrimSpace(strings.Join([]string{e.Action, e.Kind, e.ObjectID, e.RelatedID}, " ")))
	}
	slices.Sort(texts)
	return texts
}

// Every operation that writes to the store is recorded, or named with the reason why not.
// Operations that return nothing but an error write, except those that call a function for
// each record.
func TestRecording_isComplete(t *testing.T) {
	t.Parallel()
	operations := reflect.TypeFor[store.Tx]()
	for m := range operations.Methods() {
		_, recorded := recordedChanges[m.Name]
		reason, known := notRecorded[m.Name]
		writes := m.Type.NumOut() == 1 && !strings.HasPrefix(m.Name, "Each")
		switch {
		case writes && recorded == known:
			t.Errorf("%s writes: add it to recordedChanges, or to notRecorded with the reason", m.Name)
		case known && reason == "":
			t.Errorf("%s: say why it is not recorded", m.Name)
		case m.Type.NumOut() > 1 && recorded:
			t.Errorf("%s returns something, as operations do that read", m.Name)
		}
	}
	for name := range notRecorded {
		if _, ok := operations.MethodByName(name); !ok {
			t.Errorf("there is no operation %s", name)
		}
	}
}

// Each change leaves its events: alone, in a transaction, and with one that is
// rolled back none. A change that is refused leaves none, either.
func TestRecording_changes(t *testing.T) {
	t.Parallel()
	for name, c := range recordedChanges {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := sqlstore.Open(t.Context(), sqltest.New(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = raw.Close() })
			if err := recordable(t.Context(), raw); err != nil {
				t.Fatal(err)
			}
			if texts := eventTexts(t, raw, "acme"); len(texts) > 0 {
				t.Fatalf("there are events before anything is recorded: %q", texts)
			}
			s := audit.NewStore(raw, time.Now)
			errUndo := errors.New("undo")
			err = s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error { return errors.Join(c.call(t.Context(), tx), errUndo) })
			if texts := eventTexts(t, s, "acme"); err.Error() != "undo" || len(texts) > 0 {
				t.Errorf("rolled back: got %v and events %q", err, texts)
			}
			slices.Sort(c.want)
			if name == "CreateTenant" {
				if err := c.call(t.Context(), s); err != nil || !slices.Equal(eventTexts(t, s, "other"), []string{"create tenant other"}) {
					t.Errorf("got %v and events %q", err, eventTexts(t, s, "other"))
				}
				return
			}
			if err := c.call(t.Context(), s); err != nil || !slices.Equal(eventTexts(t, s, "acme"), c.want) {
				t.Errorf("got %v and events %q, want %q", err, eventTexts(t, s, "acme"), c.want)
			}
			_ = c.call(t.Context(), s) // changes nothing any more, or is refused
			if again := eventTexts(t, s, "acme"); !strings.HasPrefix(name, "Update") && name != "TransferTeam" && name != "PutDocument" && !slices.Equal(again, c.want) {
				t.Errorf("done again: got events %q, want %q", again, c.want)
			}
		})
	}
}
