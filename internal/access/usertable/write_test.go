package usertable

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

func given(name string, cells ...string) Row {
	u := Row{name, map[string]string{}}
	for i := 0; i < len(cells); i += 2 {
		u.Cells[cells[i]] = cells[i+1]
	}
	return u
}

func TestWrite(t *testing.T) {
	t.Parallel()
	ida := []string{"email", "Ida@hof.example", "first_name", " Ida\u200b", "last_name", "Öhm"}
	and := func(more ...string) []string { return append(slices.Clone(ida), more...) }
	ole := []string{"email", "ole@hof.example", "first_name", "Ole", "last_name", "Ås"}
	for _, c := range []struct {
		name       string
		users      []Row
		want, fail string
	}{
		{"nobody", nil, "email,first_name,last_name\n", ""},
		{"trimmed", []Row{given("a", ida...)}, "email,first_name,last_name\nIda@hof.example,Ida,Öhm\n", ""},
		{
			"what needs quotes, and what would run",
			[]Row{given("a", and("department", "Nord, Süd")...), given("b", append(ole, "department", "=F&E \"Halle\"\r\nB", "locked", "TRUE")...)},
			"email,first_name,last_name,department,locked\nIda@hof.example,Ida,Öhm,\"Nord, Süd\",\nole@hof.example,Ole,Ås,\"'=F&E \"\"Halle\"\"\nB\",TRUE\n", "",
		},
		{"columns that are empty for all stay", []Row{given("a", and("groups", "", "department", "")...)}, "email,first_name,last_name,department,groups\nIda@hof.example,Ida,Öhm,,\n", ""},
		{"nothing of what is needed", []Row{given(`users["a"]`, "first_name", "\u200b", "email", "")}, "", `users["a"].email is empty: every user needs one` + "\n" + `users["a"].first_name is empty: every user needs one` + "\n" + `users["a"] has no last_name: every user needs one`},
		{"one address twice", []Row{given("users[0]", ida...), given("users[1]", "email", "ida@HOF.example ", "first_name", "I", "last_name", "Ö")}, "", "users[1] and users[0] have the same e-mail address, ida@HOF.example: remove one of them"},
		{"no groups beside groups", []Row{given("users[0]", and("groups", "g1")...), given("users[1]", ole...)}, "", "users[1] has no groups, but other users do: set groups, to [] for a user in no group"},
		{
			"what a table refuses, by user",
			[]Row{given("a", and("department", "two\nlines")...), given("b", "email", "x", "first_name", "O\u200ble", "last_name", "Ås", "locked", "no"), given("c", append(ole, "department", "“Nord”\n“Süd”\nO\x00st")...)},
			"",
			`b: locked is "no": write true or false` + "\nb: first_name contains the invisible character U+200B (zero width space): remove or replace it\n" + `b: "x" is not an address here` + "\nc: department contains the invisible character U+0000 (NUL): remove or replace it",
		},
	} {
		got, err := Write(c.users, wants)
		if got != c.want || message(err) != c.fail {
			t.Errorf("%s: got %q and\n%v\nwant %q and\n%s", c.name, got, err, c.want, c.fail)
		}
	}
}

// cellsOf returns the cells of a row.
func cellsOf(table Table, u User) map[string]string {
	cells := map[string]string{}
	for _, column := range table.Columns {
		cells[column] = u.Cell(column)
	}
	return cells
}

// checkRoundTrip checks that a written text is read back with the same cells.
func checkRoundTrip(t interface{ Fatalf(string, ...any) }, users []Row) {
	text, err := Write(users, wants)
	if err != nil {
		return
	}
	table, err := Check(text, Format{}, wants)
	if err != nil || len(table.Users) != len(users) {
		t.Fatalf("%q is read as %+v, %v", text, table, err)
	}
	for i, u := range table.Users {
		for column, cell := range cellsOf(table, u) {
			want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(users[i].Cells[column])
			switch column {
			case "locked":
				want = map[bool]string{true: "true", false: "false"}[strings.EqualFold(access.TrimBlanks(want), "true")]
			case "groups":
				want = strings.Join(slices.Compact(strings.Fields(want)), " ")
			default:
				want = access.TrimBlanks(want)
			}
			if cell != want {
				t.Fatalf("%s of user %d is %q and was %q\n%q", column, i, cell, want, text)
			}
		}
		for column := range maps.Keys(users[i].Cells) {
			if !table.Has(column) {
				t.Fatalf("column %s is lost", column)
			}
		}
	}
}

func TestWrite_roundTrip(t *testing.T) {
	t.Parallel()
	text := rapid.StringOfN(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("'=+-@;,|\"\t\r\n ab“”&#"))), 0, 8, -1)
	written := 0
	rapid.Check(t, func(t *rapid.T) {
		emails := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zA-Z'=#+]{1,4}@hof\.example`), 0, 4, strings.ToLower).Draw(t, "e-mails")
		columns := rapid.SliceOfDistinct(rapid.SampledFrom(userColumns[requiredColumns:]), rapid.ID).Draw(t, "columns")
		var users []Row
		for _, email := range emails {
			u := given(email, "email", email, "first_name", "x"+text.Draw(t, "first name"), "last_name", text.Draw(t, "last name")+"x")
			for _, column := range columns {
				switch column {
				case "locked":
					u.Cells[column] = rapid.SampledFrom([]string{"true", "FALSE", ""}).Draw(t, column)
				case "groups":
					u.Cells[column] = rapid.StringMatching(`(a b)?( c-1\.x)?`).Draw(t, column)
				default:
					u.Cells[column] = text.Draw(t, column)
				}
			}
			users = append(users, u)
		}
		if _, err := Write(users, wants); err == nil && len(users) > 0 {
			written++
		}
		checkRoundTrip(t, users)
	})
	if written == 0 {
		t.Error("nothing was written")
	}
}

// FuzzFormatUsersCSV: no text makes the writer panic, and everything it writes
// can be read back.
func FuzzWrite(f *testing.F) {
	for _, cells := range [][3]string{
		{"Ida", "Nord, Süd", "g1 g2"}, {"=Ida", "F&E \"Halle\"", ""}, {"'=Ida", "a\r\nb", "g1,g2"}, {"“Ida", "#", "\x00"}, {"\xff", "\uFEFF", "\u200c"},
	} {
		f.Add(cells[0], cells[1], cells[2])
	}
	f.Fuzz(func(t *testing.T, name, department, groups string) {
		checkRoundTrip(t, []Row{
			given("users[0]", "email", "ida@hof.example", "first_name", name, "last_name", department, "department", department, "groups", ""),
			given("users[1]", "email", "ole@hof.example", "first_name", department, "last_name", name, "preferred_site", name, "groups", groups),
		})
	})
}
