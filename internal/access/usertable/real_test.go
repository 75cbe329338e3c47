package usertable

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// wants rejects users of another domain, as a caller's check can.
func wants(u User) string {
	if u.Email == "" || strings.HasSuffix(u.Email, "@hof.example") {
		return ""
	}
	return fmt.Sprintf("%q is not an address here", u.Email)
}

const (
	staffHeader = "email,first_name,last_name,department,groups\n"
	staffRow    = "ida@hof.example,Ida,Öhm,Küche,g1 g2\n"
)

// Files written by spreadsheets and HR systems are read correctly.
func TestCheck_realFiles(t *testing.T) {
	t.Parallel()
	ida := User{Line: 2, Email: "ida@hof.example", FirstName: "Ida", LastName: "Öhm", Department: "Küche", Groups: []string{"g1", "g2"}}
	at := func(line int) User {
		u := ida
		u.Line = line
		return u
	}
	semicolons := strings.ReplaceAll(staffHeader+staffRow, ",", ";")
	german := "E-Mail;Vor Name;Nachname;Abteilung;Telefon;Gruppen\r\nida@hof.example;Ida;Öhm;Küche;1;g1 g2\r\n"
	germanFormat := Format{
		Columns: map[string]string{"first_name": "VOR-NAME", "last_name": "Nachname", "department": "Abteilung", "groups": "Gruppen"},
		Ignore:  []string{"telefon", "Fax"},
	}
	for name, c := range map[string]struct {
		text   string
		format Format
		want   User
	}{
		"as a table":                       {staffHeader + staffRow, Format{}, ida},
		"|":                                {strings.ReplaceAll(staffHeader+staffRow, ",", "|"), Format{}, ida},
		"the line of Excel":                {"sep=;\r\n" + semicolons, Format{}, at(3)},
		"after a byte order mark":          {"\uFEFFSEP=;\r" + semicolons, Format{}, at(3)},
		"before a byte order mark":         {"sep=\t\n\uFEFF" + strings.ReplaceAll(`"email",`+staffHeader[6:]+staffRow, ",", "\t"), Format{}, at(3)},
		"in quotes":                        {"\"sep=,\"\n" + staffHeader + staffRow, Format{}, at(3)},
		"two byte order marks":             {"\uFEFF\uFEFF\"email\"," + staffHeader[6:] + staffRow, Format{}, ida},
		"other spellings":                  {"E-Mail, FirstName ,Last\u00a0Name,DEPARTMENT\u200b,groups\n" + staffRow, Format{}, ida},
		"invisible characters at the ends": {staffHeader + "ida@hof.example\u00a0,\u200bIda,Öhm\u200e,\uFEFFKüche \t, g1  g2\u00a0\n", Format{}, ida},
		"one carriage return a line":       {strings.ReplaceAll(staffHeader+staffRow, "\n", "\r"), Format{}, ida},
		"mixed line ends":                  {staffHeader + strings.ReplaceAll(staffRow, "\n", "\r\n") + "\n\r\n,,,,\n", Format{}, ida},
		"columns by other names":           {german, germanFormat, ida},
		"a column of ours left out": {
			"email,first_name,last_name,department,groups,locked\nida@hof.example,Ida,Öhm,Küche,g1 g2,maybe\n", Format{Ignore: []string{"Locked"}}, ida,
		},
		"ours is another column": {
			"email,Work E-Mail,first_name,last_name,department,groups\nx,ida@hof.example,Ida,Öhm,Küche,g1 g2\n",
			Format{Columns: map[string]string{"email": "work e-mail"}, Ignore: []string{"email"}},
			ida,
		},
		"the delimiter that was asked for": {semicolons, Format{Delimiter: ";"}, ida},
		"the delimiter of both":            {"sep=;\n" + semicolons, Format{Delimiter: ";"}, at(3)},
	} {
		if err := c.format.Check(); err != nil {
			t.Errorf("%s: the format is rejected: %v", name, err)
		}
		got, err := Check(c.text, c.format, wants)
		if err != nil || !reflect.DeepEqual(got.Users, []User{c.want}) {
			t.Errorf("%s: got %+v, %v", name, got.Users, err)
		}
	}
	for _, c := range []struct{ cell, want string }{
		{"=cmd()", "=cmd()"},
		{"'=cmd()", "=cmd()"},
		{`"Nord, Süd"`, "Nord, Süd"},
		{`"F&E ""Halle"""`, `F&E "Halle"`},
		{"\"zwei\r\nZeilen\"", "zwei\nZeilen"},
		{"Halle “Nord”", "Halle “Nord”"},
		{"“Nord” und “Süd”", "“Nord” und “Süd”"},
		{"“” Nord", "“” Nord"},
		{"D’Angelo", "D’Angelo"},
	} {
		got, err := Check("email,first_name,last_name,department\nida@hof.example,Ida,Öhm,"+c.cell+"\n", Format{}, wants)
		if err != nil || got.Users[0].Department != c.want {
			t.Errorf("%q: got %+v, %v", c.cell, got.Users, err)
		}
	}
}

// A text that cannot be read is rejected with the line and the fix.
func TestCheck_refused(t *testing.T) {
	t.Parallel()
	const head = "email,first_name,last_name,department\n"
	columns := strings.Join(userColumns, ", ")
	const twice = `put a cell that contains quotes in quotes and double the ones inside, as in "R&D ""Labs"""`
	const row = "line 2: "
	for _, c := range []struct {
		name, text string
		format     Format
		want       string
	}{
		{"ids with commas", staffHeader + "ida@hof.example,Ida,Öhm,,\"g1, g2\"\n", Format{}, row + `groups is "g1, g2": spaces separate ids, so write "g1 g2"`},
		{"ids with semicolons", staffHeader + "ida@hof.example,Ida,Öhm,,g1;g2\n", Format{}, row + `groups is "g1;g2": spaces separate ids, so write "g1 g2"`},
		{"ids with |", staffHeader + "ida@hof.example,Ida,Öhm,,g1 | g2\n", Format{}, row + `groups is "g1 | g2": spaces separate ids, so write "g1 g2"`},
		{
			"ids with the delimiter", strings.ReplaceAll(staffHeader, ",", ";") + "ida@hof.example;Ida;Öhm;;g1;g2\n",
			Format{},
			row + "the row has 6 cells for 5 columns: put a cell that contains a semicolon in quotes (\"), as format_users_csv does, and separate group ids with spaces",
		},
		{"NUL", head + "ida@hof.example,I\x00da,Öhm,\n", Format{}, row + "first_name contains the invisible character U+0000 (NUL): remove or replace it"},
		{"NUL at the end", head + "ida@hof.example,Ida\x00,Öhm,\n", Format{}, row + "first_name contains the invisible character U+0000 (NUL): remove or replace it"},
		{"zero width, and no second mistake", head + "ida@ho\u200bf.example,Ida,Öhm,\n", Format{}, row + "email contains the invisible character U+200B (zero width space): remove or replace it"},
		{"no-break space", head + "ida@hof.example,Ida\u00a0Eva,Öhm,\n", Format{}, row + "first_name contains the invisible character U+00A0 (no-break space): remove or replace it"},
		{"in a cell of two lines", head + "ida@hof.example,\"I\nda\",Ö\uFEFFhm,\n", Format{}, "line 3: last_name contains the invisible character U+FEFF (byte order mark): remove or replace it"},
		{"from right to left", head + "ida@hof.example,Ida,Öhm,Ser\u202Evice\n", Format{}, row + "department contains the invisible character U+202E (right-to-left override): remove or replace it"},
		{"lost characters", head + "ida@hof.example,Ida,\uFFFDhm,\n", Format{}, row + "last_name contains U+FFFD (replacement character): a character was lost when the text was decoded; " + otherEncodings},
		{"typographic quotes", head + "ida@hof.example,“Ida”,Öhm,\n", Format{}, row + `first_name starts with the typographic quote “: CSV recognizes only straight quotes ("): use those or none`},
		{"a comma in typographic quotes", "email,department,last_name,first_name\nida@hof.example,„Küche, Nord“,Ida\n", Format{}, row + `department starts with the typographic quote „: CSV recognizes only straight quotes ("): use those or none`},
		{"a quote that is not closed", head + "ida@hof.example,\"Ida,Öhm,\nole@hof.example,Ole,Ås,\n", Format{}, row + "the quote that opens here is never closed: close it, or " + twice},
		{
			"a quote that a later one closes", "\n" + head + staffRow[:len("ida@hof.example,Ida,Öhm,Küche")] + "\nole@hof.example, \"Ole,Ås,\n\"eva@hof.example\",Eva,Ås,\n",
			Format{},
			"line 4: the quote that opens here closes on line 5, in the middle of a cell: close it at the end of its cell, or " + twice,
		},
		{"a later cell of a row of several lines", head + "ida@hof.example,\"I\nda\",\"Ö\"\"h\nm,\n", Format{}, "line 3: the quote that opens here is never closed: close it, or " + twice},
		{"quotes in quotes", head + "ida@hof.example,Ida,Öhm,\"F&E \"Halle\"\"\n", Format{}, row + "text follows the closing quote of a cell: " + twice},
		{"quotes without quotes", head + "ida@hof.example,Ida,Öhm,F&E \"Halle\"\n", Format{}, row + "a cell has a quote in the middle: " + twice},
		{"a comment above", "# exported today\n" + head, Format{}, `line 1: "# exported today" is not a header: the header is on line 2, remove the lines above it`},
		{"a version above", "version:v1,,,\n\nMail;Vorname;Nachname\n", Format{Columns: map[string]string{"email": "mail", "first_name": "Vorname", "last_name": "Nachname"}}, `line 1: "version:v1" is not a header: the header is on line 3, remove the lines above it`},
		{"a version above what nobody knows", "version:v1,,\nName,User name,Given\nIda Öhm,ida@hof.example,Ida\n", Format{}, `line 1: "version:v1" is not a header: remove the lines above the header`},
		{"no column that is known", "Mail,Name\nida@hof.example\n", Format{}, `line 1: unknown columns "Mail" and "Name": the columns are ` + columns + `. Rename or remove the others, or read the text with parse_users_csv, whose options rename columns (columns = { email = "Mail" }) and leave them out (ignore = ["Mail", "Name"])` + "\nline 1: columns email, first_name and last_name are missing"},
		{"a comment", head + "# ole@hof.example left,,,\n#,,\n", Format{}, row + "first_name and last_name are empty: fill them in, or remove the row\n" + row + `"# ole@hof.example left" is not an address here` + "\nline 3: the line starts with #, but a table cannot have comments: remove it"},
		{"a row of sums", head + "Total: 2,,,\n", Format{}, row + "first_name and last_name are empty: fill them in, or remove the row\n" + row + `"Total: 2" is not an address here`},
		{"a row too short", head + "ida@hof.example,Ida,Öhm\n", Format{}, row + "the row has 3 of 4 cells: empty cells at the end need separators too"},
		{"no separator we know", "email:first_name:last_name\n", Format{}, `line 1: the header is a single cell, "email:first_name:last_name": separate cells with commas, semicolons, tabs or |`},
		{"another one in the line of Excel", "sep=^\n" + head, Format{}, "line 1: sep=^ is not supported: separate cells with commas, semicolons, tabs or |"},
		{"none in the line of Excel", "sep=\n" + head, Format{}, "line 1: sep= is not supported: separate cells with commas, semicolons, tabs or |"},
		{"the line of Excel alone", "sep=;", Format{}, "line 1: no header: the first row names the columns, at least email, first_name and last_name"},
		{"the line of Excel against the delimiter", "sep=;\n" + head, Format{Delimiter: ","}, `line 1: the line sep=; contradicts the option delimiter, which is ",": leave the option out, or correct the line`},
		{"another delimiter", head, Format{Delimiter: ";"}, `line 1: the header is a single cell, "email,first_name,last_name,department", when semicolons separate cells: correct the delimiter`},
		{
			"columns by other names", "E-Mail;Vorname;Nachname\n",
			Format{},
			`line 1: unknown columns "Vorname" and "Nachname": the columns are ` + columns + `. Rename or remove the others, or read the text with parse_users_csv, whose options rename columns (columns = { first_name = "Vorname" }) and leave them out (ignore = ["Vorname", "Nachname"])` +
				"\nline 1: columns first_name and last_name are missing",
		},
		{"a column that does not exist", "E-Mail;Vorname;Nachname\n", Format{Columns: map[string]string{"first_name": "Vorname", "last_name": "Nachname", "groups": "Gruppen"}}, `line 1: column "Gruppen" is missing: the option columns names it for groups`},
		{"a column by both names", "email,Mail,first_name,last_name\n", Format{Columns: map[string]string{"email": "Mail"}}, `line 1: unknown column "email"`},
		{"UTF-16", strings.Join(strings.Split(head, ""), "\x00") + "\x00", Format{}, "line 1: many characters are U+0000 (NUL), as in UTF-16"},
		{"UTF-8 read as windows-1252", "ï»¿" + head, Format{}, `line 1: the file is UTF-8 and was read with another encoding: read it with file("users.csv")`},
		{"twice", head + "ida@hof.example,I,Ö,\nIDA@hof.example,I,Ö,\n", Format{}, "line 3: e-mail IDA@hof.example is already on line 2: remove one of the rows"},
	} {
		table, err := Check(c.text, c.format, wants)
		if got := message(err); got != c.want && !strings.HasSuffix(c.name, "names") && c.name != "UTF-16" || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
		if len(table.Users) > 0 {
			t.Errorf("%s: got users and an error", c.name)
		}
	}
}

// Values that a tenant may have are read even if no one should write them: a
// table in a state can always be read.
func TestParse_whatTenantsHave(t *testing.T) {
	t.Parallel()
	table := Table{Columns: []string{"last_name", "email", "first_name", "department"}, Users: []User{
		{Email: "ida@hof.example", FirstName: "I\u200bda", LastName: "# 1", Department: "“Nord”"},
		{Email: "ole@hof.example", FirstName: "O\x00le", LastName: "\uFFFDs", Department: "Ser\u00a0vice"},
		{Email: "eva", FirstName: "Eva", LastName: "# 2"},
	}}
	got, err := Parse(table.CSV())
	if err != nil || !sameTable(got, table) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := Check(table.CSV(), Format{}, wants); len(strings.Split(message(err), "\n")) != 6 {
		t.Errorf("the written table is rejected: %v", err)
	}
}

func TestFormat_Check(t *testing.T) {
	t.Parallel()
	columns := strings.Join(userColumns, ", ")
	for _, c := range []struct {
		format Format
		want   string
	}{
		{Format{}, ""},
		{Format{Columns: map[string]string{"E-Mail": "email"}}, `columns: "E-Mail" is not a user column; the columns are ` + columns + `. Write the user column first, as in { first_name = "Vorname" }`},
		{Format{Columns: map[string]string{"email": " "}}, `columns["email"] is empty: write the header that the column has in the text, or leave email out`},
		{Format{Columns: map[string]string{"first_name": "Name", "last_name": "name "}}, `columns: first_name and last_name have the same header, "name ": remove one of them`},
		{Format{Ignore: []string{"Fax", ""}}, "ignore[1] is empty: write the header of a column, or leave it out"},
		{Format{Ignore: []string{"*"}}, `ignore[0] is "*", which is not a wildcard: list the headers, so that a misspelled one is still an error`},
		{Format{Columns: map[string]string{"email": "Mail"}, Ignore: []string{"MAIL"}}, `ignore[0]: "MAIL" is also the header of email in columns: remove one of the two`},
		{Format{Delimiter: ":"}, `delimiter is ":": write ",", ";", "\t" or "|", or leave it out`},
		{Format{Delimiter: ";", Ignore: []string{"groups"}}, ""},
	} {
		if got := message(c.format.Check()); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.format, got, c.want)
		}
	}
}

// The line that names the delimiter stays when a table is edited.
func TestText_Edit_separatorLine(t *testing.T) {
	t.Parallel()
	const text = "\uFEFFsep=;\r\nemail;first_name;last_name\r\nida@hof.example;Ida;Öhm\r\nole@hof.example;Ole;Ås\r\n"
	read, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	got := read.Edit(func(u User) (User, bool) { return u, u.FirstName != "Ida" }, User{Email: "eva@hof.example", FirstName: "Eva", LastName: "A;s"})
	if want := "\uFEFFsep=;\r\nemail;first_name;last_name\r\nole@hof.example;Ole;Ås\r\neva@hof.example;Eva;\"A;s\"\r\n"; got != want {
		t.Errorf("got %q", got)
	}
	if !Same(text, strings.ReplaceAll(strings.TrimPrefix(text, "\uFEFFsep=;\r\n"), ";", "|")) {
		t.Error("the table without the line differs")
	}
	if !slices.Equal(read.Table().Columns, userColumns[:3]) {
		t.Errorf("columns %v", read.Table().Columns)
	}
}
