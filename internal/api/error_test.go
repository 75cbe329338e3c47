package api_test

import (
	"reflect"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// errorShapes are the error documents that the platform's services and gateway
// return.
var errorShapes = []struct {
	name   string
	status int
	body   string
	want   api.Error
}{
	{
		"document of this API", 404,
		`{"code": 404, "status": "Not Found", "message": "Error while getting group", "resourceId": "g1", "details": ["Group with id 'g1' not found"]}`,
		api.Error{Code: 404, Status: "Not Found", Message: "Error while getting group", ResourceID: "g1", Details: []string{"Group with id 'g1' not found"}},
	},
	{
		"code unlike the status", 400, `{"code": 404, "status": "Bad Request", "message": "Constraint validation failed", "resourceId": "g1", "details": []}`,
		api.Error{Code: 400, Status: "Bad Request", Message: "Constraint validation failed", ResourceID: "g1"},
	},
	{
		"another phrase", 400, `{"code": 400, "status": "Constraint validation failed", "message": "not supported", "resourceId": null}`,
		api.Error{Code: 400, Status: "Bad Request", Message: "not supported"},
	},
	{
		"numeric status, objects for details", 409,
		`{"status": 409, "type": "conflict", "message": "Cannot update", "moreInfo": "", "details": [{"field": "version", "type": "stale", "message": "is 3"}, {"message": "no field"}]}`,
		api.Error{Code: 409, Status: "Conflict", Message: "Cannot update", Details: []string{"version: is 3", "no field"}},
	},
	{
		"details of other kinds", 400, `{"message": "m", "details": [5, {"reason": "r"}, ["a"], {"field": "f"}, {"message": 5}]}`,
		api.Error{Code: 400, Status: "Bad Request", Message: "m", Details: []string{"5", `{"reason": "r"}`, `["a"]`, `{"field": "f"}`, `{"message": 5}`}},
	},
	{"details are one text", 400, `{"message": "m", "details": "text", "resourceId": "r"}`, api.Error{Code: 400, Status: "Bad Request", Message: "m", ResourceID: "r"}},
	{"message is a number", 400, `{"message": 5, "details": ["d"]}`, api.Error{Code: 400, Status: "Bad Request", Message: "Bad Request", Details: []string{"d"}}},
	{
		"fault", 401, `{"fault": {"faultstring": "Invalid Access Token", "detail": {"errorcode": "keymanagement.service.invalid_access_token"}}}`,
		api.Error{Code: 401, Status: "Unauthorized", Message: "Invalid Access Token", Details: []string{api.FaultInvalidToken}},
	},
	{"fault without a code", 401, `{"fault": {"faultstring": "no"}}`, api.Error{Code: 401, Status: "Unauthorized", Message: "no"}},
	{"OAuth", 400, `{"error": "invalid_grant", "error_description": "wrong grant"}`, api.Error{Code: 400, Status: "Bad Request", Message: "wrong grant"}},
	{"OAuth without description", 401, `{"error": "invalid_client"}`, api.Error{Code: 401, Status: "Unauthorized", Message: "invalid_client"}},
	{"OAuth with an object", 400, `{"error": {"code": 5}, "message": "m"}`, api.Error{Code: 400, Status: "Bad Request", Message: "m"}},
	{"empty object", 401, `{}`, api.Error{Code: 401, Status: "Unauthorized", Message: "Unauthorized"}},
	{"nothing", 403, ``, api.Error{Code: 403, Status: "Forbidden", Message: "Forbidden"}},
	{"null", 500, `null`, api.Error{Code: 500, Status: "Internal Server Error", Message: "Internal Server Error"}},
	{"list", 500, `[{"message": "m"}]`, api.Error{Code: 500, Status: "Internal Server Error", Message: "Internal Server Error"}},
	{"HTML", 502, `<html><body>Bad Gateway</body></html>`, api.Error{Code: 502, Status: "Bad Gateway", Message: "Bad Gateway"}},
	{"half a document", 503, `{"message": "try aga`, api.Error{Code: 503, Status: "Service Unavailable", Message: "Service Unavailable"}},
	{"status without a phrase", 599, `{}`, api.Error{Code: 599}},
}

func TestParseError(t *testing.T) {
	t.Parallel()
	for _, c := range errorShapes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := api.ParseError(c.status, []byte(c.body)); !reflect.DeepEqual(got, c.want) {
				t.Errorf("\n got %+v\nwant %+v", got, c.want)
			}
		})
	}
}

// FuzzParseError: the status is kept for every response.
func FuzzParseError(f *testing.F) {
	for _, c := range errorShapes {
		f.Add(c.status, []byte(c.body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if got := api.ParseError(status, body); got.Code != status || got.Message == "" && got.Status != "" {
			t.Errorf("%d %q: got %+v", status, body, got)
		}
	})
}
