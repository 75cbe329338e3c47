package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// usersAtOnce is how many users of a table are written at a time.
const usersAtOnce = 10

// usersSync updates the tenant's users to match a table.
type usersSync struct {
	r         *usersCSVResource
	one       userResource // for operations on one user
	plan      usersCSVModel
	state     usersCSVModel // empty for a creation
	table     usersTable
	former    usersTable          // of the state
	present   map[string]api.User // as of the start, by e-mail
	adopts    bool                // new rows adopt existing users
	start     time.Time
	limit     time.Duration // how long new tasks are started; zero: no limit
	wrote     bool          // a write was attempted
	seenError error         // of waiting for the writes

	mu     sync.Mutex
	failed map[string]failure // by e-mail
	done   map[string]userModel
	tasks  int
	fatal  error // all other tasks would fail as well
}

// failure is what went wrong with one user.
type failure struct {
	line int // zero if the user has no row any more
	err  error
	is   *usertable.User // the resulting row; nil if it is unchanged
}

func (r *usersCSVResource) newSync(plan, state usersCSVModel) *usersSync {
	return &usersSync{
		r: r, one: userResource{plumbing.IdentifiedResource{Resource: r.Resource}}, plan: plan, state: state,
		table: plan.table(r.Defaults), former: state.table(r.Defaults),
		adopts: plan.AdoptExisting.ValueBool() || r.AdoptExisting,
		start:  time.Now(), failed: map[string]failure{}, done: map[string]userModel{},
	}
}

// userTask is the change of one user.
type userTask struct {
	email string
	line  int
	do    func(ctx context.Context) (*usertable.User, error)
}

// run makes all changes. It reports changes that are certain to fail before it writes
// anything.
func (s *usersSync) run(ctx context.Context) (err error) {
	if s.present, err = s.r.present(ctx, s.former); err != nil {
		return err
	}
	tasks := s.plannedTasks()
	s.tasks = len(tasks)
	s.checkExisting()
	if err := s.checkGroups(ctx); err != nil {
		return err
	}
	if len(s.failed) > 0 {
		return s.errors()
	}
	s.wrote = len(tasks) > 0
	s.do(ctx, tasks)
	s.seenError = s.waitForUsers(ctx)
	if len(s.failed) > 0 {
		return s.errors()
	}
	return nil
}

// plannedTasks returns the changes in the order of the rows. Removals are last, so at
// any time there is a user with the right to make the other changes.
func (s *usersSync) plannedTasks() []userTask {
	var tasks []userTask
	for _, row := range s.table.Users {
		email := strings.ToLower(row.Email)
		present, ok := s.present[email]
		switch {
		case !ok:
			tasks = append(tasks, userTask{email, row.Line, func(ctx context.Context) (*usertable.User, error) { return s.create(ctx, row) }})
		case !s.table.wanted(row, &present).shownBy(present):
			tasks = append(tasks, userTask{email, row.Line, func(ctx context.Context) (*usertable.User, error) { return nil, s.update(ctx, row, present) }})
		}
	}
	how := s.plan.OnDestroy.ValueString()
	for _, row := range s.former.Users {
		u, ok := s.present[strings.ToLower(row.Email)]
		if _, stays := s.table.Find(row.Email); stays || !ok || how == onDestroyKeep {
			continue
		}
		tasks = append(tasks, userTask{row.Email, 0, func(ctx context.Context) (*usertable.User, error) {
			defer s.r.Client.Lock(lockUser, u.ID)()
			if err := s.one.destroy(ctx, u.ID, how); err != nil && !client.IsNotFound(err) {
				return nil, err
			}
			return nil, nil
		}})
	}
	return tasks
}

// checkExisting refuses new rows of existing users.
func (s *usersSync) checkExisting() {
	if s.adopts {
		return
	}
	for _, row := range s.table.Users {
		email := strings.ToLower(row.Email)
		_, exists := s.present[email]
		_, stayed := s.r.Keys.Replaced(plumbing.User(email))
		if _, known := s.former.Find(email); exists && !known && !stayed {
			s.failed[email] = failure{line: row.Line, err: errors.New("a user with this e-mail address already exists in the tenant and was left unchanged: to adopt the user, set adopt_existing = true or import the table with it")}
		}
	}
}

// checkGroups refuses rows with groups that do not exist.
func (s *usersSync) checkGroups(ctx context.Context) error {
	lines := map[string]usertable.User{}
	for _, row := range s.table.Users {
		for _, id := range row.Groups {
			if _, ok := lines[id]; !ok {
				lines[id] = row
			}
		}
	}
	if len(lines) == 0 {
		return nil
	}
	groups, err := s.r.Client.Groups(ctx)
	if client.IsForbidden(err) {
		return nil // writing the user reports missing groups
	}
	if err != nil {
		return err
	}
	for _, g := range groups {
		delete(lines, g.ID)
	}
	for id, row := range lines {
		_, err := s.r.Client.Group(ctx, id) // lists may lag
		if client.IsNotFound(err) {
			s.failed[strings.ToLower(row.Email)] = failure{line: row.Line, err: fmt.Errorf("group %s does not exist: refer to an iam_group, or remove it", id)}
		} else if err != nil {
			return err
		}
	}
	return nil
}

// do runs the tasks, several at a time.
func (s *usersSync) do(ctx context.Context, tasks []userTask) {
	queue := make(chan userTask)
	var workers sync.WaitGroup
	var finished int
	for range min(usersAtOnce, len(tasks)) {
		workers.Go(func() {
			for task := range queue {
				s.try(ctx, task)
				s.mu.Lock()
				if finished++; finished%100 == 0 || finished == len(tasks) {
					tflog.Info(ctx, "Wrote users of a table", map[string]any{"done": finished, "of": len(tasks), "failed": len(s.failed)})
				}
				s.mu.Unlock()
			}
		})
	}
	for _, task := range tasks {
		queue <- task
	}
	close(queue)
	workers.Wait()
}

// try runs one task. It skips the task after an error that would affect all tasks, or
// if the run is canceled.
func (s *usersSync) try(ctx context.Context, task userTask) {
	s.mu.Lock()
	fatal := s.fatal
	s.mu.Unlock()
	if fatal == nil {
		fatal = ctx.Err()
	}
	switch {
	case fatal != nil:
		s.fail(task, errNotTried, nil)
		return
	case s.limit > 0 && time.Since(s.start) > s.limit:
		s.fail(task, errLate, nil)
		return
	}
	is, err := task.do(ctx)
	if err == nil {
		return
	}
	s.fail(task, err, is)
	if _, unanswered := errors.AsType[*client.RequestError](err); unanswered || client.IsForbidden(err) || client.IsUnauthorized(err) || client.IsUnsupported(err) {
		s.mu.Lock()
		s.fatal = err
		s.mu.Unlock()
	}
}

var (
	errNotTried = errors.New("not attempted")
	errLate     = errors.New("not attempted before the timeout")
)

func (s *usersSync) fail(task userTask, err error, is *usertable.User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed[strings.ToLower(task.email)] = failure{task.line, err, is}
}

func (s *usersSync) succeed(email string, m userModel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done[strings.ToLower(email)] = m
}

// create creates a user. If it fails, the returned row is the user that may have been
// created.
func (s *usersSync) create(ctx context.Context, row usertable.User) (*usertable.User, error) {
	m := s.table.wanted(row, nil)
	m.complete(ctx, s.r.Data)
	id, err := s.one.create(ctx, m, s.start)
	if client.IsConflict(err) {
		return nil, fmt.Errorf("%w. Something else, such as a second run of this configuration, created the user after this run had checked: run terraform plan again to see the remaining changes. To adopt existing users, set adopt_existing = true", err)
	}
	if client.IsUncertain(err) {
		return &row, fmt.Errorf("%w. The user may have been created all the same: the next plan shows it", err)
	}
	if err != nil {
		return nil, err
	}
	m.ID = types.StringValue(id)
	if err := s.one.setLock(ctx, id, m.Locked, !m.Locked.ValueBool()); err != nil {
		row.Locked = false
		return &row, fmt.Errorf("the user was created but not locked: %w", err)
	}
	s.succeed(row.Email, m)
	return nil, nil
}

// update updates a user. If the row does not set all attributes, it reads the user again
// first: the write repeats the others, and the list of all users may be minutes old. It
// holds the user's lock, so nothing else in this process changes the user meanwhile.
func (s *usersSync) update(ctx context.Context, row usertable.User, present api.User) error {
	defer s.r.Client.Lock(lockUser, present.ID)()
	if !s.table.setsAll(row) {
		fresh, err := s.r.Client.User(ctx, present.ID)
		if err != nil {
			return err
		}
		present = *fresh
	}
	m := s.table.wanted(row, &present)
	if err := writeUser(ctx, s.r.Data, m, present); err != nil {
		return err
	}
	if err := s.one.setLock(ctx, present.ID, m.Locked, present.Locked() == m.Locked.ValueBool()); err != nil {
		return err
	}
	s.succeed(row.Email, m)
	return nil
}

// waitForUsers waits until the API shows the writes. It reads a few users one by one,
// and many from the list.
func (s *usersSync) waitForUsers(ctx context.Context) error {
	if len(s.done) <= max(3, len(s.present)/500) {
		for _, m := range s.done {
			if _, err := s.one.waitForUser(ctx, m.ID.ValueString(), m); err != nil {
				return err
			}
		}
		return nil
	}
	_, err := client.WaitFor(ctx, func(ctx context.Context) (*map[string]api.User, error) {
		users, err := s.r.users(ctx)
		return &users, err
	}, func(users map[string]api.User) bool {
		for email, m := range s.done {
			if u, ok := users[email]; !ok || !m.shownBy(u) {
				return false
			}
		}
		return true
	})
	return err
}

// warnUnseen warns if the writes could not be read back.
func (s *usersSync) warnUnseen(diags *diag.Diagnostics) {
	if s.seenError != nil {
		diags.AddWarning("Unable to read users after they were written", fmt.Sprintf("All users were written and are in the state, but reading them back failed: %s. The next refresh reads them again.", s.seenError))
	}
}

// outcome returns the state after a failure: the rows that match the users.
func (s *usersSync) outcome() usersCSVModel {
	text, m, more := s.plan.CSV.ValueString(), s.plan, []usertable.User(nil)
	if len(s.table.Users) == 0 {
		// A destroy: keep the rows of users who were not removed.
		text = s.state.CSV.ValueString()
	}
	for _, email := range slices.Sorted(maps.Keys(s.failed)) {
		if _, planned := s.table.Find(email); !planned && len(s.table.Users) > 0 {
			was, _ := s.former.Find(email)
			more = append(more, was)
		}
	}
	written, err := usertable.Read(text)
	if err != nil { // cannot happen: it was parsed before
		return m
	}
	m.setText(written.Edit(func(row usertable.User) (usertable.User, bool) {
		email := strings.ToLower(row.Email)
		f, failed := s.failed[email]
		was, known := s.former.Find(email)
		switch {
		case len(s.table.Users) == 0:
			return row, failed
		case !failed:
			return row, true
		case f.is != nil:
			return *f.is, true
		}
		return was, known
	}, more...))
	return m
}

// summary counts the failed users.
func (s *usersSync) summary() string {
	if len(s.failed) == 0 {
		return "of the table"
	}
	return fmt.Sprintf("of the table, %d of %d that had to change", len(s.failed), max(s.tasks, len(s.failed)))
}

// errors returns all failures as one error, by line.
func (s *usersSync) errors() error { return &usersError{s.failed, s.limit, !s.wrote} }

// usersError has the errors of a table's users.
type usersError struct {
	failed map[string]failure
	limit  time.Duration
	before bool // the errors were found before anything was written
}

func (e *usersError) sorted() []string {
	return slices.SortedFunc(maps.Keys(e.failed), func(a, b string) int {
		if c := e.failed[a].line - e.failed[b].line; c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
}

// Error names each user, by line and e-mail address.
func (e *usersError) Error() string {
	var lines []string
	untried, late, more := 0, 0, 0
	for _, email := range e.sorted() {
		f := e.failed[email]
		switch {
		case errors.Is(f.err, errNotTried):
			untried++
		case errors.Is(f.err, errLate):
			late++
		case len(lines) == maxLines:
			more++
		case f.line == 0:
			lines = append(lines, fmt.Sprintf("  %s, whose row was removed: %v", email, f.err))
		default:
			lines = append(lines, fmt.Sprintf("  line %d, %s: %v", f.line, email, f.err))
		}
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("  and %d more", more))
	}
	if untried > 0 {
		lines = append(lines, fmt.Sprintf("  %d users were not attempted after that", untried))
	}
	if late > 0 {
		lines = append(lines, fmt.Sprintf("  %d users were not attempted before the timeout of %s: apply again to continue, with longer timeouts if needed", late, e.limit))
	}
	others := "The other users have no errors"
	if e.before {
		others = "No user was changed"
	}
	return "these users failed:\n\n" + strings.Join(lines, "\n") + "\n\n" + others
}

// Unwrap returns the causes.
func (e *usersError) Unwrap() []error {
	var causes []error
	for _, email := range e.sorted() {
		causes = append(causes, e.failed[email].err)
	}
	return causes
}
