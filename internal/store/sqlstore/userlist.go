package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// landmarkStep is how far landmarks lie apart. Every page of the list costs no
// more than to skip so many users in an index.
const landmarkStep = 2000

// landmark is a user's place in the list.
type landmark struct {
	position  int
	createdAt int64 // milliseconds
	id        string
}

// before reports whether the place lies before the other in the list.
func (l landmark) before(other landmark) bool {
	return cmp.Or(cmp.Compare(l.createdAt, other.createdAt), cmp.Compare(l.id, other.id)) < 0
}

// landmarks remembers places in the lists of users: by them, a page deep in a
// list is found without counting through all before it.
type landmarks struct {
	step int

	mu    sync.Mutex
	lists map[string]*userList // by tenant
}

// userList is what is known of one list. It holds as long as the list has the
// same generation: users that come last change nothing before them.
type userList struct {
	generation int64
	places     []landmark // by position; the first is the start
}

// landmarkTenants bounds the memory that landmarks take.
const landmarkTenants = 1000

// before returns the last place known at or before the position.
func (l *landmarks) before(tenant string, generation int64, position int) landmark {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.lists[tenant]
	if list == nil || list.generation != generation {
		return landmark{}
	}
	i, found := slices.BinarySearchFunc(list.places, position, func(p landmark, position int) int { return p.position - position })
	if !found {
		i--
	}
	if i < 0 {
		return landmark{}
	}
	return list.places[i]
}

// add remembers a place.
func (l *landmarks) add(tenant string, generation int64, place landmark) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.lists[tenant]
	if list == nil || list.generation < generation {
		if l.lists == nil || len(l.lists) >= landmarkTenants {
			l.lists = map[string]*userList{}
		}
		list = &userList{generation: generation}
		l.lists[tenant] = list
	}
	if list.generation > generation {
		return // from a view that is older
	}
	i, found := slices.BinarySearchFunc(list.places, place.position, func(p landmark, position int) int { return p.position - position })
	if !found {
		list.places = slices.Insert(list.places, i, place)
	}
}

func (q queries) Users(ctx context.Context, tenant string, page store.Page) (list []store.User, total int, err error) {
	err = q.view(ctx, func(db conn) error {
		var generation int64
		row := db.QueryRowContext(ctx, `SELECT total, generation FROM user_list WHERE tenant = $1`, sought([]any{tenant})...)
		if err := row.Scan(&total, &generation); errors.Is(err, sql.ErrNoRows) {
			return nil
		} else if err != nil {
			return translate(ctx, err, nil)
		}
		limit, offset := window(page)
		if offset >= int64(total) {
			return nil
		}
		near, err := q.approach(ctx, db, tenant, generation, int(offset))
		if err != nil {
			return err
		}
		list, err = users.all(ctx, db, `WHERE tenant = $1 AND (created_at, id) >= ($2, $3)
			ORDER BY created_at, id LIMIT $4 OFFSET $5`, tenant, near.createdAt, near.id, limit, offset-int64(near.position))
		return err
	})
	return list, total, err
}

// approach returns a place not far before the position. It remembers those on
// its way there.
func (q queries) approach(ctx context.Context, db conn, tenant string, generation int64, position int) (landmark, error) {
	place := q.landmarks.before(tenant, generation, position)
	for position-place.position >= q.landmarks.step {
		next := landmark{position: place.position + q.landmarks.step}
		row := db.QueryRowContext(ctx, `SELECT created_at, id FROM tenant_user WHERE tenant = $1 AND (created_at, id) >= ($2, $3)
			ORDER BY created_at, id LIMIT 1 OFFSET $4`, tenant, place.createdAt, place.id, q.landmarks.step)
		if err := row.Scan(&next.createdAt, &next.id); err != nil {
			return place, translate(ctx, err, nil)
		}
		q.landmarks.add(tenant, generation, next)
		place = next
	}
	return place, nil
}

// growth is how a tenant's list of users grew in a transaction since its row was
// last brought in step.
type growth struct {
	end   landmark // of the user who was listed last; its position says nothing
	users int      // whom the row does not count yet
}

// listed keeps the count of users in step. A user who is made before others, as
// clocks and writers differ, moves them in the list. After one that came last,
// or moved others, in the same transaction, those that come after it need no
// such look, and settle counts them together.
func listed(ctx context.Context, tx *transaction, u *store.User) error {
	at := landmark{createdAt: asMillis(&u.CreatedAt).number(), id: u.ID}
	g := tx.grown[u.Tenant]
	if g != nil && g.end.before(at) {
		g.end = at
		g.users++
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO user_list (tenant, total, generation) VALUES ($1, 1, 0)
		ON CONFLICT (tenant) DO UPDATE SET total = user_list.total + 1, generation = user_list.generation + CASE WHEN EXISTS
			(SELECT 1 FROM tenant_user WHERE tenant = $1 AND (created_at, id) > ($2, $3)) THEN 1 ELSE 0 END`,
		u.Tenant, at.createdAt, at.id)
	if err != nil {
		return translate(ctx, err, nil)
	}
	if g == nil {
		g = &growth{}
		tx.grown[u.Tenant] = g
	}
	g.end = at
	return nil
}

// settle brings the counts of users in step, before they are read or kept.
func (t *transaction) settle(ctx context.Context) error {
	for tenant, g := range t.grown {
		if g.users == 0 {
			continue
		}
		if _, err := t.ExecContext(ctx, `UPDATE user_list SET total = total + $2 WHERE tenant = $1`, tenant, g.users); err != nil {
			return translate(ctx, err, nil)
		}
	}
	clear(t.grown)
	return nil
}

// unlisted keeps the count in step when a user goes, who moves all after it.
func unlisted(ctx context.Context, db conn, tenant string) error {
	_, err := db.ExecContext(ctx, `UPDATE user_list SET total = total - 1, generation = generation + 1 WHERE tenant = $1`, tenant)
	return translate(ctx, err, nil)
}
