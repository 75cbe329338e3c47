package client

import (
	"encoding/json"
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
	total []int // per page; -1, or nil for all: the server gives none
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
		if total := p.total[min(number, len(p.total))-1]; total >= 0 {
			w.Header().Set(api.HeaderTotalCount, strconv.Itoa(total))
		}
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
		"last page full with total":    {[]string{"ab", "cd", "ef", "gh"}, []int{8}, "abcdefgh", 5},
		"server gives smaller pages":   {[]string{"a", "b", "c", "d"}, []int{4}, "abcd", 5},
		"shifted by a new row":         {[]string{"ab", "bc", "d"}, []int{4, 5, 5}, "abcd", 4},
		"counted once":                 {[]string{"ab", "c"}, []int{3, -1}, "abc", 2},
		"shrunk meanwhile":             {[]string{"ab", "c"}, []int{5, 4, 3}, "abc", 5},
		"repeats within a page":        {[]string{"aa", "b"}, nil, "ab", 2},
		"server that does not page":    {[]string{"abc", "abc", "abc"}, nil, "abc", 2},
		"... but gives the total":      {[]string{"abc", "abc"}, []int{3}, "abc", 1},
		"total that is too small":      {[]string{"ab", "cd", "e"}, []int{1}, "abcde", 4},
		"total of the first page only": {[]string{"ab", "cd", "e"}, []int{2, 5}, "abcde", 3},
		"last page repeated for ever":  {[]string{"ab", "cd", "cd"}, []int{4}, "abcd", 3},
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

// A list must not end early in silence, nor go on for ever.
func TestList_lies(t *testing.T) {
	t.Parallel()
	endless := slices.Repeat([]string{"ab"}, 300)
	for i := range endless {
		endless[i] = string([]rune{rune(1000 + 2*i), rune(1001 + 2*i)})
	}
	tests := map[string]struct {
		rows     []string
		total    []int
		want     string
		requests int // at most
	}{
		"ends short of its count": {[]string{"a", "a", "bc"}, []int{4, -1}, "repeats rows", 5},
		"repeats with total":      {[]string{"ab", "ab", "ab"}, []int{5}, "repeats rows", 4},
		"repeats without total":   {[]string{"ab", "ab", "ab"}, nil, "repeats rows", 2},
		"repeats, total small":    {[]string{"ab", "ab", "ab"}, []int{1}, "repeats rows", 2},
		"ends before its total":   {[]string{"ab", "c"}, []int{9}, "ends after 3 rows, but the server counts 9", 7},
		"a page left out":         {[]string{"ab", "", "ef"}, []int{6}, "ends after 2 rows", 4},
		"total beyond all bounds": {[]string{"ab"}, []int{1_000_000_000_000}, "more than 100 rows", 1},
		"total of many pages":     {[]string{"a"}, []int{90}, "more than 60 pages", 1},
		"total of more pages":     {[]string{"ab", "c"}, []int{99}, "ends after 3 rows", 15},
		"endless":                 {endless, nil, "more than 100 rows", 51},
		"endless, total small":    {endless, []int{1}, "more than 100 rows", 51},
		"endless, small pages":    {strings.Split(strings.Join(endless[:50], ""), ""), []int{59}, "more than 60 pages", 60},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &pages{rows: test.rows, total: test.total}
			c := newTestClient(t, server.ServeHTTP, func(o *Options) { o.PageSize = 2 })
			c.maxRows, c.maxPages = 100, 60
			groups, err := c.Groups(t.Context())
			if groups != nil || err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "GET /iam/acme/groups") {
				t.Errorf("%d groups, error %v, want one with %q", len(groups), err, test.want)
			}
			if server.seen > test.requests {
				t.Errorf("%d requests, want %d at most", server.seen, test.requests)
			}
		})
	}
}

func TestList_bytes(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, (&pages{rows: []string{"ab", "cd", "ef"}}).ServeHTTP, func(o *Options) { o.PageSize = 2 })
	c.maxList = 100
	if _, err := c.Groups(t.Context()); err == nil || !strings.Contains(err.Error(), "more than 100 bytes") {
		t.Errorf("error %v", err)
	}
}

func TestList_oddRows(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`null`: "it is not a list", `{}`: "not a list", `"a"`: "not a list", `[] []`: "not a list", ``: "EOF", `[`: "EOF", `[{"id":"a"}`: "EOF",
		`[null]`: "no id", `[{"id":"a"},{}]`: "no id", `[{"ID":"a"}]`: "no id", `[5]`: "unmarshal", `[{"id":"a"}{"id":"b"}]`: "invalid character",
		`[{"id":"a","id":"b"}]`: "duplicate", `[{"id":"a"},{"id":"a","code":"c"}]`: "two different rows", `[{"id":"a","mixins":{"x":{"y":1,"y":2}}}]`: "duplicate",
		`[` + strings.Repeat(`{"id":"a"},`, 5) + `{"id":"a"}]`: "more than 5 rows",
	} {
		c := newTestClient(t, answer(200, body))
		c.maxRows = 5
		groups, err := c.Groups(t.Context())
		if groups != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, error %v, want one with %q", body, groups, err, want)
		}
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
		rows := []string{`[{"id":"1"}]`, `[{"id":"2"}]`, `[{"id":"3"}]`, `[]`}
		answer(200, rows[len(queries)-1])(w, r)
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

// Assignments with ids of their own are one membership, and those of another
// group are none.
func TestMembers(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, answer(200, `[{"id":"1","groupId":"g","userId":"u","userType":"EMPLOYEE"},{"id":"2","groupId":"g","userId":"u","userType":"EMPLOYEE"}]`))
	if members, err := c.Members(t.Context(), "g"); err != nil || len(members) != 1 || members[0].ID != "1" {
		t.Errorf("got %v, %v", members, err)
	}
	if members, err := c.Members(t.Context(), "other"); err == nil {
		t.Errorf("got %v of another group", members)
	}
}
