package console

// Patterns returns the patterns of the pages for signed-in people.
func Patterns() []string {
	var all []string
	for _, r := range routes() {
		all = append(all, r.pattern)
	}
	return all
}
