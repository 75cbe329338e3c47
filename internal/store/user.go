package store

import (
	"context"
	"time"
)

// User is an employee of a tenant.
type User struct {
	Tenant            string
	ID                string
	FirstName         string
	LastName          string
	Email             string // as given; compared without case
	Department        string
	PreferredSite     string
	PreferredCurrency string
	PreferredLanguage string
	BackofficeNumber  string
	Status            string
	Locked            bool
	CreatedAt         time.Time // to the millisecond
	LastLogin         time.Time // zero when never
}

// Account is a person's account on the platform. It may belong to users of
// several tenants, and outlives them.
type Account struct {
	ID        string
	Email     string // compared without case
	CreatedAt time.Time
	// RegisteredAt is when the person accepted the first invitation; zero while
	// nobody has.
	RegisteredAt time.Time
}

// UserTx keeps users and accounts.
type UserTx interface {
	// CreateUser answers ErrExists when the tenant has a user of that id,
	// back-office number or e-mail (in any case), and ErrNotFound when the
	// tenant does not exist.
	CreateUser(ctx context.Context, u User) error
	// User finds a user by id or by back-office number. It answers ErrNotFound
	// when there is none.
	User(ctx context.Context, tenant, id string) (User, error)
	// UserByEmail compares without case. It answers ErrNotFound when there is
	// none.
	UserByEmail(ctx context.Context, tenant, email string) (User, error)
	// Users lists the tenant's users by creation time, then id, and the number
	// of all.
	Users(ctx context.Context, tenant string, page Page) (users []User, total int, err error)
	// UsersOf lists the users with that e-mail, compared without case, of all
	// tenants, by tenant.
	UsersOf(ctx context.Context, email string) ([]User, error)
	// UpdateUser changes the user with that id by fn, which may run more than
	// once and sees the stored user. Tenant, ID and CreatedAt stay as they
	// are. It answers ErrNotFound, ErrExists as CreateUser does, or the error
	// of fn; then nothing changes.
	UpdateUser(ctx context.Context, tenant, id string, fn func(u *User) error) error
	// DeleteUser removes the user with that id and all its memberships. It
	// answers ErrNotFound when there is none.
	DeleteUser(ctx context.Context, tenant, id string) error

	// CreateAccount answers ErrExists when the id or the e-mail is taken.
	CreateAccount(ctx context.Context, a Account) error
	// AccountByEmail compares without case. It answers ErrNotFound when there
	// is none.
	AccountByEmail(ctx context.Context, email string) (Account, error)
	// RegisterAccount notes when the person with the account registered, once: a
	// later call changes nothing. It answers ErrNotFound when there is no account
	// of that id.
	RegisterAccount(ctx context.Context, id string, at time.Time) error
}
