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
	Email             string // as given; compared ignoring case
	Department        string
	PreferredSite     string
	PreferredCurrency string
	PreferredLanguage string
	BackofficeNumber  string
	Status            string
	Locked            bool
	CreatedAt         time.Time // to the millisecond
	LastLogin         time.Time // zero if never
}

// Account is a person's account on the platform. It may belong to users of
// several tenants, and outlives them.
type Account struct {
	ID        string
	Email     string // compared ignoring case
	CreatedAt time.Time
	// RegisteredAt is when the person accepted the first invitation; zero before
	// that.
	RegisteredAt time.Time
}

// UserTx stores users and accounts.
type UserTx interface {
	// CreateUser returns ErrExists if the tenant has a user with that id,
	// back-office number or e-mail (in any case), and ErrNotFound if the tenant does
	// not exist.
	CreateUser(ctx context.Context, u User) error
	// User finds a user by id or by back-office number. It returns ErrNotFound if
	// there is none.
	User(ctx context.Context, tenant, id string) (User, error)
	// UserByEmail ignores case. It returns ErrNotFound if there is none.
	UserByEmail(ctx context.Context, tenant, email string) (User, error)
	// Users lists the tenant's users, ordered by creation time, then id, and returns
	// their total number.
	Users(ctx context.Context, tenant string, page Page) (users []User, total int, err error)
	// EachUser calls fn with each of the tenant's users, ordered by e-mail ignoring
	// case, and the ids of its groups in the order of Groups. All are of one moment,
	// and few are in memory at a time. A connection waits for fn, so fn must not wait
	// for a caller. EachUser stops with the error of fn.
	EachUser(ctx context.Context, tenant string, fn func(u User, groupIDs []string) error) error
	// UsersOf lists the users with that e-mail, ignoring case, in all tenants,
	// ordered by tenant.
	UsersOf(ctx context.Context, email string) ([]User, error)
	// UpdateUser updates the user that has that id with fn, which receives the
	// stored record and may run more than once. Tenant, ID and CreatedAt stay as
	// they are. It returns ErrNotFound, ErrExists like CreateUser, or the error of
	// fn; in each case nothing changes.
	UpdateUser(ctx context.Context, tenant, id string, fn func(u *User) error) error
	// DeleteUser removes the user with that id and all its memberships. It returns
	// ErrNotFound if there is none.
	DeleteUser(ctx context.Context, tenant, id string) error

	// EnsureAccount returns the account with the e-mail, in any case, and creates it
	// as given if there is none. It returns ErrExists if another account has the id.
	EnsureAccount(ctx context.Context, a Account) (Account, error)
	// AccountByEmail ignores case. It returns ErrNotFound if there is none.
	AccountByEmail(ctx context.Context, email string) (Account, error)
	// RegisterAccount sets the time at which the person registered, once: later
	// calls change nothing. It returns ErrNotFound if there is no account with that
	// id.
	RegisterAccount(ctx context.Context, id string, at time.Time) error
}
