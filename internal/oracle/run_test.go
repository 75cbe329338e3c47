package oracle_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/cli"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// trial is one seed: its tenants, and what happened to them.
type trial struct {
	t       *testing.T
	seed    uint64
	random  *rand.Rand
	backend *servertest.Backend
	tenants []*tenant
	w       *providertest.Workspace
	g       *generator

	before, after []*facts // by tenant
	plan          []byte
	review        review
	skipped       string // why there is nothing to judge
	wrong         []disagreement
}

// runTrial runs a seed.
func runTrial(t *testing.T, seed uint64) *trial {
	r := &trial{t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 0))}
	r.w = providertest.NewWorkspace(t, nil)
	r.backend = servertest.New(t, servertest.Options{NoContract: true, NoFaults: true})
	names := []string{"acme", "beta"}
	if !chance(r.random, 35) {
		names = names[:1]
	}
	for _, name := range names {
		r.tenants = append(r.tenants, r.tenant(name))
	}
	r.g = &generator{Rand: r.random, tenants: r.tenants, minor: cliMinor(r.w), styles: map[string]string{}, listed: map[string]bool{}}
	r.g.generate()
	r.write("1")
	if r.g.c.moduled >= 0 {
		r.w.MustRun("get", "-no-color")
	}
	if out, code := r.w.Run("apply", "-auto-approve", "-no-color", "-refresh=false"); code != 0 {
		r.skip("the first apply", out)
		return r
	}
	r.drift()
	ch := r.g.mutate()
	r.write("2")
	r.taint(ch.taint)
	r.before = r.readFacts()
	if !r.planIt(ch) {
		return r
	}
	r.review = r.reviewIt()
	if out, code := r.w.Run("apply", "-no-color", "plan.out"); code != 0 {
		r.skip("the apply", out)
		return r
	}
	r.after = r.readFacts()
	r.judge()
	return r
}

func (r *trial) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatalf("seed %d: %v", r.seed, err)
	}
}

func (r *trial) tenant(name string) *tenant {
	ctx := r.t.Context()
	t := &tenant{name: name, url: r.backend.URL}
	_, err := r.backend.Server.EnsureTenant(ctx, name, "")
	r.must(err)
	r.must(r.backend.Server.EnsureClient(ctx, name, name+"-key", name+"-secret"))
	t.client, err = client.New(client.Options{BaseURL: t.url, Tenant: name, ClientID: name + "-key", ClientSecret: name + "-secret"})
	r.must(err)
	token, err := t.client.NewAccessToken(ctx, "")
	r.must(err)
	t.token = token.Value
	r.must(t.furnish(ctx, r.random))
	return t
}

// write writes the configuration, and keeps a copy under another name.
func (r *trial) write(name string) {
	text, module := r.g.c.files(r.tenants)
	r.w.Write("main.tf", text)
	r.w.Write("main.tf."+name, text)
	if module == "" {
		return
	}
	r.must(os.MkdirAll(filepath.Join(r.w.Dir, "mod"), 0o700))
	r.w.Write("mod/main.tf", module)
	r.w.Write("mod/main.tf."+name, module)
}

var errorTitle = regexp.MustCompile(`(?m)Error: (.*)$`)

// skip records that the seed shows nothing, because a command failed.
func (r *trial) skip(what, output string) {
	titles := errorTitle.FindAllStringSubmatch(output, -1)
	r.skipped = what + " was refused"
	if len(titles) > 0 {
		r.skipped += ": " + titles[0][1]
	}
	_, told, _ := strings.Cut(output, "Error: ")
	r.t.Logf("seed %d: %s\n%s", r.seed, r.skipped, told)
}

// drift sometimes changes the tenants outside Terraform.
func (r *trial) drift() {
	for _, t := range r.tenants {
		if !chance(r.random, 25) {
			continue
		}
		users, err := t.client.Users(r.t.Context())
		r.must(err)
		u := pick(r.random, users)
		if strings.HasPrefix(u.ContactEmail, "owner@") {
			continue
		}
		switch r.random.IntN(3) {
		case 0:
			_ = t.client.LockUser(r.t.Context(), u.ID)
		case 1:
			// Rejected for members of a vendor's groups.
			_ = t.client.AssignMember(r.t.Context(), pick(r.random, t.groups), "EMPLOYEE", u.ID)
		case 2:
			if len(u.GroupIDs) > 0 {
				_ = t.client.RemoveMember(r.t.Context(), pick(r.random, u.GroupIDs), u.ID)
			}
		}
	}
}

// taint marks objects of the state as "terraform taint" does.
func (r *trial) taint(addresses []string) {
	if len(addresses) == 0 {
		return
	}
	path := filepath.Join(r.w.Dir, "terraform.tfstate")
	text, err := os.ReadFile(path)
	r.must(err)
	var state map[string]any
	r.must(json.Unmarshal(text, &state))
	for _, res := range state["resources"].([]any) {
		res := res.(map[string]any)
		for _, address := range addresses {
			if fmt.Sprintf("%v.%v", res["type"], res["name"]) == address {
				for _, instance := range res["instances"].([]any) {
					instance.(map[string]any)["status"] = "tainted"
				}
			}
		}
	}
	text, err = json.Marshal(state)
	r.must(err)
	r.must(os.WriteFile(path, text, 0o600))
}

// planIt plans and reads the plan as JSON; it returns false if the plan fails.
func (r *trial) planIt(ch change) bool {
	args := append([]string{"plan", "-no-color", "-out", "plan.out"}, ch.options...)
	for _, address := range ch.replace {
		args = append(args, "-replace="+address)
	}
	if out, code := r.w.Run(args...); code != 0 {
		r.skip("the plan", out)
		return false
	}
	var err error
	r.plan, err = r.w.Command("show", "-json", "plan.out").Output()
	r.must(err)
	return true
}

// readFacts reads the tenants, and compares the computed scopes with tokens.
func (r *trial) readFacts() (all []*facts) {
	for _, t := range r.tenants {
		f, err := readFacts(r.t.Context(), t.client)
		r.must(err)
		wrong, err := t.checkTokens(r.t.Context(), r.random, f)
		r.must(err)
		for _, text := range wrong {
			r.wrong = append(r.wrong, disagreement{"token", text})
		}
		all = append(all, f)
	}
	return all
}

// keep saves the configurations, the plan and the review, if requested.
func (r *trial) keep() {
	folder := os.Getenv(keepVariable)
	if folder == "" {
		return
	}
	folder = filepath.Join(folder, fmt.Sprint(r.seed))
	_ = os.RemoveAll(folder)
	r.must(os.CopyFS(folder, os.DirFS(r.w.Dir)))
	r.must(os.WriteFile(filepath.Join(folder, "plan.json"), r.plan, 0o600))
	r.must(os.WriteFile(filepath.Join(folder, "review.json"), []byte(r.review.Text), 0o600))
}

// reviewWith runs the command on the plan.
func (r *trial) reviewWith(where []string, environment map[string]string) review {
	args := append([]string{"review", "--format", "json", "--fail-on", "lost,admin,unrestricted"}, where...)
	var out, errs bytes.Buffer
	env := cli.Env{Stdin: bytes.NewReader(r.plan), Stdout: &out, Stderr: &errs, Getenv: func(name string) string { return environment[name] }}
	code := cli.Run(r.t.Context(), env, args)
	rev := review{Code: code, Stderr: errs.String(), Text: out.String()}
	if err := json.Unmarshal(out.Bytes(), &rev); err != nil && out.Len() > 0 {
		r.t.Fatalf("seed %d: review %v ended with %d and %v: %s", r.seed, args, code, err, &errs)
	}
	return rev
}

// cliMinor returns the minor version of Terraform 1; 0 for another CLI.
func cliMinor(w *providertest.Workspace) int {
	var minor int
	for line := range strings.Lines(w.MustRun("version")) {
		if n, err := fmt.Sscanf(line, "Terraform v1.%d", &minor); n == 1 && err == nil {
			return minor
		}
	}
	return 0
}
