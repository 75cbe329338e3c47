package sqlstore

// SetLandmarkStep sets how many users lie between the places that the store
// remembers, so that short lists have some, too.
func (s *Store) SetLandmarkStep(step int) { s.landmarks.step = step }
