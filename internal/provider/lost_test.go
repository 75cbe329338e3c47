package provider_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// losing does what the provider asks and cuts the answer to its first write.
type losing struct{ lost atomic.Bool }

func (l *losing) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		write := r.Method != http.MethodGet && r.URL.Path != api.PathToken && strings.HasPrefix(r.UserAgent(), "terraform-provider-iam/")
		if write && l.lost.CompareAndSwap(false, true) {
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
}

// The answer to a creation that took effect does not come: the object is found
// again, and there is one. Destroyed, it leaves nothing.
func TestResources_answerLost(t *testing.T) {
	t.Parallel()
	for name, row := range lifecycleTypes {
		if name == "iam_team_owner" { // which already exists when the answer is lost
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			network := &losing{}
			b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: network.wrap})
			p := providertest.New(t, b.Config)
			ids := parents(t, b.Client)
			before := dump(t, b.Client)
			config := row.config(ids)
			made := p.MustApply(name, providertest.State{}, config)
			if !network.lost.Load() {
				t.Fatal("no answer was lost")
			}
			p.NextRun()
			refreshed, d := p.Refresh(name, made)
			if refreshed.Values == nil || len(d) > 0 {
				t.Errorf("the refresh has %v, %v", refreshed.Values, d)
			}
			if _, replace, d := p.Plan(name, refreshed, config); replace || len(d) > 0 {
				t.Errorf("the plan replaces it (%t): %v", replace, d)
			}
			p.NextRun()
			p.MustApply(name, refreshed, nil)
			after := dump(t, b.Client)
			if more, less := differences(after, before), differences(before, after); more+less != "" && row.stays == "" {
				t.Errorf("the tenant has\n%s\nand no longer\n%s", more, less)
			}
		})
	}
}
