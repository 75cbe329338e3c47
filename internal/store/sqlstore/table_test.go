package sqlstore

import (
	"reflect"
	"strings"
	"testing"
	"unicode"
)

// A record is read back correctly even if two of its columns are swapped, because
// the order is used both ways. So compare names.
func TestTable_columnsAreNamedAsFields(t *testing.T) {
	t.Parallel()
	checkNames(t, tenants)
	checkNames(t, clients)
	checkNames(t, users)
	checkNames(t, accounts)
	checkNames(t, groups)
	checkNames(t, assignments)
	checkNames(t, accessControls)
	checkNames(t, templates)
	checkNames(t, documents)
	checkNames(t, tasks)
	checkNames(t, teamMembers)
	checkNames(t, productAssignments)
	checkNames(t, invitations)
}

func checkNames[T any](t *testing.T, table table[T]) {
	t.Helper()
	record := new(T)
	names := make(map[uintptr]string) // by address
	value := reflect.ValueOf(record).Elem()
	for i := range value.NumField() {
		names[value.Field(i).Addr().Pointer()] = snakeCase(value.Type().Field(i).Name)
	}
	found := make(map[string]bool)
	columns := strings.Split(table.columns, ", ")
	fields := table.fields(record)
	if len(columns) != len(fields) {
		t.Fatalf("%s has %d columns for %d fields", table.name, len(columns), len(fields))
	}
	for i, field := range fields {
		pointer := reflect.ValueOf(field)
		if pointer.Kind() == reflect.Struct {
			pointer = pointer.Field(0)
		}
		name := names[pointer.Pointer()]
		found[name] = true
		if columns[i] != name && columns[i] != name+"_key" {
			t.Errorf("%s: column %s has field %s", table.name, columns[i], name)
		}
	}
	if len(found) != value.NumField() {
		t.Errorf("%s has columns for %d of %d fields", table.name, len(found), value.NumField())
	}
}

// snakeCase converts LegalEntityID to legal_entity_id.
func snakeCase(name string) string {
	var b strings.Builder
	before := 'A'
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) && !unicode.IsUpper(before) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return b.String()
}
