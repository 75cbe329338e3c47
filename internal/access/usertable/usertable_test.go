package usertable

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

const userHeader = "email,first_name,last_name\n"

func TestParse(t *testing.T) {
	t.Parallel()
	anna := User{Line: 2, Email: "anna@acme.example", FirstName: "Anna", LastName: "Arm"}
	required := []string{"email", "first_name", "last_name"}
	with := func(change func(*User)) []User {
		u := anna
		change(&u)
		return []User{u}
	}
	for _, c := range []struct {
		name, text string
		columns    []string
		users      []User
	}{
		{"a header alone", userHeader, required, nil},
		{"commas", userHeader + "anna@acme.example,Anna,Arm\n", required, []User{anna}},
		{"no line end at the end", userHeader + "anna@acme.example,Anna,Arm", required, []User{anna}},
		{"semicolons", "email;first_name;last_name\nanna@acme.example;Anna;Arm\n", required, []User{anna}},
		{"tabs with empty cells", "email\tdepartment\tfirst_name\tlast_name\nanna@acme.example\t\tAnna\tArm\n", []string{"email", "department", "first_name", "last_name"}, []User{anna}},
		{"a byte order mark", "\uFEFF" + userHeader + "anna@acme.example,Anna,Arm\n", required, []User{anna}},
		{"line ends of Windows", "email,first_name,last_name\r\nanna@acme.example,Anna,Arm\r\n", required, []User{anna}},
		{"line ends of old", "email,first_name,last_name\ranna@acme.example,Anna,Arm\r", required, []User{anna}},
		{"blanks around cells", " email , first_name ,last_name\n  anna@acme.example\u00a0, \"Anna\",\tArm \n", required, []User{anna}},
		{"columns in any order, case and spelling of the gap", "Last Name,EMAIL,First-Name\nArm,anna@acme.example,Anna\n", []string{"last_name", "email", "first_name"}, []User{anna}},
		{
			"every column",
			strings.Join(userColumns, ";") + "\nanna@acme.example;Anna;Arm;Sales, North;main;EUR;en;TRUE; a  b a\n",
			userColumns, with(func(u *User) {
				u.Department, u.PreferredSite, u.PreferredCurrency, u.PreferredLanguage = "Sales, North", "main", "EUR", "en"
				u.Locked, u.Groups = true, []string{"a", "b"}
			}),
		},
		{
			"locked false and empty", userHeader[:len(userHeader)-1] + ",locked\nanna@acme.example,Anna,Arm,False\nb@acme.example,B,B,\n", append(slices.Clone(required), "locked"),
			[]User{anna, {Line: 3, Email: "b@acme.example", FirstName: "B", LastName: "B"}},
		},
		{
			"line breaks in cells", userHeader + "\"a@acme.example\",\"A\r\nB\",C\nanna@acme.example,Anna,Arm\n", required,
			[]User{{Line: 2, Email: "a@acme.example", FirstName: "A\nB", LastName: "C"}, {Line: 4, Email: "anna@acme.example", FirstName: "Anna", LastName: "Arm"}},
		},
		{"quotes in cells", userHeader + "anna@acme.example,\"An \"\"Ann\"\" na\",Arm\n", required, with(func(u *User) { u.FirstName = `An "Ann" na` })},
		{"rows without content", "\n,,\n" + userHeader + "\n,,\n \nanna@acme.example,Anna,Arm\n,,\n", required, []User{{Line: 7, Email: "anna@acme.example", FirstName: "Anna", LastName: "Arm"}}},
		{"a column without a name among others", "email,,first_name,last_name\nanna@acme.example,,Anna,Arm\n", required, []User{anna}},
		{"semicolons, with quotes where commas would have none", "email;\"first_name\";last_name\nanna@acme.example;Anna;Arm\n", required, []User{anna}},
		{"separators too many", "email,first_name,last_name,,\nanna@acme.example,Anna,Arm,,,,\n", required, []User{anna}},
		{"formulas that were defused", userHeader + "anna@acme.example,'=Anna,''-Arm\n", required, with(func(u *User) { u.FirstName, u.LastName = "=Anna", "'-Arm" })},
		{"apostrophes that are meant", userHeader + "anna@acme.example,'t Anna,O'Arm\n", required, with(func(u *User) { u.FirstName, u.LastName = "'t Anna", "O'Arm" })},
	} {
		got, err := Parse(c.text)
		if err != nil || !slices.Equal(got.Columns, c.columns) || !reflect.DeepEqual(got.Users, c.users) {
			t.Errorf("%s: got %+v, %v\nwant %v %+v", c.name, got, err, c.columns, c.users)
		}
	}
}

func TestParse_mistakes(t *testing.T) {
	t.Parallel()
	known := strings.Join(userColumns, ", ")
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", []string{"line 1: no header: the first row names the columns, at least email, first_name and last_name"}},
		{"blanks", " \n,,\n", []string{"line 1: no header: the first row names the columns, at least email, first_name and last_name"}},
		{"a required column is missing", "email,department\na@x.example,Sales\n", []string{"line 1: columns first_name and last_name are missing"}},
		{"an unknown column", "email,first_name,last_name,Phone\na@x.example,A,B,1\n", []string{`line 1: unknown column "Phone": the columns are ` + known + `. Rename or remove the others, or read the text with parse_users_csv, whose options rename columns (columns = { department = "Phone" }) and leave them out (ignore = ["Phone"])`}},
		{"an unknown column before the others", "Phone,email,first_name,last_name,Fax\n1,a@x.example,A,B,1\n", []string{`line 1: unknown columns "Phone" and "Fax": the columns are ` + known + `. Rename or remove the others, or read the text with parse_users_csv, whose options rename columns (columns = { department = "Phone" }) and leave them out (ignore = ["Phone", "Fax"])`}},
		{"unknown columns alone", "Mail;Phone\na@x.example;1\n", []string{
			`line 1: unknown columns "Mail" and "Phone": the columns are ` + known + `. Rename or remove the others, or read the text with parse_users_csv, whose options rename columns (columns = { email = "Mail" }) and leave them out (ignore = ["Mail", "Phone"])`,
			"line 1: columns email, first_name and last_name are missing",
		}},
		{"the separator of most columns that are known", "email,first_name,last_name,a|b|c|d|e\n", []string{`line 1: unknown column "a|b|c|d|e": the columns are ` + known + `. Rename or remove the others, or read the text with parse_users_csv, whose options rename columns (columns = { department = "a|b|c|d|e" }) and leave them out (ignore = ["a|b|c|d|e"])`}},
		{"a later separator of more columns that are known", "department,x;email;first_name;last_name\n", []string{`line 1: unknown column "department,x": the columns are ` + known + `. Rename or remove the others, or read the text with parse_users_csv, whose options rename columns (columns = { department = "department,x" }) and leave them out (ignore = ["department,x"])`}},
		{"a header below what is no CSV", "Report\nof \"today\" only\nemail,first_name,last_name\n", []string{`line 1: "Report" is not a header: the header is on line 3, remove the lines above it`}},
		{"a column twice, before another", "email,Email,first_name,last_name,fax\na@x.example,,A,B,1\n", []string{
			`line 1: column email appears twice, as "email" and "Email": remove one of them`,
			`line 1: unknown column "fax": the columns are ` + known + `. Rename or remove the others, or read the text with parse_users_csv, whose options rename columns (columns = { department = "fax" }) and leave them out (ignore = ["fax"])`,
		}},
		{"a cell that is empty below a line break", userHeader + "\"a@x.example\n\",,B\n", []string{"line 3: first_name is empty: fill it in, or remove the row"}},
		{"a quote that does not end below empty lines", userHeader + "a@x.example,A,B\n\n\nb@x.example,\"B,B\n", []string{`line 5: the quote that opens here is never closed: close it, or put a cell that contains quotes in quotes and double the ones inside, as in "R&D ""Labs"""`}},
		{"a column twice", "email,first_name,last_name,Email\na@x.example,A,B,b@x.example\n", []string{`line 1: column email appears twice, as "email" and "Email": remove one of them`}},
		{"empty required cells", userHeader + ",A,B\na@x.example, ,B\nb@x.example,A,\n", []string{"line 2: email is empty: fill it in, or remove the row", "line 3: first_name is empty: fill it in, or remove the row", "line 4: last_name is empty: fill it in, or remove the row"}},
		{"an e-mail twice", userHeader + "a@x.example,A,B\nb@x.example,A,B\n A@X.example,A,B\n", []string{"line 4: e-mail A@X.example is already on line 2: remove one of the rows"}},
		{"bad values for locked", "email,first_name,last_name,locked\na@x.example,A,B,yes\nb@x.example,A,B,maybe\n", []string{`line 2: locked is "yes": write true or false`, `line 3: locked is "maybe": write true or false`}},
		{"cells too few and too many", userHeader + "a@x.example,A\nb@x.example,A,B,C\n", []string{"line 2: the row has 2 of 3 cells: empty cells at the end need separators too", `line 3: the row has 4 cells for 3 columns: put a cell that contains a comma in quotes ("), as format_users_csv does`}},
		{"content under no column", "email,first_name,last_name,\na@x.example,A,B,C\n", []string{"line 2: cell 4 has no column: name the column in the header, or empty the cell"}},
		{"lines after cells with line breaks", userHeader + "\"a@x.example\",\"A\n\nA\",B\nb@x.example,A,\n", []string{"line 5: last_name is empty: fill it in, or remove the row"}},
		{
			"a quote where none may be, with what was wrong before", userHeader + "a@x.example,,B\nb@x.example,B\"B,B\nc@x.example,C,C\n",
			[]string{"line 2: first_name is empty: fill it in, or remove the row", `line 3: a cell has a quote in the middle: put a cell that contains quotes in quotes and double the ones inside, as in "R&D ""Labs"""`},
		},
		{
			"a quote that does not end", userHeader + "a@x.example,A,B\nb@x.example,\"B,B\nc@x.example,C,C\n",
			[]string{`line 3: the quote that opens here is never closed: close it, or put a cell that contains quotes in quotes and double the ones inside, as in "R&D ""Labs"""`},
		},
		{"a broken header", "email,\"first_name,last_name\n", []string{`line 1: the quote that opens here is never closed: close it, or put a cell that contains quotes in quotes and double the ones inside, as in "R&D ""Labs"""`}},
		{"another encoding", userHeader + "a@x.example,J\xfcrgen,B\n", []string{"line 2: not UTF-8: " + otherEncodings}},
		{"everything at once", "email,first_name,last_name,locked,fax\na@x.example,A,,no,1\nA@X.EXAMPLE,A,B\n,A,B,true,\n", []string{
			`line 1: unknown column "fax": the columns are ` + known + `. Rename or remove the others, or read the text with parse_users_csv, whose options rename columns (columns = { department = "fax" }) and leave them out (ignore = ["fax"])`,
			"line 2: last_name is empty: fill it in, or remove the row", `line 2: locked is "no": write true or false`,
			"line 3: the row has 3 of 5 cells: empty cells at the end need separators too", "line 4: email is empty: fill it in, or remove the row",
		}},
	} {
		table, err := Parse(c.text)
		if got := strings.Split(message(err), "\n"); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if len(table.Users) > 0 {
			t.Errorf("%s: got users and an error: %+v", c.name, table)
		}
	}
}

func TestTable_CSV(t *testing.T) {
	t.Parallel()
	table := Table{Columns: []string{"groups", "email", "last_name", "first_name", "locked"}, Users: []User{
		{Email: "a@x.example", FirstName: "=cmd()", LastName: `A "B", C`, Groups: []string{"x", "y"}, Department: "not a column"},
		{Email: "b@x.example", FirstName: "+49", LastName: "Two\nLines", Locked: true},
	}}
	want := "groups,email,last_name,first_name,locked\r\n" +
		"x y,a@x.example,\"A \"\"B\"\", C\",'=cmd(),false\r\n" +
		",b@x.example,\"Two\r\nLines\",'+49,true\r\n"
	if got := table.CSV(); got != want {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
	if got := (Table{}).CSV(); got != strings.Join(Columns(), ",")+"\r\n" {
		t.Errorf("without columns: got %q", got)
	}
}

// sameTable reports whether two tables say the same, regardless of line numbers.
func sameTable(a, b Table) bool {
	a.Users, b.Users = append([]User{}, a.Users...), append([]User{}, b.Users...)
	for _, users := range [][]User{a.Users, b.Users} {
		for i := range users {
			users[i].Line = 0
		}
	}
	return slices.Equal(a.Columns, b.Columns) && reflect.DeepEqual(a.Users, b.Users)
}

// A written table is read back, except for blanks around cells.
func TestTable_roundTrip(t *testing.T) {
	t.Parallel()
	text := rapid.Map(rapid.StringOfN(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("'=+-@;,\"\t\n ab"))), 0, 8, -1), func(s string) string {
		return access.TrimBlanks(strings.ReplaceAll(s, "\r", ""))
	})
	some := rapid.Map(text, func(s string) string { return "x" + s })
	rapid.Check(t, func(t *rapid.T) {
		table := Table{Columns: rapid.Permutation(userColumns).Draw(t, "columns")}
		emails := rapid.SliceOfNDistinct(some, 0, 5, strings.ToLower).Draw(t, "e-mails")
		for _, email := range emails {
			table.Users = append(table.Users, User{
				Email: email, FirstName: some.Draw(t, "first name"), LastName: some.Draw(t, "last name"), Department: text.Draw(t, "department"),
				PreferredSite: text.Draw(t, "site"), PreferredCurrency: text.Draw(t, "currency"), PreferredLanguage: text.Draw(t, "language"),
				Locked: rapid.Bool().Draw(t, "locked"),
				Groups: rapid.SliceOfNDistinct(rapid.StringMatching(`[-A-Za-z0-9._]{1,5}`), 0, 3, rapid.ID).Draw(t, "groups"),
			})
			if last := &table.Users[len(table.Users)-1]; len(last.Groups) == 0 {
				last.Groups = nil
			}
		}
		got, err := Parse(table.CSV())
		if err != nil || !sameTable(got, table) {
			t.Errorf("got %+v, %v\nwant %+v", got, err, table)
		}
	})
}

// FuzzParseUsersCSV: no text makes the parser panic, and a parsed table can be
// written and read back.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"", "\uFEFF" + userHeader + "a@x,A,B", "email;first_name;last_name;groups\r\na@x;A;B;x y\r\n", userHeader + "\"a\nb\",'=A,B",
		"email\tfirst_name\tlast_name\tlocked\na@x\tA\tB\ttrue", userHeader + "\"", ",\n;\n\t\n", userHeader + "'\t=x,''=A,'''",
		userHeader + "\n\n", "sep=;\n" + userHeader, "sep=|\nemail|first_name|last_name\na@x|\"A|\"|\u200bB\u200cC", userHeader + "a@x,\"A\nB\"\"", "e\x00\x00\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		table, err := Parse(text)
		if err != nil {
			if len(table.Users) > 0 || len(table.Columns) > 0 {
				t.Fatalf("an error and a table: %v", err)
			}
			return
		}
		again, err := Parse(table.CSV())
		if err != nil || !sameTable(again, table) {
			t.Fatalf("read %+v\nwrote %q\nread again %+v, %v", table, table.CSV(), again, err)
		}
	})
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestTable_Find(t *testing.T) {
	t.Parallel()
	table, err := Parse(userHeader + "Anna@acme.example,Anna,Arm\nben@acme.example,Ben,Bein\n")
	if err != nil {
		t.Fatal(err)
	}
	for email, want := range map[string]string{"anna@acme.example": "Anna", "BEN@acme.example": "Ben", "clara@acme.example": ""} {
		if got, ok := table.Find(email); got.FirstName != want || ok != (want != "") {
			t.Errorf("%s: got %+v, %t", email, got, ok)
		}
	}
}

// However many texts are read, each is read as what it says.
func TestRead_recentTexts(t *testing.T) {
	t.Parallel()
	texts := map[string]string{}
	for _, name := range []string{"A", "B", "C", "D"} {
		texts[name] = userHeader + "a@acme.example," + name + ",Arm\n"
	}
	for range 3 {
		for name, text := range texts {
			if _, err := Check(text, Format{Columns: map[string]string{"first_name": "last_name", "last_name": "first_name"}}, nil); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				table, err := Parse(text)
				if err != nil || table.Users[0].FirstName != name {
					t.Errorf("%s: got %+v, %v", name, table, err)
				}
			}
		}
	}
}

// The last two texts are kept, each once.
func TestRecentTexts(t *testing.T) {
	t.Parallel()
	var r recentTexts
	a, b, c := &Text{text: "a"}, &Text{text: "b"}, &Text{text: "c"}
	for _, text := range []*Text{a, b, {text: "b"}, {text: "a"}} {
		r.remember(text)
	}
	if r.find("a") != a || r.find("b") != b {
		t.Errorf("after two texts: %v", r.texts)
	}
	r.remember(c)
	if r.find("a") != nil || r.find("b") != b || r.find("c") != c {
		t.Errorf("after three texts: %v", r.texts)
	}
}
