package plumbing

import "reflect"

// State returns what a package keeps for its own types during one run, such as a
// cache. T is a type of that package, which is zero at first.
func State[T any](d *Data) *T {
	state, _ := d.states.LoadOrStore(reflect.TypeFor[T](), new(T))
	typed, _ := state.(*T) // it was stored under this type
	return typed
}
