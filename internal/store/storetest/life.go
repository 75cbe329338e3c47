package storetest

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var lifeClauses = []clause{
	{"the tests of contexts and of closing call every method", proveEveryMethod},
	{"every method stops with the error of a context that is done", proveCanceled},
	{"every method answers an error after the store is closed", proveClosed},
	{"the backlog counts tasks, e-mails, and the members of Make that are pending, of all tenants", proveBacklog},
	{"figures are written, of a closed store as well", proveMetrics},
	{"a store that is open can be pinged", func(t *testing.T, s store.Store) { ok(t, s.Ping(t.Context())) }},
	{"a store may be closed twice", func(t *testing.T, s store.Store) {
		ok(t, s.Close())
		ok(t, s.Close())
	}},
}

// calls has a call of every method, except Close and WriteMetrics, that would
// succeed after prepare and createAll.
func calls(s store.Store) map[string]func(ctx context.Context) error {
	all := txCalls(s)
	all["InTx"] = func(ctx context.Context) error {
		return s.InTx(ctx, store.AllTenants, func(store.Tx) error { return nil })
	}
	all["Ping"] = s.Ping
	all["Backlog"] = func(ctx context.Context) error { return second(s.Backlog(ctx)) }
	return all
}

// txCalls has those of a transaction.
func txCalls(s store.Tx) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"CreateTenant": func(ctx context.Context) error { return s.CreateTenant(ctx, newTenant("t")) },
		"Tenant":       func(ctx context.Context) error { return second(s.Tenant(ctx, "acme")) },
		"Tenants":      func(ctx context.Context) error { return second(s.Tenants(ctx)) },
		"CreateClient": func(ctx context.Context) error { return s.CreateClient(ctx, newClient("acme", "c")) },
		"Client":       func(ctx context.Context) error { return second(s.Client(ctx, "in tx")) },
		"Clients":      func(ctx context.Context) error { return second(s.Clients(ctx, "acme")) },
		"UpdateClient": func(ctx context.Context) error {
			return s.UpdateClient(ctx, "acme", "in tx", func(*store.Client) error { return nil })
		},
		"DeleteClient":     func(ctx context.Context) error { return s.DeleteClient(ctx, "acme", "in tx") },
		"CreateSigningKey": func(ctx context.Context) error { return s.CreateSigningKey(ctx, newSigningKey("k")) },
		"SigningKeys":      func(ctx context.Context) error { return second(s.SigningKeys(ctx)) },
		"DeleteSigningKey": func(ctx context.Context) error { return s.DeleteSigningKey(ctx, "in tx") },

		"CreateUser":  func(ctx context.Context) error { return s.CreateUser(ctx, newUser("acme", "u")) },
		"User":        func(ctx context.Context) error { return second(s.User(ctx, "acme", "in tx")) },
		"UserByEmail": func(ctx context.Context) error { return second(s.UserByEmail(ctx, "acme", inTxEmail)) },
		"UsersOf":     func(ctx context.Context) error { return second(s.UsersOf(ctx, inTxEmail)) },
		"Users":       func(ctx context.Context) error { return third(s.Users(ctx, "acme", store.Page{})) },
		"EachUser": func(ctx context.Context) error {
			return s.EachUser(ctx, "acme", func(store.User, []string) error { return nil })
		},
		"UpdateUser": func(ctx context.Context) error {
			return s.UpdateUser(ctx, "acme", "in tx", func(*store.User) error { return nil })
		},
		"DeleteUser":      func(ctx context.Context) error { return s.DeleteUser(ctx, "acme", "in tx") },
		"EnsureAccount":   func(ctx context.Context) error { return second(s.EnsureAccount(ctx, newAccount("a"))) },
		"AccountByEmail":  func(ctx context.Context) error { return second(s.AccountByEmail(ctx, inTxEmail)) },
		"RegisterAccount": func(ctx context.Context) error { return s.RegisterAccount(ctx, "in tx", later(1)) },

		"CreateGroup":  func(ctx context.Context) error { return s.CreateGroup(ctx, newGroup("acme", "g")) },
		"Group":        func(ctx context.Context) error { return second(s.Group(ctx, "acme", "in tx")) },
		"Groups":       func(ctx context.Context) error { return second(s.Groups(ctx, "acme")) },
		"GroupsOfUser": func(ctx context.Context) error { return second(s.GroupsOfUser(ctx, "acme", "in tx")) },
		"GroupsByID":   func(ctx context.Context) error { return second(s.GroupsByID(ctx, "acme", []string{"in tx"})) },
		"AccessControlsByID": func(ctx context.Context) error {
			return second(s.AccessControlsByID(ctx, "acme", []string{"in tx"}))
		},
		"TemplatesByID": func(ctx context.Context) error { return second(s.TemplatesByID(ctx, "acme", []string{"in tx"})) },
		"UpdateGroup": func(ctx context.Context) error {
			return s.UpdateGroup(ctx, "acme", "in tx", func(*store.Group) error { return nil })
		},
		"DeleteGroup": func(ctx context.Context) error { return s.DeleteGroup(ctx, "acme", "in tx") },

		"CreateAssignment": func(ctx context.Context) error {
			return s.CreateAssignment(ctx, newAssignment("acme", "1", home, "u"))
		},
		"Assignment":        func(ctx context.Context) error { return second(s.Assignment(ctx, "acme", home, "in tx")) },
		"Members":           func(ctx context.Context) error { return third(s.Members(ctx, "acme", home, store.Page{})) },
		"Memberships":       func(ctx context.Context) error { return second(s.Memberships(ctx, "acme", "in tx")) },
		"GroupIDs":          func(ctx context.Context) error { return second(s.GroupIDs(ctx, "acme", []string{"in tx"})) },
		"DeleteAssignment":  func(ctx context.Context) error { return s.DeleteAssignment(ctx, "acme", home, "in tx") },
		"DeleteMembers":     func(ctx context.Context) error { return s.DeleteMembers(ctx, "acme", home) },
		"DeleteMemberships": func(ctx context.Context) error { return s.DeleteMemberships(ctx, "acme", "in tx") },

		"CreateAccessControl": func(ctx context.Context) error {
			return s.CreateAccessControl(ctx, newAccessControl("acme", "c"))
		},
		"AccessControl":  func(ctx context.Context) error { return second(s.AccessControl(ctx, "acme", "in tx")) },
		"AccessControls": func(ctx context.Context) error { return second(s.AccessControls(ctx, "acme")) },
		"CreateTemplate": func(ctx context.Context) error { return s.CreateTemplate(ctx, newTemplate("acme", "r")) },
		"Template":       func(ctx context.Context) error { return second(s.Template(ctx, "acme", "in tx")) },
		"Templates":      func(ctx context.Context) error { return second(s.Templates(ctx, "acme")) },

		"PutDocument":    func(ctx context.Context) error { return s.PutDocument(ctx, newDocument("acme", "k")) },
		"Document":       func(ctx context.Context) error { return second(s.Document(ctx, "acme", documentKind, "in tx")) },
		"Documents":      func(ctx context.Context) error { return second(s.Documents(ctx, "acme", documentKind)) },
		"DeleteDocument": func(ctx context.Context) error { return s.DeleteDocument(ctx, "acme", documentKind, "in tx") },
		"CreateTask":     func(ctx context.Context) error { return s.CreateTask(ctx, newTask("acme", "k")) },
		"NextTask":       func(ctx context.Context) error { return second(s.NextTask(ctx)) },
		"DeleteTask":     func(ctx context.Context) error { return s.DeleteTask(ctx, "acme", "in tx") },

		"UpdateAccessControl": func(ctx context.Context) error {
			return s.UpdateAccessControl(ctx, "acme", "in tx", func(*store.AccessControl) error { return nil })
		},
		"DeleteAccessControl": func(ctx context.Context) error { return s.DeleteAccessControl(ctx, "acme", "in tx") },
		"UpdateTemplate": func(ctx context.Context) error {
			return s.UpdateTemplate(ctx, "acme", "in tx", func(*store.Template) error { return nil })
		},
		"DeleteTemplate": func(ctx context.Context) error { return s.DeleteTemplate(ctx, "acme", "in tx") },

		"CreateTeamMember": func(ctx context.Context) error {
			return s.CreateTeamMember(ctx, newTeamMember("acme", "m"))
		},
		"TeamMember":        func(ctx context.Context) error { return second(s.TeamMember(ctx, "acme", "in tx")) },
		"TeamMemberByEmail": func(ctx context.Context) error { return second(s.TeamMemberByEmail(ctx, "acme", inTxEmail)) },
		"TeamOwner":         func(ctx context.Context) error { return second(s.TeamOwner(ctx, "acme")) },
		"TeamMembers":       func(ctx context.Context) error { return second(s.TeamMembers(ctx, "acme")) },
		"TeamMembersOf":     func(ctx context.Context) error { return second(s.TeamMembersOf(ctx, inTxEmail)) },
		"UpdateTeamMember": func(ctx context.Context) error {
			return s.UpdateTeamMember(ctx, "acme", "in tx", func(*store.TeamMember) error { return nil })
		},
		"TransferTeam":     func(ctx context.Context) error { return s.TransferTeam(ctx, "acme", "owner", "in tx") },
		"DeleteTeamMember": func(ctx context.Context) error { return s.DeleteTeamMember(ctx, "acme", "in tx") },

		"PutProductAssignment": func(ctx context.Context) error {
			return s.PutProductAssignment(ctx, newProductAssignment("acme", "in tx", "q"))
		},
		"ProductAssignments":       func(ctx context.Context) error { return second(s.ProductAssignments(ctx, "acme")) },
		"ProductAssignmentsOf":     func(ctx context.Context) error { return second(s.ProductAssignmentsOf(ctx, "acme", "in tx")) },
		"DeleteProductAssignment":  func(ctx context.Context) error { return s.DeleteProductAssignment(ctx, "acme", "in tx", "p") },
		"DeleteProductAssignments": func(ctx context.Context) error { return s.DeleteProductAssignments(ctx, "acme", "in tx") },

		"CreateInvitation": func(ctx context.Context) error { return s.CreateInvitation(ctx, newInvitation("acme", "i")) },
		"Invitation":       func(ctx context.Context) error { return second(s.Invitation(ctx, "acme", "in tx")) },
		"Invitations":      func(ctx context.Context) error { return second(s.Invitations(ctx, "acme")) },
		"InvitationsOf":    func(ctx context.Context) error { return second(s.InvitationsOf(ctx, "acme", "in tx")) },
		"UpdateInvitation": func(ctx context.Context) error {
			return s.UpdateInvitation(ctx, "acme", "in tx", func(*store.Invitation) error { return nil })
		},
		"AcceptInvitations": func(ctx context.Context) error { return s.AcceptInvitations(ctx, "acme", "in tx", day) },
		"CloseInvitations":  func(ctx context.Context) error { return s.CloseInvitations(ctx, "acme", "user", "in tx") },

		"CreateLink": func(ctx context.Context) error { return s.CreateLink(ctx, newLink("acme", "l")) },
		"Link":       func(ctx context.Context) error { return second(s.Link(ctx, "acme", linkPurpose, "in tx")) },
		"EndLinks":   func(ctx context.Context) error { return s.EndLinks(ctx, "acme", linkPurpose, "in tx", day) },
		"DropLinks":  func(ctx context.Context) error { return s.DropLinks(ctx, "acme", linkPurpose, day) },
		"PutMail":    func(ctx context.Context) error { return s.PutMail(ctx, newMail("acme", "m")) },
		"Mail":       func(ctx context.Context) error { return second(s.Mail(ctx, "acme", "in tx")) },
		"Mails":      func(ctx context.Context) error { return second(s.Mails(ctx, "acme")) },
		"NextMail":   func(ctx context.Context) error { return second(s.NextMail(ctx)) },
		"DeleteMail": func(ctx context.Context) error { return s.DeleteMail(ctx, "acme", "in tx") },
		"DropMails":  func(ctx context.Context) error { return s.DropMails(ctx, "acme", day) },

		"AppendEvent": func(ctx context.Context) error { return s.AppendEvent(ctx, newEvent("acme", 1)) },
		"Events":      func(ctx context.Context) error { return second(s.Events(ctx, "acme", store.EventFilter{})) },
		"EventsFrom":  func(ctx context.Context) error { return second(s.EventsFrom(ctx, "acme", 1, 1)) },
		"EventSince":  func(ctx context.Context) error { return second(s.EventSince(ctx, "acme", time.Time{})) },
		"SurplusEvents": func(ctx context.Context) error {
			_, _, err := s.SurplusEvents(ctx, "acme", store.EventLimit{Most: 1})
			return err
		},
		"DeleteEvents": func(ctx context.Context) error { return s.DeleteEvents(ctx, "acme", 1) },

		"CreateMakeMember": func(ctx context.Context) error { return s.CreateMakeMember(ctx, newMakeMember("acme", "m")) },
		"MakeMember":       func(ctx context.Context) error { return second(s.MakeMember(ctx, "acme", "in tx")) },
		"MakeMembers":      func(ctx context.Context) error { return second(s.MakeMembers(ctx, "acme")) },
		"MakeCandidates":   func(ctx context.Context) error { return second(s.MakeCandidates(ctx, "acme", "", 1)) },
		"NextMakeMember":   func(ctx context.Context) error { return second(s.NextMakeMember(ctx)) },
		"UpdateMakeMember": func(ctx context.Context) error {
			return s.UpdateMakeMember(ctx, "acme", "in tx", func(*store.MakeMember) error { return nil })
		},
		"PutOffMakeMembers":  func(ctx context.Context) error { return s.PutOffMakeMembers(ctx, "acme", day, "cause") },
		"DeleteMakeMember":   func(ctx context.Context) error { return s.DeleteMakeMember(ctx, "acme", "in tx") },
		"CreateMakeNotice":   func(ctx context.Context) error { return s.CreateMakeNotice(ctx, newMakeNotice("acme", "n")) },
		"MakeNotice":         func(ctx context.Context) error { return second(s.MakeNotice(ctx, "acme", "in tx")) },
		"MakeNotices":        func(ctx context.Context) error { return second(s.MakeNotices(ctx, "acme")) },
		"WaitingMakeNotices": func(ctx context.Context) error { return second(s.WaitingMakeNotices(ctx, "acme", "u")) },
		"UpdateMakeNotice": func(ctx context.Context) error {
			return s.UpdateMakeNotice(ctx, "acme", "in tx", func(*store.MakeNotice) error { return nil })
		},
		"DropMakeNotices": func(ctx context.Context) error { return s.DropMakeNotices(ctx, "acme", "u") },
	}
}

var inTxEmail = newUser("acme", "in tx").Email

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

// withAll creates the records that calls use.
func withAll(t *testing.T, s store.Store) {
	t.Helper()
	prepare(t, s, "acme")
	ok(t, createAll(t.Context(), s))
	first := newTeamMember("acme", "owner")
	first.Role = "owner"
	ok(t, s.CreateTeamMember(t.Context(), first))
	ok(t, s.PutProductAssignment(t.Context(), newProductAssignment("acme", "in tx", "p")))
}

func proveEveryMethod(t *testing.T, s store.Store) {
	all := calls(s)
	for method := range reflect.TypeFor[store.Store]().Methods() {
		if all[method.Name] == nil && method.Name != "Close" && method.Name != "WriteMetrics" {
			t.Errorf("calls has no call of %s", method.Name)
		}
	}
}

func proveCanceled(t *testing.T, s store.Store) {
	withAll(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range calls(s) {
		if err := call(ctx); err == nil {
			t.Errorf("%s does not stop", name)
		} else {
			wantErr(t, err, context.Canceled)
		}
	}
	wantAll(t, s)
	_, err := s.User(t.Context(), "acme", "u")
	wantErr(t, err, store.ErrNotFound)
}

func proveClosed(t *testing.T, s store.Store) {
	withAll(t, s)
	ok(t, s.Close())
	for name, call := range calls(s) {
		if call(t.Context()) == nil {
			t.Errorf("%s answers no error", name)
		}
	}
}

func proveBacklog(t *testing.T, s store.Store) {
	ctx := t.Context()
	backlog, err := s.Backlog(ctx)
	ok(t, err)
	wantSame(t, backlog, store.Backlog{})
	for i, tenant := range []string{"a", "b", "c"} {
		ok(t, s.CreateTenant(ctx, newTenant(tenant)))
		task, mail, m := newTask(tenant, "t"), newMail(tenant, "m"), newMakeMember(tenant, "m")
		task.CreatedAt, mail.CreatedAt, m.ChangedAt = later(10-i), later(30-i), later(20-i)
		m.Pending = i < 2
		ok(t, s.CreateTask(ctx, task))
		ok(t, s.PutMail(ctx, mail))
		ok(t, s.CreateMakeMember(ctx, m))
	}
	backlog, err = s.Backlog(ctx)
	ok(t, err)
	wantSame(t, backlog, store.Backlog{Tasks: 3, OldestTask: later(8), Mails: 3, OldestMail: later(28), MakeMembers: 2, OldestMakeMember: later(19)})
}

func proveMetrics(t *testing.T, s store.Store) {
	ok(t, s.CreateTenant(t.Context(), newTenant("a")))
	ok(t, s.Close())
	var b strings.Builder
	s.WriteMetrics(&b)
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(strings.TrimPrefix(strings.TrimPrefix(line, "# HELP "), "# TYPE "), "iam_store_") {
			t.Errorf("a line is %q", line)
		}
	}
	if b.Len() == 0 {
		t.Error("there are none")
	}
}
