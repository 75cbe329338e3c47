package servertest

import (
	"cmp"
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// OrdersViewer is an access control that every tenant has.
const OrdersViewer = "1ac869fc-d548-4ec8-8e06-c01491314143"

// Words are values for paths, queries, headers and bodies. The first ones exist in a tenant, so
// requests with them get far; the others are unexpected.
var Words = []string{
	"g", "shoppers", "s", "c", "v", "l", "anna@acme.example", "EMPLOYEE", "CUSTOMER", "main", "restrictions", "project_lang", "viewer", access.OwnerGroupID, OrdersViewer,
	"me", "vendors", "en", "de", "*", "true", "false", "1", "2", "EUR", "COMPANY", "id", "name:desc", "new", "q", "a:b",
	"", " ", ".", "..", "a/b", "/", `"`, "'", "';--", `\`, "%", "%2F", "?", "#", "a b", "\x00", "\xff", "\t\n", "é漢字🙂", "\u202e", "İı",
	"-1", "0", "99999999999999999999", "1e999", "NaN", "null", "{}", "[]", "{tenant}", "custom.", "a=b&c=d", "en-US-x-private", "2020-01-01",
	"*:*", "a:(~b", "(((((((((((", "name.en:~(.*)*$", strings.Repeat("x", 70), strings.Repeat("long ", 3000), strings.Repeat("ä", 3000),
}

// Parameters are the names of query parameters of all operations.
var Parameters = []string{
	"pageNumber", "pageSize", "sort", "q", "name", "description", "userType", "expand", "forceDelete", "totalCount", "metadataModifiedAt", "keys", "active", "fields", "type", "object", "since", "before", "limit", "b2b.legalEntityId",
}

// Request is a request of a Maker, for the tenant Tenant.
type Request struct {
	Method, Path, Body string // the path with its query
	Header             map[string]string
}

// Maker generates requests from bytes: each choice consumes one. Without bytes it makes the
// usual choice.
type Maker struct {
	Bytes []byte
	User  string // the id of a user
	// Names are values for paths and bodies, by name, instead of the usual ones.
	Names map[string]string
	// Whole gives bodies every member and lists one element. It omits versions only,
	// which are outdated after the first success.
	Whole bool

	method string // of the request
}

// choose returns a number below n.
func (m *Maker) choose(n int) int {
	if len(m.Bytes) == 0 {
		return 0
	}
	b := int(m.Bytes[0])
	m.Bytes = m.Bytes[1:]
	return b % n
}

func (m *Maker) word() string { return Words[m.choose(len(Words))] }

// usual are texts that a tenant accepts, by name. Those that contain "fresh" must be new.
var usual = map[string]string{
	"userType": "EMPLOYEE", "contactEmail": "fresh@acme.example", "preferredSite": "main", "preferredCurrency": "EUR", "preferredLanguage": "en",
	"accessControlId": "c", "accessControls": OrdersViewer, "templates": "viewer", "restrictions": "site-1", "restrictedTo": "CUSTOMER",
	"scopeId": "s", "scopes": "order.order_read", "vendorId": "v", "parentId": "w", "locationId": "l", "locations.id": "l",
	"propertyKey": "k", "PUT key": "k", "client": "shop", "schemaUrl": "https://schema.example/s.json",
	"siteCode": "de", "PUT code": "de", "PATCH code": "de", "mixinName": "m", "defaultLanguage": "en", "languages": "en", "currency": "EUR", "country": "DE", "countryCode": "DE", "shipToCountries": "DE",
	"email": "fresh@acme.example", "role": "admin", "product": "orchestrator",
	"clientId": "acme-k", "POST scopes": "iam.user_read",
	"id": "acme-fresh", "code": "fresh", "key": "fresh", "q": "name:g",
}

// text returns a text for the path variable or member with the name, which begins with the
// name of the enclosing member.
func (m *Maker) text(name string) string {
	if m.choose(3) == 2 {
		return m.word()
	}
	last := name[strings.LastIndex(name, ".")+1:]
	if last == "userId" || last == "backofficeUserNumber" || last == "memberId" {
		return m.User
	}
	return cmp.Or(m.Names[name], m.Names[last], usual[m.method+" "+last], usual[name], usual[last], "g")
}

// Request returns a request of the operation, with a body that matches its description, except
// where the bytes choose another one.
func (m *Maker) Request(method, path string, doc *openapi3.T) Request {
	m.method = method
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if name, isName := strings.CutPrefix(s, "{"); isName && name != "tenant}" {
			segments[i] = url.PathEscape(m.text(strings.TrimSuffix(name, "}")))
		} else if isName {
			segments[i] = Tenant
		}
	}
	e := Request{Method: method, Path: strings.Join(segments, "/"), Header: map[string]string{}}
	query := url.Values{}
	for range m.choose(4) {
		query.Set(Parameters[m.choose(len(Parameters))], m.word())
	}
	if len(query) > 0 {
		e.Path += "?" + query.Encode()
	}
	for _, name := range []string{"Content-Language", "Accept-Language", "X-Total-Count"} {
		if m.choose(8) == 1 {
			e.Header[name] = strings.Map(Printable, m.word())
		}
	}
	if body := m.body(doc.Paths.Value(path).GetOperation(method)); body != nil {
		text, err := json.Marshal(body)
		if err == nil {
			e.Body = string(text)
		}
	}
	return e
}

// Printable removes the characters that a header cannot carry.
func Printable(r rune) rune {
	if r < ' ' || r == 0x7f || r == '\uFFFD' {
		return -1
	}
	return r
}

func (m *Maker) body(o *openapi3.Operation) any {
	if o.RequestBody == nil {
		return nil
	}
	for _, content := range o.RequestBody.Value.Content {
		return m.value("", content.Schema.Value, 0)
	}
	return nil
}

// value returns a value of the schema for the member with the name, or another one.
func (m *Maker) value(name string, s *openapi3.Schema, depth int) any {
	if depth > 6 || m.choose(12) == 11 {
		return m.Anything()
	}
	for _, choices := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf, s.AllOf} {
		if len(choices) > 0 {
			return m.value(name, choices[len(choices)-1-m.choose(len(choices))].Value, depth+1) // the most special comes last
		}
	}
	if len(s.Enum) > 0 && m.choose(8) < 7 {
		return s.Enum[m.choose(len(s.Enum))]
	}
	types := slices.Clone(s.Type.Slice())
	if len(types) == 0 {
		return m.Anything()
	}
	special := []string{"object", "array", "boolean", "integer", "number", "string", "null"} // what says most comes first
	slices.SortFunc(types, func(a, b string) int { return cmp.Compare(slices.Index(special, a), slices.Index(special, b)) })
	switch types[m.choose(len(types))] {
	case "object":
		return m.object(name[strings.LastIndex(name, ".")+1:], s, depth)
	case "array":
		if s.Items == nil {
			return m.Anything()
		}
		list := make([]any, m.choose(4))
		if m.Whole {
			list = make([]any, 1)
		}
		for i := range list {
			list[i] = m.value(name, s.Items.Value, depth+1)
		}
		return list
	case "boolean":
		return m.choose(2) == 1
	case "integer", "number":
		return []any{1, 2, 0, -1, 1 << 40, 1.5, math.MaxInt64, json.RawMessage("1e400")}[m.choose(8)]
	case "null":
		return nil
	}
	return strings.ToValidUTF8(m.text(name), "?")
}

func (m *Maker) object(around string, s *openapi3.Schema, depth int) any {
	object := map[string]any{}
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		leave := m.choose(8)
		if required := slices.Contains(s.Required, name); required && leave < 7 || !required && leave%2 == 1 || m.Whole && name != "metadata" && name != "version" {
			object[name] = m.value(around+"."+name, s.Properties[name].Value, depth+1)
		}
	}
	if more := s.AdditionalProperties.Schema; more != nil {
		for range 1 + m.choose(3) {
			object[[]string{"en", "de", "pl", "", "a b"}[m.choose(5)]] = m.value("", more.Value, depth+1)
		}
	}
	if m.choose(8) == 7 {
		object[strings.ToValidUTF8(m.word(), "?")] = m.Anything()
	}
	return object
}

// Anythings is the number of kinds of Anything.
const Anythings = 15

// Anything returns a value that no schema describes.
func (m *Maker) Anything() any {
	return []any{
		nil, true, -1, 1e308, "", "text",
		[]any{},
		map[string]any{},
		[]any{nil},
		map[string]any{"": nil},
		json.RawMessage("1e400"),
		json.RawMessage(`"\u0000"`), json.RawMessage(`"\ud800"`), json.RawMessage(Nested(200)), strings.ToValidUTF8(m.word(), "?"),
	}[m.choose(Anythings)]
}

// Nested returns JSON of the depth.
func Nested(depth int) string {
	return strings.Repeat(`{"a":[`, depth/2) + strings.Repeat(`]}`, depth/2)
}
