package api

// InvitationStatus is the status of an invitation.
type InvitationStatus string

// The states of an invitation.
const (
	InvitationPending  InvitationStatus = "pending" // no mail server has accepted it yet
	InvitationSent     InvitationStatus = "sent"    // a mail server has accepted it
	InvitationAccepted InvitationStatus = "accepted"
	InvitationExpired  InvitationStatus = "expired"
)

// InvitationStatuses returns all of them.
func InvitationStatuses() []InvitationStatus {
	return []InvitationStatus{InvitationPending, InvitationSent, InvitationAccepted, InvitationExpired}
}

// Closed reports whether the invitation cannot be accepted any more.
func (s InvitationStatus) Closed() bool { return s == InvitationAccepted || s == InvitationExpired }

// InvitationKind is what an invitation is for.
type InvitationKind string

// The kinds of invitations.
const (
	InvitationUser   InvitationKind = "user"   // joins the tenant
	InvitationMember InvitationKind = "member" // joins its team
)

// Invitation is an invitation of someone without an account, as returned by the API.
// Times are RFC 3339.
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
	SentAt     string           `json:"sentAt,omitempty"`    // when a mail server last accepted it
	LastError  string           `json:"lastError,omitempty"` // why none has accepted it yet
	AcceptedAt string           `json:"acceptedAt,omitempty"`
}

// LinkSecret is the body of POST PathLink, PathLinkAccept, PathSignInRead and
// PathSignInAccept: the secret that a link contains.
type LinkSecret struct {
	Secret string `json:"secret"`
}

// LinkStatus is the status of a link.
type LinkStatus string

// The states of a link.
const (
	LinkOpen     LinkStatus = "open"
	LinkUsed     LinkStatus = "used"     // the invitation is accepted, or the person signed in
	LinkReplaced LinkStatus = "replaced" // of an invitation only: it was sent again, with another link
	LinkExpired  LinkStatus = "expired"
)

// LinkedInvitation is the response of POST PathLink.
type LinkedInvitation struct {
	Kind      InvitationKind `json:"kind"`
	Email     string         `json:"email"`
	Status    LinkStatus     `json:"status"`
	ExpiresAt string         `json:"expiresAt"` // RFC 3339
}

// AcceptedInvitation is the response of POST PathLinkAccept, with all organizations that
// the person belongs to.
type AcceptedInvitation struct {
	Kind          InvitationKind `json:"kind"`
	Email         string         `json:"email"`
	Organizations []Organization `json:"organizations"`
}
