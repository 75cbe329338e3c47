package api

import "github.com/access-config/terraform-provider-iam/internal/access"

// Assignment is the membership of one user in one group, as returned by the API.
type Assignment struct {
	ID       string          `json:"id"`
	GroupID  string          `json:"groupId"`
	UserID   string          `json:"userId"`
	UserType access.UserType `json:"userType"`
}

// AssignmentCreate is the body of POST PathMembers. UserType defaults to
// EMPLOYEE.
type AssignmentCreate struct {
	UserID   string          `json:"userId"`
	UserType access.UserType `json:"userType,omitempty"`
}
