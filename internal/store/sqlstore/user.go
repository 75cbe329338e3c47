package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var users = newTable(table[store.User]{
	name: "tenant_user",
	columns: "tenant, id, first_name, last_name, email, email_key, department, preferred_site, " +
		"preferred_currency, preferred_language, backoffice_number, status, locked, created_at, last_login",
	fields: func(u *store.User) []any {
		return []any{
			asKey(&u.Tenant), asKey(&u.ID), &u.FirstName, &u.LastName, &u.Email, asEmailKey(&u.Email), &u.Department,
			&u.PreferredSite, &u.PreferredCurrency, &u.PreferredLanguage, asKey(&u.BackofficeNumber), &u.Status, &u.Locked,
			asMillis(&u.CreatedAt), asMillis(&u.LastLogin),
		}
	},
})

var accounts = newTable(table[store.Account]{
	name:    "account",
	columns: "id, email, email_key, created_at, registered_at",
	fields: func(a *store.Account) []any {
		return []any{asKey(&a.ID), &a.Email, asEmailKey(&a.Email), asMillis(&a.CreatedAt), asMillis(&a.RegisteredAt)}
	},
})

func (q queries) CreateUser(ctx context.Context, u store.User) error {
	return q.change(ctx, u.Tenant, func(db *transaction) error {
		if err := users.insert(ctx, db, &u); err != nil {
			return err
		}
		listed(db, &u)
		return nil
	})
}

// User prefers the id, since one user's id may be another's back-office number.
func (q queries) User(ctx context.Context, tenant, id string) (store.User, error) {
	return users.one(ctx, q.read(tenant), `WHERE tenant = $1 AND (id = $2 OR backoffice_number = $2)
		ORDER BY (id = $2) DESC LIMIT 1`, tenant, id)
}

func (q queries) UserByEmail(ctx context.Context, tenant, email string) (store.User, error) {
	return users.one(ctx, q.read(tenant), `WHERE tenant = $1 AND email_key = $2`, tenant, foldEmail(email))
}

// eachUserPiece is the number of users that EachUser has in memory.
const eachUserPiece = 1000

func (q queries) EachUser(ctx context.Context, tenant string, fn func(u store.User, groupIDs []string) error) error {
	return q.view(ctx, tenant, func(db conn) error {
		last, skip := "", 0 // no two users have the same e-mail
		for {
			piece, err := users.all(ctx, db, `WHERE tenant = $1 AND email_key >= $2 ORDER BY email_key LIMIT $3 OFFSET $4`,
				tenant, last, eachUserPiece, skip)
			if err != nil || len(piece) == 0 {
				return err
			}
			ids := make([]string, len(piece))
			for i := range piece {
				ids[i] = piece[i].ID
			}
			groupIDs, err := groupIDsOf(ctx, db, tenant, ids)
			if err != nil {
				return err
			}
			for _, u := range piece {
				if err := fn(u, groupIDs[u.ID]); err != nil {
					return err
				}
			}
			last, skip = foldEmail(piece[len(piece)-1].Email), 1
		}
	})
}

func (q queries) UsersOf(ctx context.Context, email string) ([]store.User, error) {
	return users.all(ctx, q.read(store.AllTenants), `WHERE email_key = $1 ORDER BY tenant`, foldEmail(email))
}

func (q queries) UpdateUser(ctx context.Context, tenant, id string, fn func(u *store.User) error) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		u, err := users.one(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
		if err != nil {
			return err
		}
		createdAt := u.CreatedAt
		if err := fn(&u); err != nil {
			return err
		}
		u.Tenant, u.ID, u.CreatedAt = tenant, id, createdAt
		return users.update(ctx, db, &u)
	})
}

func (q queries) DeleteUser(ctx context.Context, tenant, id string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		if err := users.removeOne(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id); err != nil {
			return err
		}
		if err := unlisted(ctx, db, tenant); err != nil {
			return err
		}
		_, err := assignments.remove(ctx, db, `WHERE tenant = $1 AND user_id = $2`, tenant, id)
		return err
	})
}

func (q queries) EnsureAccount(ctx context.Context, a store.Account) (account store.Account, err error) {
	err = q.change(ctx, q.of, func(db *transaction) error {
		// Most accounts are new.
		if err := accounts.insert(ctx, db, &a); !errors.Is(err, store.ErrExists) {
			account = a
			account.CreatedAt, account.RegisteredAt = stored(a.CreatedAt), stored(a.RegisteredAt)
			return err
		}
		account, err = accounts.one(ctx, db, `WHERE email_key = $1`, foldEmail(a.Email))
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("%w: an account with the id %s", store.ErrExists, a.ID)
		}
		return err
	})
	return account, err
}

func (q queries) AccountByEmail(ctx context.Context, email string) (store.Account, error) {
	return accounts.one(ctx, q.read(q.of), `WHERE email_key = $1`, foldEmail(email))
}

func (q queries) RegisterAccount(ctx context.Context, id string, at time.Time) error {
	return q.change(ctx, q.of, func(db *transaction) error {
		if _, err := accounts.one(ctx, db, `WHERE id = $1`, id); err != nil {
			return err
		}
		_, err := db.ExecContext(ctx, `UPDATE account SET registered_at = $2 WHERE id = $1 AND registered_at = 0`, append(searchArgs([]any{id}), asMillis(&at))...)
		return translate(ctx, err, nil)
	})
}
