package api

// InvitationStatus says what became of an invitation.
type InvitationStatus string

// The states of an invitation.
const (
	InvitationSent     InvitationStatus = "sent"
	InvitationAccepted InvitationStatus = "accepted"
	InvitationExpired  InvitationStatus = "expired"
)

// InvitationKind says what an invitation is to.
type InvitationKind string

// The kinds of invitations.
const (
	InvitationUser   InvitationKind = "user"   // to the tenant
	InvitationMember InvitationKind = "member" // to its team
)

// Invitation is what someone without an account was sent, as read. Times are
// RFC 3339.
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
