package client

import (
	"context"
	"errors"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Links calls the API on behalf of a person who has a link, or asks for one, and has no
// token. Its errors never contain the secret.
type Links struct{ client *Client }

// NewLinks returns the Links of a tenant. The credentials of the options are not used.
func NewLinks(o Options) (*Links, error) {
	c, err := newClient(o)
	if err != nil {
		return nil, err
	}
	c.tokens = &tokenSource{client: c}
	return &Links{c}, nil
}

// Read returns what a link is for, and changes nothing. IsNotFound holds for the error if
// there is no such link.
func (l *Links) Read(ctx context.Context, secret string) (api.LinkedInvitation, error) {
	r, err := l.postSecret(ctx, call{path: l.client.path(api.PathLink), secret: secret, again: true})
	if err != nil {
		return api.LinkedInvitation{}, err
	}
	found, err := decode[api.LinkedInvitation](r)
	if err == nil && (found.Status == "" || found.Email == "") {
		err = r.unusable(errors.New("it has no status or e-mail address"))
	}
	return found, err
}

// Accept accepts the invitation of a link. IsNotFound holds for the error if there is no such
// link, and IsConflict if it cannot be used any more: Read says why.
func (l *Links) Accept(ctx context.Context, secret string) (api.AcceptedInvitation, error) {
	r, err := l.postSecret(ctx, call{path: l.client.path(api.PathLinkAccept), secret: secret})
	if err != nil {
		return api.AcceptedInvitation{}, err
	}
	accepted, err := decode[api.AcceptedInvitation](r)
	if err == nil && accepted.Email == "" {
		err = r.unusable(errors.New("it has no e-mail address"))
	}
	return accepted, err
}

// SendSignInLink asks for an e-mail with a link to sign in. Success does not mean that someone
// has the e-mail address: the API does not tell.
func (l *Links) SendSignInLink(ctx context.Context, email string) error {
	_, err := l.post(ctx, call{path: l.client.path(api.PathSignInLink), body: api.SignInLinkRequest{Email: email}, want: []int{http.StatusAccepted}})
	return err
}

// ReadSignIn returns what a link to sign in is for, and changes nothing. IsNotFound holds for
// the error if there is no such link, or its person may not sign in any more.
func (l *Links) ReadSignIn(ctx context.Context, secret string) (api.SignInLink, error) {
	r, err := l.postSecret(ctx, call{path: l.client.path(api.PathSignInRead), secret: secret, again: true})
	if err != nil {
		return api.SignInLink{}, err
	}
	found, err := decode[api.SignInLink](r)
	if err == nil && (found.Status == "" || found.Email == "" || found.UserID == "") {
		err = r.unusable(errors.New("it has no status, user id or e-mail address"))
	}
	return found, err
}

// AcceptSignIn uses a link up, and returns the token of its person. IsNotFound holds for the
// error if there is no such link, and IsConflict if it cannot be used any more: ReadSignIn
// says why.
func (l *Links) AcceptSignIn(ctx context.Context, secret string) (api.Token, error) {
	r, err := l.postSecret(ctx, call{path: l.client.path(api.PathSignInAccept), secret: secret})
	if err != nil {
		return api.Token{}, err
	}
	token, err := decode[api.Token](r)
	if err == nil && token.AccessToken == "" {
		err = r.unusable(errors.New("it has no token"))
	}
	return token, err
}

// postSecret sends the secret without a token.
func (l *Links) postSecret(ctx context.Context, c call) (*request, error) {
	c.body, c.want = api.LinkSecret{Secret: c.secret}, []int{http.StatusOK}
	return l.post(ctx, c)
}

// post sends the body without a token.
func (l *Links) post(ctx context.Context, c call) (*request, error) {
	c.method = http.MethodPost
	ctx, cancel := l.client.withTotalTimeout(ctx)
	defer cancel()
	r := l.client.newRequest(c)
	if err := r.send(ctx, ""); err != nil {
		return nil, overdue(ctx, err)
	}
	return r, nil
}
