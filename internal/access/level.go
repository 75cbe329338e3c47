package access

import "fmt"

// Level is what a subject may do with an entity. Levels of both products share
// one order; an entity admits those of its product (rule 1).
type Level uint8

// The levels, lowest first.
const (
	None         Level = iota // no access
	Read                      // view it
	Edit                      // view and change it (Orchestration Engine only)
	Manage                    // view, change, create and delete it
	Administrate              // every action (Orchestration Engine only)
)

var levelNames = [...]string{"none", "read", "edit", "manage", "administrate"}

// ParseLevel returns the level with the given name, as written in a
// configuration: "none", "read", "edit", "manage" or "administrate".
func ParseLevel(name string) (Level, error) {
	for i, n := range levelNames {
		if n == name {
			return Level(i), nil
		}
	}
	return None, fmt.Errorf("unknown level %q: use one of none, read, edit, manage, administrate", name)
}

// String returns the name of the level, as ParseLevel accepts it.
func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return fmt.Sprintf("Level(%d)", uint8(l))
}

// Product is one of the two products that a group can grant access to.
type Product string

// The products.
const (
	CommerceEngine      Product = "commerce_engine"
	OrchestrationEngine Product = "orchestration_engine"
)

// Levels returns the product's levels, lowest first (rule 1).
func (p Product) Levels() []Level {
	if p == OrchestrationEngine {
		return []Level{None, Read, Edit, Manage, Administrate}
	}
	return []Level{None, Read, Manage}
}

// Admits reports whether the product has the level (rule 1).
func (p Product) Admits(level Level) bool {
	return p == OrchestrationEngine && level <= Administrate || level == None || level == Read || level == Manage
}
