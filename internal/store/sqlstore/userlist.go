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

// pageAnchorStep is the distance between anchors. To reach any page, the database
// skips at most that many users in an index.
const pageAnchorStep = 2000

// pageAnchor is a user's position in the list.
type pageAnchor struct {
	position  int
	createdAt int64 // milliseconds
	id        string
}

// before reports whether the anchor precedes the other in the list.
func (l pageAnchor) before(other pageAnchor) bool {
	return cmp.Or(cmp.Compare(l.createdAt, other.createdAt), cmp.Compare(l.id, other.id)) < 0
}

// pageAnchors caches positions in the lists of users, so that a page deep in a
// list is found without counting all users before it.
type pageAnchors struct {
	step int

	mu    sync.Mutex
	lists map[string]*userList // by tenant
}

// userList holds the anchors of one list. They are valid for one generation of
// the list; users appended to the end do not change it.
type userList struct {
	generation int64
	places     []pageAnchor // ordered by position
}

// pageAnchorTenants bounds the memory of the anchors.
const pageAnchorTenants = 1000

// before returns the last known anchor at or before the position.
func (l *pageAnchors) before(tenant string, generation int64, position int) pageAnchor {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.lists[tenant]
	if list == nil || list.generation != generation {
		return pageAnchor{}
	}
	i, found := slices.BinarySearchFunc(list.places, position, func(p pageAnchor, position int) int { return p.position - position })
	if !found {
		i--
	}
	if i < 0 {
		return pageAnchor{}
	}
	return list.places[i]
}

// add caches an anchor.
func (l *pageAnchors) add(tenant string, generation int64, place pageAnchor) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.lists[tenant]
	if list == nil || list.generation < generation {
		if l.lists == nil || len(l.lists) >= pageAnchorTenants {
			l.lists = map[string]*userList{}
		}
		list = &userList{generation: generation}
		l.lists[tenant] = list
	}
	if list.generation > generation {
		return // from an older view
	}
	i, found := slices.BinarySearchFunc(list.places, place.position, func(p pageAnchor, position int) int { return p.position - position })
	if !found {
		list.places = slices.Insert(list.places, i, place)
	}
}

func (q queries) Users(ctx context.Context, tenant string, page store.Page) (list []store.User, total int, err error) {
	err = q.view(ctx, tenant, func(db conn) error {
		var generation int64
		row := db.QueryRowContext(ctx, `SELECT total, generation FROM user_list WHERE tenant = $1`, searchArgs([]any{tenant})...)
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

// approach returns an anchor near and not after the position. It caches the
// anchors on the way.
func (q queries) approach(ctx context.Context, db conn, tenant string, generation int64, position int) (pageAnchor, error) {
	place := q.pageAnchors.before(tenant, generation, position)
	for position-place.position >= q.pageAnchors.step {
		next := pageAnchor{position: place.position + q.pageAnchors.step}
		row := db.QueryRowContext(ctx, `SELECT created_at, id FROM tenant_user WHERE tenant = $1 AND (created_at, id) >= ($2, $3)
			ORDER BY created_at, id LIMIT 1 OFFSET $4`, tenant, place.createdAt, place.id, q.pageAnchors.step)
		if err := row.Scan(&next.createdAt, &next.id); err != nil {
			return place, translate(ctx, err, nil)
		}
		q.pageAnchors.add(tenant, generation, next)
		place = next
	}
	return place, nil
}

// growth is how a tenant's list of users grew in a transaction since its row in
// user_list was last updated.
type growth struct {
	end   pageAnchor // of the last user in the list; its position is not set
	users int        // not counted in the row yet
}

// listed counts a new user. A user created before others, since clocks and writers
// differ, shifts them in the list and starts a new generation. After one insertion
// in a transaction, users that come later in the list need no such check, and
// syncUserCounts counts them together.
func listed(tx *transaction, u *store.User) {
	at := pageAnchor{createdAt: asMillis(&u.CreatedAt).number(), id: u.ID}
	g := tx.grown[u.Tenant]
	if g != nil && g.end.before(at) {
		g.end = at
		g.users++
		return
	}
	tx.later(`INSERT INTO user_list (tenant, total, generation) VALUES ($1, 1, 0)
		ON CONFLICT (tenant) DO UPDATE SET total = user_list.total + 1, generation = user_list.generation + CASE WHEN EXISTS
			(SELECT 1 FROM tenant_user WHERE tenant = $1 AND (created_at, id) > ($2, $3)) THEN 1 ELSE 0 END`,
		u.Tenant, at.createdAt, at.id)
	if g == nil {
		g = &growth{}
		tx.grown[u.Tenant] = g
	}
	g.end = at
}

// syncUserCounts updates the counts of users before they are read or committed.
func (t *transaction) syncUserCounts() {
	for tenant, g := range t.grown {
		if g.users > 0 {
			t.later(`UPDATE user_list SET total = total + $2 WHERE tenant = $1`, tenant, g.users)
		}
	}
	clear(t.grown)
}

// unlisted counts a removed user, whose removal shifts all users after it.
func unlisted(ctx context.Context, db conn, tenant string) error {
	_, err := db.ExecContext(ctx, `UPDATE user_list SET total = total - 1, generation = generation + 1 WHERE tenant = $1`, tenant)
	return translate(ctx, err, nil)
}
