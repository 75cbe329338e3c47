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

// leaving tells the destroy of a group who leaves the group by what the plan came
// to only after it. Where Terraform makes one change at a time, nothing can take
// these out while the destroy waits. What it has to know lies in a file beside the
// notes of replacements, one for each plan: the private data of the destroy names
// it, so that no apply reads the file of another plan.
type leaving struct {
	mu    sync.Mutex
	plan  string                       // names the file; empty until a group waits
	waits map[string]map[string]string // e-mail addresses by user, by group
}

// mostWaiting is how many members of groups may be looked at after each step of a
// plan.
const mostWaiting = 2000

// WatchMembers notes that the plan destroys a group whose members, e-mail addresses
// by id, nothing takes out as far as it has come. It returns what RemovedLater needs.
func (d *Data) WatchMembers(group string, members map[string]string) (plan string) {
	l := &d.leaving
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := len(members)
	for _, others := range l.waits {
		waiting += len(others)
	}
	if d.replacing.dir == "" || waiting == 0 || waiting > mostWaiting {
		return ""
	}
	if l.plan == "" {
		l.plan, l.waits = rand.Text(), map[string]map[string]string{}
		d.forgetOldPlans()
	}
	l.waits[group] = maps.Clone(members)
	return l.plan
}

// RecordRemovals looks, after each step of a plan, which of them it takes out. Where
// that cannot be written down, the destroy says who is in the way.
func (d *Data) RecordRemovals() {
	if d == nil {
		return // not configured: nothing was planned
	}
	l := &d.leaving
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines strings.Builder
	for group, members := range l.waits {
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
	if file, err := os.OpenFile(d.leavingFile(l.plan), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
		_, _ = file.WriteString(lines.String())
		_ = file.Close()
	}
}

// RemovedLater returns the ids of those of a group's members whom the plan takes out
// after it has come to the group.
func (d *Data) RemovedLater(plan, group string) (users []string) {
	if plan == "" || d.replacing.dir == "" {
		return nil
	}
	text, err := os.ReadFile(d.leavingFile(plan))
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

func (d *Data) leavingFile(plan string) string {
	return filepath.Join(d.replacing.dir, "leaving-"+plan)
}

// forgetOldPlans removes the files of plans that are not applied any more.
func (d *Data) forgetOldPlans() {
	files, _ := filepath.Glob(d.leavingFile("*"))
	for _, name := range files {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > oldest {
			_ = os.Remove(name)
		}
	}
}
