package client_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// answered is an answer of the backend.
type answered struct {
	status int
	header http.Header
	body   []byte
}

func (a answered) write(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// with is the same answer with another body.
func (a answered) with(body string) answered {
	a.body = []byte(body)
	return a
}

func (a answered) withHeader(name, value string) answered {
	a.header = a.header.Clone()
	a.header.Set(name, value)
	return a
}

// What has to become of a call that was lied to.
type outcome int

const (
	either outcome = iota // the truth, or an error
	truth
	failure
)

// lie answers in the place of the backend, and returns whether it said anything
// else than the truth. It may ask for other true answers.
type lie struct {
	name string
	ends outcome // of reads
	// writes is what becomes of those that write: with their status alone many of
	// them have succeeded.
	writes outcome
	tell   func(w http.ResponseWriter, r *http.Request, p *proxy) (told bool)
	hurry  bool     // times out soon
	unseen []string // methods that cannot know better
}

// saying is a lie about the body.
func saying(change func(body string) string) func(http.ResponseWriter, *http.Request, *proxy) bool {
	return func(w http.ResponseWriter, r *http.Request, p *proxy) bool {
		a := p.truth(r)
		lied := string(a.body)
		if r.URL.Path != api.PathToken && len(a.body) > 0 {
			lied = change(lied)
		}
		a.with(lied).write(w)
		return lied != string(a.body)
	}
}

// counting is a lie about the number of rows.
func counting(count string) func(http.ResponseWriter, *http.Request, *proxy) bool {
	return func(w http.ResponseWriter, r *http.Request, p *proxy) bool {
		a, told := p.truth(r), false
		for _, name := range []string{api.HeaderTotalCount, api.HeaderSiteCount} {
			if a.header.Get(name) != "" {
				a, told = a.withHeader(name, count), true
			}
		}
		a.write(w)
		return told
	}
}

// granting is a lie about the token.
func granting(change func(body string) string) func(http.ResponseWriter, *http.Request, *proxy) bool {
	return func(w http.ResponseWriter, r *http.Request, p *proxy) bool {
		a := p.truth(r)
		if r.URL.Path == api.PathToken {
			a = a.with(change(string(a.body)))
		}
		a.write(w)
		return r.URL.Path == api.PathToken
	}
}

// instead answers without a look at the truth, to all but token requests.
func instead(status int, contentType, body string) func(http.ResponseWriter, *http.Request, *proxy) bool {
	return func(w http.ResponseWriter, r *http.Request, p *proxy) bool {
		if r.URL.Path == api.PathToken {
			p.truth(r).write(w)
			return false
		}
		answered{status, http.Header{"Content-Type": {contentType}}, []byte(body)}.write(w)
		return true
	}
}

const hostile = "\x1b[2J\u202e\r\nError: \x00\u009b31m"

var (
	firstMember = regexp.MustCompile(`^\s*\[?\s*\{("[^"]+"):`)
	numbers     = regexp.MustCompile(`"(version|attempts|sentCount|id)":\d+`)
	expires     = regexp.MustCompile(`"expires_in":\d+`)
	nesting     = strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
)

// inFirst puts a text before the first member of the first document.
func inFirst(text func(name string) string) func(string) string {
	return func(body string) string {
		at := firstMember.FindStringSubmatchIndex(body)
		if at == nil {
			return body
		}
		return body[:at[2]] + text(body[at[2]:at[3]]) + "," + body[at[2]:]
	}
}

// lies are all that the proxy can say, each about every answer of a call.
var lies = []lie{
	{name: "cut off", ends: failure, writes: failure, tell: func(w http.ResponseWriter, r *http.Request, p *proxy) bool {
		a := p.truth(r)
		if len(a.body) == 0 || r.URL.Path == api.PathToken {
			a.write(w)
			return false
		}
		a.withHeader("Content-Length", strconv.Itoa(len(a.body))).with(string(a.body[:len(a.body)/2])).write(w)
		return true
	}},
	{name: "half a document", ends: failure, writes: failure, tell: saying(func(body string) string { return body[:len(body)/2] })},
	{name: "null", ends: failure, tell: saying(func(string) string { return "null" })},
	{name: "nothing", ends: failure, tell: saying(func(string) string { return "" })},
	{name: "a text", ends: failure, writes: failure, tell: saying(func(string) string { return `"` + strings.Repeat("a", 100) + `"` })},
	{name: "a number", ends: failure, writes: failure, tell: saying(func(string) string { return "5" })},
	{name: "lists for objects", ends: failure, writes: failure, tell: saying(func(body string) string {
		if strings.HasPrefix(strings.TrimSpace(body), "[") {
			return `{"items":` + body + `}`
		}
		return "[" + body + "]"
	})},
	{name: "a document without members", ends: failure, tell: saying(func(body string) string {
		if strings.HasPrefix(strings.TrimSpace(body), "[") {
			return "[{}]"
		}
		return "{}"
	})},
	{name: "two documents", ends: failure, writes: failure, tell: saying(func(body string) string { return body + body })},
	{name: "a member twice", ends: failure, writes: failure, tell: saying(inFirst(func(name string) string { return name + `:"other"` }))},
	{name: "a member in another case", ends: truth, writes: truth, tell: saying(inFirst(func(name string) string { return strings.ToUpper(name) + `:"other"` }))},
	{name: "huge numbers", ends: failure, tell: saying(func(body string) string { return numbers.ReplaceAllString(body, `"$1":1e999`) })},
	{name: "deep nesting", ends: failure, writes: failure, tell: saying(inFirst(func(string) string { return `"deep":` + nesting }))},
	// The server chooses the ids of users and members, which is why what was
	// created is read back; an assignment and the Make organization have ids of
	// their own.
	{name: "another's id", ends: failure, writes: failure, tell: saying(anothersID), unseen: []string{"CreateUser", "InviteTeamMember", "AssignMember", "MakeOrganization"}},
	{name: "a page with 200", ends: failure, writes: failure, tell: instead(200, "text/html; charset=utf-8", "<html>"+hostile)},
	{name: "a page with 201", ends: failure, writes: failure, tell: instead(201, "text/html", "<html>"+hostile)},
	{name: "a page with 502", ends: failure, writes: failure, tell: instead(502, "text/html", "<html>"+hostile)},
	{name: "a page that says it is JSON", ends: failure, writes: failure, tell: instead(200, "application/json", "<html>"+hostile)},
	// Which says that something was replaced, and not created.
	{name: "no content", ends: failure, tell: instead(204, "", ""), unseen: []string{"PutAccessControl", "UpdateGroup", "PutMakeOrganization", "PutScope", "PutTemplate"}},
	{name: "hostile refusal", ends: failure, writes: failure, tell: instead(400, "application/json", `{"message":`+strconv.Quote(strings.Repeat("\u202e\\u001b[2J", 5000))+`,"details":["a\u001b[2J\nError: x"`+strings.Repeat(`,"\u0000"`, 1000)+`]}`)},
	{name: "hostile type", ends: failure, writes: failure, tell: instead(200, "text/html; x=\"\u202e"+strings.Repeat("a", 5000)+`"`, hostile)},
	{name: "redirect", ends: failure, writes: failure, tell: func(w http.ResponseWriter, r *http.Request, p *proxy) bool {
		http.Redirect(w, r, p.elsewhere, http.StatusTemporaryRedirect)
		return true
	}},
	{name: "zip bomb", ends: failure, writes: failure, tell: func(w http.ResponseWriter, r *http.Request, p *proxy) bool {
		a := p.truth(r)
		if len(a.body) == 0 || r.URL.Path == api.PathToken {
			a.write(w)
			return false
		}
		a.withHeader("Content-Encoding", "gzip").with(bomb + zipped(a.body)).write(w)
		return true
	}},
	{name: "a byte a second", hurry: true, ends: failure, writes: failure, tell: func(w http.ResponseWriter, r *http.Request, p *proxy) bool {
		a := p.truth(r)
		if len(a.body) == 0 || r.URL.Path == api.PathToken {
			a.write(w)
			return false
		}
		p.told.Store(true)
		w.WriteHeader(a.status)
		for i := range a.body {
			_, _ = w.Write(a.body[i : i+1])
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
				return true
			case <-time.After(time.Second):
			}
		}
		return true
	}},
	{name: "no answer", hurry: true, ends: failure, writes: failure, tell: func(_ http.ResponseWriter, r *http.Request, p *proxy) bool {
		p.told.Store(true)
		<-r.Context().Done()
		return true
	}},
	{name: "pages without end", ends: failure, tell: func(w http.ResponseWriter, r *http.Request, p *proxy) bool {
		a := p.truth(r)
		if !r.URL.Query().Has("pageNumber") {
			a.write(w)
			return false
		}
		rows := fresh(a.body, r.URL.Query())
		answered{200, http.Header{"Content-Type": {"application/json"}}, rows}.write(w)
		return true
	}},
	{name: "the first page again", ends: failure, tell: func(w http.ResponseWriter, r *http.Request, p *proxy) bool {
		query := r.URL.Query()
		told := query.Has("pageNumber") && query.Get("pageNumber") != "1"
		if told {
			query.Set("pageNumber", "1")
			r.URL.RawQuery = query.Encode()
			r.Header.Del("If-None-Match")
		}
		p.truth(r).write(w)
		return told
	}},
	{name: "a page without rows", ends: failure, tell: func(w http.ResponseWriter, r *http.Request, p *proxy) bool {
		a := p.truth(r)
		told := r.URL.Query().Get("pageNumber") == "2" && len(a.body) > 3
		if told {
			a = a.with("[]")
		}
		a.write(w)
		return told
	}},
	{name: "count too big for all memory", ends: failure, tell: counting("1000000000000")},
	{name: "count too big", tell: counting("399")},
	{name: "count too small", ends: truth, tell: counting("1")},
	{name: "count below zero", ends: truth, tell: counting("-5")},
	{name: "count that is none", ends: truth, tell: counting("many")},
	{name: "count beyond numbers", ends: truth, tell: counting(strings.Repeat("9", 300))},
	{name: "token revoked on the way", ends: truth, writes: truth, tell: func(w http.ResponseWriter, r *http.Request, p *proxy) bool {
		if r.URL.Path != api.PathToken && r.Header.Get("Authorization") == p.firstToken(r) && p.asked.Load() > 3 {
			answered{401, http.Header{"Content-Type": {"application/json"}}, []byte(`{}`)}.write(w)
			return true
		}
		p.truth(r).write(w)
		return false
	}},
	{name: "token refused always", ends: failure, writes: failure, tell: instead(401, "application/json", `{}`)},
	{name: "token that has expired", ends: truth, writes: truth, tell: granting(func(body string) string { return expires.ReplaceAllString(body, `"expires_in":-3600`) })},
	{name: "token that lives no time", ends: truth, writes: truth, tell: granting(func(body string) string { return expires.ReplaceAllString(body, `"expires_in":0`) })},
	{name: "token that lives for ever", ends: truth, writes: truth, tell: granting(func(body string) string { return expires.ReplaceAllString(body, `"expires_in":9223372036854775807`) })},
	{name: "token that lives longer than numbers", ends: failure, writes: failure, tell: granting(func(body string) string { return expires.ReplaceAllString(body, `"expires_in":1e30`) })},
	{name: "token that no header carries", ends: failure, writes: failure, tell: granting(func(string) string { return `{"access_token":"a\r\nX-Evil: 1","expires_in":60}` })},
	{name: "no token", ends: failure, writes: failure, tell: granting(func(string) string { return `{}` })},
	{name: "page for a token", ends: failure, writes: failure, tell: granting(func(string) string { return "<html>" + hostile })},
}

// anothersID has a document, or the first of a list, be about something else.
func anothersID(body string) string {
	var rows []map[string]any
	if json.Unmarshal([]byte(body), &rows) == nil {
		if len(rows) < 2 {
			return body
		}
		for _, name := range []string{"id", "code", "userId"} {
			if rows[0][name] != nil {
				rows[0][name] = rows[1][name]
				break
			}
		}
		return encoded(rows)
	}
	var one map[string]any
	if json.Unmarshal([]byte(body), &one) != nil {
		return body
	}
	for _, name := range []string{"id", "code", "userId", "key", "backofficeUserNumber"} {
		if one[name] != nil {
			one[name] = "other"
		}
	}
	if one["role"] == "owner" {
		one["role"] = "member"
	}
	return encoded(one)
}

func encoded(doc any) string {
	text, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// fresh is a page of rows that no other page has.
func fresh(body []byte, query map[string][]string) []byte {
	var codes []string
	var rows []map[string]any
	size, _ := strconv.Atoi(query["pageSize"][0])
	name := func(i int) string { return fmt.Sprintf("fresh-%v-%d", query["pageNumber"], i) }
	if json.Unmarshal(body, &codes) == nil {
		for i := range size {
			codes = append(codes, name(i))
		}
		return []byte(encoded(codes))
	}
	if json.Unmarshal(body, &rows) != nil || len(rows) == 0 {
		rows = []map[string]any{{"id": "", "userId": "", "userType": "EMPLOYEE"}}
	}
	pattern := rows[0]
	var texts []string
	for i := range size {
		for _, key := range []string{"id", "code", "userId"} {
			if pattern[key] != nil {
				pattern[key] = name(i)
			}
		}
		texts = append(texts, encoded(pattern))
	}
	return []byte("[" + strings.Join(texts, ",") + "]")
}

// bomb is two megabytes of spaces, zipped.
var bomb = zipped(bytes.Repeat([]byte(" "), 2<<20))

func zipped(text []byte) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(text)
	_ = z.Close()
	return b.String()
}

// hurried are the limits of a client that is not answered.
var hurried = client.Options{RequestTimeout: 100 * time.Millisecond, MaxRetries: new(0)}
