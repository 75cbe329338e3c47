package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// runs is how often a trial runs that chance decides. Nothing set means the few
// of a usual test.
func runs(t *testing.T, variable string) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s is %q, want a number", variable, text)
	}
	return n
}

// forms are the ways in which a configuration puts people into a group. %[1]s is
// the label of the blocks, %[2]s more in them.
var forms = map[string]string{
	"singles": `
resource "iam_group_membership" "%[1]s" {
  for_each = iam_user.u
  group_id = iam_group.g.id
  user_id  = each.value.id
%[2]s}
`,
	"members": `
resource "iam_group_members" "%[1]s" {
  group_id = iam_group.g.id
  members  = { for u in iam_user.u : u.email => u.id }
%[2]s}
`,
	"user groups": `
resource "iam_user_groups" "%[1]s" {
  for_each  = iam_user.u
  user_id   = each.value.id
  group_ids = [iam_group.g.id]
%[2]s}
`,
	"group_ids": "", // an argument of the users
	"table": `
resource "iam_users_csv" "%[1]s" {
  csv = join("\n", concat(["email,first_name,last_name,groups"], [for i in range(local.people) : "p${i}@acme.example,P,${i},${iam_group.g.id}"]))
%[2]s}
`,
}

const createFirst = "  lifecycle {\n    create_before_destroy = true\n  }\n"

// formHCL is a configuration of people in the group g.
func formHCL(form, label, more string, people int) string {
	groups := ""
	if form == "group_ids" {
		groups = "  group_ids  = [iam_group.g.id]\n"
	}
	users := fmt.Sprintf(`
resource "iam_user" "u" {
  for_each   = toset([for i in range(local.people) : tostring(i)])
  email      = "p${each.key}@acme.example"
  first_name = "P"
  last_name  = each.key
%s}
`, groups)
	if form == "table" {
		users = ""
	}
	text := ""
	if forms[form] != "" {
		text = fmt.Sprintf(forms[form], label, more)
	}
	return fmt.Sprintf("locals {\n  people = %d\n}\n\nresource \"iam_group\" \"g\" {\n  id   = \"g\"\n  name = { en = \"G\" }\n}\n", people) + users + text
}

// watcher sees after every write of the provider who is in the group g.
type watcher struct {
	mu     sync.Mutex
	people int // of the group; 0 while nobody watches
	client *client.Client
	lost   []string
}

func (o *watcher) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || !strings.HasPrefix(r.UserAgent(), "terraform-provider-iam/") {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.people == 0 {
			return
		}
		if members, err := o.client.Members(r.Context(), "g"); err == nil && len(members) < o.people {
			o.lost = append(o.lost, fmt.Sprintf("%s %s leaves %d of %d", r.Method, r.URL.Path, len(members), o.people))
		}
	})
}

// watch has the people watched from now on.
func (o *watcher) watch(people int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.people, o.lost = people, nil
}

// trial is a workspace whose people stay in the group g whatever happens.
type trial struct {
	t      *testing.T
	w      *providertest.Workspace
	b      providertest.Backend
	seen   *watcher
	people int
	head   string
}

func newTrial(t *testing.T, people int) *trial {
	t.Helper()
	seen := &watcher{}
	b := providertest.Remote(t, servertest.Options{NoFaults: true, NoContract: true, Wrap: seen.wrap})
	seen.client = b.Client
	w := providertest.NewWorkspace(t, nil)
	// As "terraform init" does: the provider keeps from plan to apply there what
	// is replaced.
	if err := os.Mkdir(filepath.Join(w.Dir, ".terraform"), 0o700); err != nil {
		t.Fatal(err)
	}
	return &trial{t: t, w: w, b: b, seen: seen, people: people, head: providertest.Source + b.HCL}
}

// step applies another configuration of the same people: nobody is lost, and
// the state is what the server shows. Each user without membership for a moment
// is logged.
func (r *trial) step(what, hcl string, args ...string) {
	r.t.Helper()
	r.w.Write("main.tf", r.head+hcl)
	out, code := r.w.Run(append([]string{"apply", "-auto-approve", "-no-color"}, args...)...)
	if code != 0 {
		r.t.Fatalf("%s ended with %d:\n%s", what, code, out)
	}
	r.seen.mu.Lock()
	if len(r.seen.lost) > 0 {
		r.t.Logf("%s: out for a moment: %s", what, strings.Join(r.seen.lost, ", "))
	}
	r.seen.mu.Unlock()
	members, err := r.b.Client.Members(r.t.Context(), "g")
	if err != nil || len(members) != r.people {
		r.t.Errorf("%s: %d of %d are in the group, %v", what, len(members), r.people, err)
	}
	if out, code := r.w.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		r.t.Errorf("%s: the next plan ended with %d:\n%s", what, code, out)
	}
	r.seen.watch(r.people)
}

// walk goes from each form to each other, and to itself under another name, at
// the parallelism of each step.
func (r *trial) walk(parallelism func(step int) int) {
	r.t.Helper()
	order := []string{
		"singles", "singles", "members", "members", "singles", "user groups", "user groups", "singles", "group_ids", "members", "user groups",
		"members", "group_ids", "user groups", "group_ids", "singles",
	}
	for i, form := range order {
		p := parallelism(i)
		what := fmt.Sprintf("%s at parallelism %d", form, p)
		if i > 0 {
			what = fmt.Sprintf("from %s to %s at parallelism %d", order[i-1], form, p)
		}
		r.step(what, formHCL(form, fmt.Sprintf("l%d", i), "", r.people), fmt.Sprintf("-parallelism=%d", p))
	}
}

// replaced replaces every membership with create_before_destroy.
func (r *trial) replaced(form string, parallelism int) {
	r.t.Helper()
	hcl := formHCL(form, "m", createFirst, r.people)
	r.step(form, hcl)
	args := []string{fmt.Sprintf("-parallelism=%d", parallelism)}
	address := map[string]string{"singles": "iam_group_membership.m", "members": "iam_group_members.m", "user groups": "iam_user_groups.m", "table": "iam_users_csv.m"}[form]
	for i := range r.people {
		if each := fmt.Sprintf("-replace=%s[\"%d\"]", address, i); form == "singles" || form == "user groups" {
			args = append(args, each)
		}
	}
	if form == "members" || form == "table" {
		args = append(args, "-replace="+address)
	}
	r.step(fmt.Sprintf("%s replaced at parallelism %d", form, parallelism), hcl, args...)
}

// Memberships go from one resource to another, of the same type or not, without
// a moved or a removed block. IAM_TEST_RACES is how often each trial runs, at
// each parallelism.
func TestAccRaces(t *testing.T) {
	t.Parallel()
	levels := []int{1, 10, 50}
	n := runs(t, "IAM_TEST_RACES")
	if n == 0 {
		t.Run("walk", func(t *testing.T) {
			t.Parallel()
			newTrial(t, 4).walk(func(step int) int { return levels[step%len(levels)] })
		})
		t.Run("replaced", func(t *testing.T) {
			t.Parallel()
			for i, form := range []string{"singles", "members", "user groups", "table"} {
				newTrial(t, 4).replaced(form, levels[i%len(levels)])
			}
		})
		return
	}
	for _, level := range levels {
		t.Run(fmt.Sprintf("parallelism %d", level), func(t *testing.T) {
			for run := range n {
				t.Run(fmt.Sprintf("walk %d", run), func(t *testing.T) { newTrial(t, 20).walk(func(int) int { return level }) })
				for _, form := range slices.Sorted(maps.Keys(forms)) {
					if form != "group_ids" {
						t.Run(fmt.Sprintf("%s %d", form, run), func(t *testing.T) { newTrial(t, 20).replaced(form, level) })
					}
				}
			}
		})
	}
}
