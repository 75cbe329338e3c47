package console

// Sections returns the paths of the navigation.
func Sections() []string {
	var all []string
	for _, g := range sections() {
		for _, i := range g.Items {
			all = append(all, i.Path)
		}
	}
	return all
}

// Patterns returns the patterns of the pages for signed-in people.
func Patterns() []string {
	var all []string
	for _, r := range routes() {
		all = append(all, r.pattern)
	}
	return all
}
