package review

// putMake does what a change of the Make organization does.
func (a *applied) putMake(c change) {
	a.make.Organization = c.after.text("organization_id")
	a.make.Sync, _ = c.after["sync"].(bool)
	a.make.Prune, _ = c.after["prune_stale"].(bool)
}

// endMake ends the sync. Members stay in Make.
func (a *applied) endMake(change) { a.make.Organization, a.make.Sync, a.make.Prune = "", false, false }
