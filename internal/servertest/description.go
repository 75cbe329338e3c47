package servertest

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/dispatch"
)

// description is an OpenAPI document to check exchanges against.
type description struct {
	name       string // for messages
	doc        *openapi3.T
	operations map[string]*operation // by shape
}

// operation is one operation of a description.
type operation struct {
	routers.Route

	description *description
	shape       string
	parameters  []string // the names in the path, from left to right
}

var brace = regexp.MustCompile(`\{([^}]*)\}`)

// shapeOf returns an operation without the names of path parameters, which differ between
// descriptions: "GET /iam/{}/users".
func shapeOf(method, path string) string {
	return method + " " + brace.ReplaceAllString(path, "{}")
}

func newDescription(name string, text []byte) (*description, error) {
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	d := &description{name: name, doc: doc, operations: map[string]*operation{}}
	for path, item := range doc.Paths.Map() {
		var names []string
		for _, match := range brace.FindAllStringSubmatch(path, -1) {
			names = append(names, match[1])
		}
		for method, o := range item.Operations() {
			shape := shapeOf(method, path)
			d.operations[shape] = &operation{
				Route:       routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: o},
				description: d, shape: shape, parameters: names,
			}
		}
	}
	return d, nil
}

// served is the server's own description. It finds the operation of a request as the server
// does.
type served struct {
	*description

	mux *dispatch.Mux
}

// loadServed returns the server's own description.
var loadServed = sync.OnceValues(func() (served, error) {
	d, err := newDescription("openapi.yaml", []byte(server.OpenAPI))
	if err != nil {
		return served{}, err
	}
	s := served{description: d, mux: dispatch.NewMux()}
	for _, o := range d.operations {
		s.mux.Handle(o.Method, o.Path, o)
	}
	for path := range d.doc.Paths.Map() { // else another path could answer the other methods
		s.mux.Handle("", path, http.NotFoundHandler())
	}
	return s, nil
})

// ServeHTTP makes an operation a handler, which a mux can find. It is never called.
func (o *operation) ServeHTTP(http.ResponseWriter, *http.Request) {}

// find returns the operation of a request and the values in its path; nil if there is none.
func (s served) find(r *http.Request) (o *operation, values []string) {
	o, ok := s.mux.Handler(r).(*operation)
	if !ok {
		return nil, nil
	}
	segments := strings.Split(r.URL.EscapedPath(), "/")
	for i, part := range strings.Split(o.Path, "/") {
		if strings.HasPrefix(part, "{") {
			value, err := url.PathUnescape(segments[i])
			if err != nil {
				value = segments[i]
			}
			values = append(values, value)
		}
	}
	return o, values
}
