package plumbing

import (
	"crypto/rand"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// laterRemovals tells the destroy of a group which members the rest of the plan
// removes from it. With a parallelism of 1 nothing can remove them while the destroy
// waits, so it needs to know. The members are recorded in a file beside the notes of
// replacements, one file per plan. The private data of the destroy names the file, so
// no apply reads the file of another plan.
type laterRemovals struct {
	mu      sync.Mutex
	plan    string                       // names the file; empty until a group is watched
	members map[string]map[string]string // by group: e-mail addresses by user
}

// maxWatched is how many members of groups are checked after each step of a plan.
const maxWatched = 2000

// WatchMembers records that the plan destroys a group with members (e-mail addresses
// by id) whom no resource planned so far removes. It returns the name of the plan for
// RemovedLater, or "" if the members cannot be watched.
func (d *Data) WatchMembers(group string, members map[string]string) (plan string) {
	l := &d.laterRemovals
	l.mu.Lock()
	defer l.mu.Unlock()
	watched := len(members)
	for _, others := range l.members {
		watched += len(others)
	}
	if d.replacing.dir == "" || watched == 0 || watched > maxWatched {
		return ""
	}
	if l.plan == "" {
		l.plan, l.members = rand.Text(), map[string]map[string]string{}
		d.removeOldPlans()
	}
	l.members[group] = maps.Clone(members)
	return l.plan
}

// RecordRemovals records which watched members the plan now removes. Call it after
// each step of a plan. If the file cannot be written, the destroy of the group
// reports the members that remain.
func (d *Data) RecordRemovals() {
	if d == nil {
		return // the provider is not configured, so nothing was planned
	}
	l := &d.laterRemovals
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines strings.Builder
	for group, members := range l.members {
		for id, email := range members {
			if d.Leaving(group, Person{ID: id, Email: email}) {
				delete(members, id)
				lines.WriteString(group + "\t" + id + "\n")
			}
		}
	}
	if lines.Len() == 0 || os.MkdirAll(d.replacing.dir, 0o700) != nil {
		return
	}
	if file, err := os.OpenFile(d.removalsFile(l.plan), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
		_, _ = file.WriteString(lines.String())
		_ = file.Close()
	}
}

// RemovedLater returns the ids of a group's members whom the plan removes after it
// has planned the destroy of the group.
func (d *Data) RemovedLater(plan, group string) (users []string) {
	if plan == "" || d.replacing.dir == "" {
		return nil
	}
	text, err := os.ReadFile(d.removalsFile(plan))
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		if id, user, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); id == group {
			users = append(users, user)
		}
	}
	return users
}

func (d *Data) removalsFile(plan string) string {
	return filepath.Join(d.replacing.dir, "leaving-"+plan)
}

// removeOldPlans removes the files of plans too old to be applied.
func (d *Data) removeOldPlans() {
	files, _ := filepath.Glob(d.removalsFile("*"))
	for _, name := range files {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > maxPlanAge {
			_ = os.Remove(name)
		}
	}
}
