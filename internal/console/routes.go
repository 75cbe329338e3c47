package console

import "slices"

// routes are the pages for signed-in people.
func routes() []route {
	return slices.Concat(
		userRoutes(),
		groupRoutes(),
		invitationRoutes(),
		scopeRoutes(),
		productRoutes(),
		assuranceRoutes(),
		meRoutes(),
		holderRoutes(),
		templateRoutes(),
	)
}
