package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
)

// Error is the error document of the IAM API. Trust the HTTP status rather
// than Code: deleting a group that has members answers 400 with code 404.
type Error struct {
	Code       int      `json:"code"`
	Status     string   `json:"status"`
	Message    string   `json:"message"`
	ResourceID string   `json:"resourceId,omitempty"`
	Details    []string `json:"details,omitempty"`
}

// ServiceError is the error document of the configuration and site services.
type ServiceError struct {
	Status  int    `json:"status"`
	Type    string `json:"type"` // such as bad_request
	Message string `json:"message"`
	// MoreInfo is where to read more: the address of a document, relative to the API's.
	MoreInfo string          `json:"moreInfo,omitempty"`
	Details  []ServiceDetail `json:"details,omitempty"`
}

// ServiceDetail is one cause of a ServiceError.
type ServiceDetail struct {
	Field    string `json:"field,omitempty"` // the member of the body that is wrong, such as "[0].key"; empty for none
	Type     string `json:"type,omitempty"`  // such as missing_value
	Message  string `json:"message"`
	MoreInfo string `json:"moreInfo,omitempty"` // a value that would be right
}

// The types of a ServiceDetail that say more than the type of the error does.
const (
	DetailMissing = "missing_value"
	DetailInvalid = "invalid_value"
	DetailType    = "invalid_type"
)

// Fault is the error document of the gateway: the response to a request without a
// valid token, with status 401.
type Fault struct {
	Fault FaultBody `json:"fault"`
}

// FaultBody is the content of a Fault.
type FaultBody struct {
	FaultString string      `json:"faultstring"`
	Detail      FaultDetail `json:"detail"`
}

// FaultDetail contains the code of a Fault.
type FaultDetail struct {
	ErrorCode string `json:"errorcode"`
}

// Error codes of faults.
const (
	FaultInvalidToken = "keymanagement.service.invalid_access_token"
	FaultTokenExpired = "keymanagement.service.access_token_expired"
	FaultInvalidKey   = "oauth.v2.InvalidClientId"
)

// ParseError parses the error document in a response, in any of the shapes that
// the platform's services use: code or status may be a number or a text, details
// may be texts or objects, and a gateway may return a fault, {} or HTML. If there
// is no message, Message is the phrase of the HTTP status.
func ParseError(status int, body []byte) Error {
	var doc struct {
		Message          string            `json:"message"`
		ResourceID       string            `json:"resourceId"`
		Details          []json.RawMessage `json:"details"`
		Fault            FaultBody         `json:"fault"`
		OAuthError       string            `json:"error"`
		OAuthDescription string            `json:"error_description"`
	}
	e := Error{Code: status, Status: http.StatusText(status)}
	// A member of an unexpected type is skipped; the others are still read.
	_ = json.Unmarshal(body, &doc)
	e.ResourceID = doc.ResourceID
	e.Message = cmp.Or(doc.Message, doc.Fault.FaultString, doc.OAuthDescription, doc.OAuthError, e.Status)
	for _, raw := range doc.Details {
		e.Details = append(e.Details, detailText(raw))
	}
	if code := doc.Fault.Detail.ErrorCode; code != "" {
		e.Details = append(e.Details, code)
	}
	return e
}

// detailText returns one detail as text: either a text, or an object with a
// message and optionally the field it is about.
func detailText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var object struct {
		Field   string `json:"field"`
		Message string `json:"message"`
	}
	if json.Unmarshal(raw, &object) == nil && object.Message != "" {
		return strings.TrimPrefix(object.Field+": "+object.Message, ": ")
	}
	return string(raw)
}
