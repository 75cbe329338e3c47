package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// pages answers lists page by page. Each page is a text of letters, the ids of
// its groups; what follows has no rows.
type pages struct {
	rows  []string
	total []int // per page; nil: the server gives none
	mu    sync.Mutex
	seen  int
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.seen++
	p.mu.Unlock()
	number, _ := strconv.Atoi(r.URL.Query().Get("pageNumber"))
	groups := []api.Group{}
	if number <= len(p.rows) {
		for _, id := range p.rows[number-1] {
			groups = append(groups, api.Group{ID: string(id)})
		}
	}
	if p.total != nil && r.Header.Get(api.HeaderTotalCount) == "true" {
		w.Header().Set(api.HeaderTotalCount, strconv.Itoa(p.total[min(number, len(p.total))-1]))
	}
	body, _ := json.Marshal(groups)
	answer(200, string(body))(w, r)
}

func TestList(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rows     []string
		total    []int
		want     string
		requests int
	}{
		"empty":                        {nil, nil, "", 1},
		"empty with total":             {nil, []int{0}, "", 1},
		"four pages":                   {[]string{"ab", "cd", "ef", "g"}, nil, "abcdefg", 4},
		"four pages with total":        {[]string{"ab", "cd", "ef", "g"}, []int{7}, "abcdefg", 4},
		"last page full":               {[]string{"ab", "cd", "ef", "gh"}, nil, "abcdefgh", 5},
		"last page full with total":    {[]string{"ab", "cd", "ef", "gh"}, []int{8}, "abcdefgh", 4},
		"server gives smaller pages":   {[]string{"a", "b", "c", "d"}, []int{4}, "abcd", 4},
		"shifted by a new row":         {[]string{"ab", "bc", "d"}, []int{4, 5, 5}, "abcd", 4},
		"shrunk meanwhile":             {[]string{"ab", "c"}, []int{5, 4, 3}, "abc", 5},
		"repeats within a page":        {[]string{"aa", "b"}, nil, "ab", 2},
		"server that does not page":    {[]string{"abc", "abc", "abc"}, nil, "abc", 2},
		"... but gives the total":      {[]string{"abc", "abc"}, []int{3}, "abc", 1},
		"total that is never reached":  {[]string{"ab", "c"}, []int{9}, "abc", 7},
		"row moved between pages":      {[]string{"ab", "bc", "de"}, []int{6}, "abcde", 6},
		"grown among pages at once":    {[]string{"ab", "cd", "ef", "g"}, []int{6, 6, 7}, "abcdefg", 6},
		"total that makes no sense":    {[]string{"ab", "c"}, []int{-1}, "abc", 2},
		"order of the server stays so": {[]string{"zy", "ax", "b"}, []int{5}, "zyaxb", 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &pages{rows: test.rows, total: test.total}
			c := newTestClient(t, server.ServeHTTP, func(o *Options) { o.PageSize = 2 })
			groups, err := c.Groups(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, g := range groups {
				got += g.ID
			}
			if got != test.want || server.seen != test.requests {
				t.Errorf("rows %q in %d requests, want %q in %d", got, server.seen, test.want, test.requests)
			}
		})
	}
}

func TestList_stuck(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, (&pages{rows: []string{"ab", "ab", "ab"}, total: []int{5}}).ServeHTTP)
	_, err := c.Groups(t.Context())
	if err == nil || !strings.Contains(err.Error(), "repeats rows") {
		t.Errorf("error %v: a list must not end early in silence", err)
	}
}

func TestList_failsOnLaterPage(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, sequence(answer(200, `[{"id":"a"},{"id":"b"}]`), answer(500, "")),
		func(o *Options) { o.PageSize = 2 })
	groups, err := c.Groups(t.Context())
	if err == nil || groups != nil {
		t.Errorf("groups %v, error %v: a part of a list is no list", groups, err)
	}
}

func TestList_pageSize(t *testing.T) {
	t.Parallel()
	var queries []string
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		queries = append(queries, r.URL.RawQuery)
		answer(200, fmt.Sprintf(`[{"id":"%d"}]`, len(queries)%3))(w, r)
	}, func(o *Options) { o.PageSize = 1 })
	if _, err := c.Templates(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"pageNumber=1&pageSize=1", "pageNumber=2&pageSize=1", "pageNumber=3&pageSize=1", "pageNumber=4&pageSize=1",
	}
	if !slices.Equal(queries, want) {
		t.Errorf("queries %q, want %q", queries, want)
	}
}
