package api

// InvitationStatus is the status of an invitation.
type InvitationStatus string

// The states of an invitation.
const (
	InvitationSent     InvitationStatus = "sent"
	InvitationAccepted InvitationStatus = "accepted"
	InvitationExpired  InvitationStatus = "expired"
)

// InvitationKind is what an invitation is for.
type InvitationKind string

// The kinds of invitations.
const (
	InvitationUser   InvitationKind = "user"   // joins the tenant
	InvitationMember InvitationKind = "member" // joins its team
)

// Invitation is an invitation sent to someone without an account, as returned by
// the API. Times are RFC 3339.
type Invitation struct {
	ID         string           `json:"id"`
	Kind       InvitationKind   `json:"kind"`
	SubjectID  string           `json:"subjectId"` // of the user or member
	Email      string           `json:"email"`
	Status     InvitationStatus `json:"status"`
	SentCount  int              `json:"sentCount"`
	CreatedAt  string           `json:"createdAt"`
	ExpiresAt  string           `json:"expiresAt"`
	ResentAt   string           `json:"resentAt,omitempty"`
	AcceptedAt string           `json:"acceptedAt,omitempty"`
}
