package oracle_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

// Environment variables select the trials: the number of seeds, and the first
// one.
const (
	seedsVariable = "IAM_TEST_SEEDS"
	seedVariable  = "IAM_TEST_SEED"
	// keepVariable is a folder for the files of failed seeds.
	keepVariable = "IAM_TEST_KEEP"
)

func TestMain(m *testing.M) { providertest.Main(m) }

// TestOracle compares the review of random plans of random tenants with what
// tokens can do before and after the apply.
func TestOracle(t *testing.T) {
	first, seeds := number(t, seedVariable, 1), number(t, seedsVariable, 20)
	if os.Getenv(seedVariable) != "" && os.Getenv(seedsVariable) == "" {
		seeds = 1
	}
	if os.Getenv("TF_ACC") == "" {
		t.Skipf("the trials need a CLI: set TF_ACC; %s says how many are tried", seedsVariable)
	}
	var results tally
	t.Run("seed", func(t *testing.T) {
		for i := range seeds {
			seed := uint64(first + i)
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				r := runTrial(t, seed)
				results.add(r)
				for _, d := range r.wrong {
					t.Errorf("seed %d: %s: %s", seed, d.kind, d.text)
				}
				if len(r.wrong) > 0 || len(r.review.Unresolved) > 0 {
					t.Logf("seed %d: changes %v, unknown %v, plan: %s", seed, r.g.did, r.g.unknowns, r.does())
				}
				for _, u := range r.review.Unresolved {
					t.Logf("seed %d: unresolved: %s %s: %s", seed, u.Tenant, u.Address, u.Text)
				}
				if len(r.wrong) > 0 {
					r.keep()
				}
			})
		}
	})
	results.print(t)
}

func number(t *testing.T, variable string, otherwise int) int {
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is a number from 1 on, not %q", variable, text)
	}
	return n
}

// tally counts what seeds show, by kind.
type tally struct {
	mu                 sync.Mutex
	judged, unresolved int
	kinds, skips       map[string][]uint64
}

func (y *tally) add(r *trial) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.kinds == nil {
		y.kinds, y.skips = map[string][]uint64{}, map[string][]uint64{}
	}
	if r.skipped != "" {
		y.skips[r.skipped] = append(y.skips[r.skipped], r.seed)
	} else {
		y.judged++
	}
	if len(r.review.Unresolved) > 0 {
		y.unresolved++
	}
	for _, d := range r.wrong {
		y.kinds[d.kind] = append(y.kinds[d.kind], r.seed)
	}
}

// print prints a table of the kinds.
func (y *tally) print(t *testing.T) {
	var w strings.Builder
	fmt.Fprintf(&w, "%d seeds judged, %d of them with something unresolved\n", y.judged, y.unresolved)
	wrong := map[uint64]bool{}
	for _, kind := range sortedKeys(y.kinds) {
		for _, seed := range y.kinds[kind] {
			wrong[seed] = true
		}
		fmt.Fprintf(&w, "%-24s %4d in seeds %s\n", kind, len(y.kinds[kind]), list(y.kinds[kind]))
	}
	fmt.Fprintf(&w, "%d seeds with a disagreement\n", len(wrong))
	for _, why := range sortedKeys(y.skips) {
		fmt.Fprintf(&w, "not judged: %s: seeds %s\n", why, list(y.skips[why]))
	}
	t.Log("\n" + w.String())
}

func list(seeds []uint64) string {
	seeds = slices.Clone(seeds)
	slices.Sort(seeds)
	var texts []string
	for _, s := range slices.Compact(seeds) {
		texts = append(texts, fmt.Sprint(s))
	}
	return strings.Join(texts, " ")
}
