package rights_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"pgregory.net/rapid"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

func TestParseUsersCSVFunction(t *testing.T) {
	t.Parallel()
	p := providertest.Start(t, nil)
	const nobodyElse = " or remove the row"
	for _, c := range []struct{ name, text, want string }{
		{
			"required columns only", "email,first_name,last_name\nAnna@acme.example,Anna,\"Schmidt, B.\"\n",
			"map[anna@acme.example:map[department:<nil> email:Anna@acme.example first_name:Anna groups:<nil> last_name:Schmidt, B. locked:<nil> preferred_currency:<nil> preferred_language:<nil> preferred_site:<nil>]]",
		},
		{
			"every column", "\uFEFFlocked;groups;email;first_name;last_name;department;preferred_site;preferred_currency;preferred_language\r\nTRUE;b a b;a@acme.example;A;B;D;main;EUR;de\r\n;;c@acme.example;C;D;;;;\r\n",
			"map[a@acme.example:map[department:D email:a@acme.example first_name:A groups:[a b] last_name:B locked:true preferred_currency:EUR preferred_language:de preferred_site:main] " +
				"c@acme.example:map[department:<nil> email:c@acme.example first_name:C groups:[] last_name:D locked:false preferred_currency:<nil> preferred_language:<nil> preferred_site:<nil>]]",
		},
		{"nobody", "email,first_name,last_name\n", "map[]"},
		{
			"bad e-mails", "email,first_name,last_name\n\nanna,A,B\nb@acme.example,A,B\nA <c@acme.example>,A,B\n",
			"argument 0: 2 mistakes:\nline 3: \"anna\" is not an e-mail address: use one such as anna.schmidt@example.com," + nobodyElse + "\nline 5: \"A <c@acme.example>\" is not an e-mail address: use one such as anna.schmidt@example.com," + nobodyElse,
		},
		{"twice", "email,first_name,last_name\na@acme.example,A,B\nA@acme.example,A,B\n", "argument 0: line 3: e-mail A@acme.example is already on line 2: remove one of the rows"},
		{
			"every mistake", "email,first_name,last_name,locked,boss\na@acme.example,,B,maybe,x\n",
			"argument 0: 3 mistakes:\nline 1: unknown column \"boss\": the columns are email, first_name, last_name, department, preferred_site, preferred_currency, preferred_language, locked, groups. " +
				"Rename or remove the others, or read the text with parse_users_csv, whose options rename columns (columns = { department = \"boss\" }) and leave them out (ignore = [\"boss\"])" +
				"\nline 2: first_name is empty: fill it in," + nobodyElse + "\nline 2: locked is \"maybe\": write true or false",
		},
		{"an invisible character", "email,first_name,last_name\na@acme.example,A\u200bA,B\n", "argument 0: line 2: first_name contains the invisible character U+200B (zero width space): remove or replace it"},
	} {
		result, failed := p.Call("parse_users_csv", c.text)
		got := failed
		if failed == "" {
			got = fmt.Sprint(result)
		}
		if got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
	_, failed := p.Call("parse_users_csv", "email,first_name,last_name\n"+strings.Repeat("x,A,B\n", 30))
	if lines := strings.Split(failed, "\n"); len(lines) != 22 || lines[0] != "argument 0: 59 mistakes:" || lines[21] != "and 39 more like these" {
		t.Errorf("many mistakes are reported as\n%s", failed)
	}
}

// typed is a value that no configuration writes as literals, but functions such
// as toset and tomap return.
func typed(collection tftypes.Type, v any) tftypes.Value { return tftypes.NewValue(collection, v) }

func texts(items ...string) (values []tftypes.Value) {
	for _, item := range items {
		values = append(values, tftypes.NewValue(tftypes.String, item))
	}
	return values
}

func TestParseUsersCSVFunction_options(t *testing.T) {
	t.Parallel()
	p := providertest.Start(t, nil)
	const text = "Mail;Vorname;Nachname;Telefon;email\nida@hof.example;Ida;Öhm;1;\n"
	columns := values{"email": "mail", "first_name": "Vorname", "last_name": "NACHNAME"}
	plain := "email,first_name,last_name\nida@hof.example,Ida,Öhm\n"
	for _, c := range []struct {
		name    string
		text    string
		options []any
		want    string // names of those who are read, or the error
	}{
		{"none", plain, nil, "Ida Öhm"},
		{"an empty object", plain, []any{values{}}, "Ida Öhm"},
		{"columns and a list", text, []any{values{"columns": columns, "ignore": []any{"telefon", "Email"}, "delimiter": ";"}}, "Ida Öhm"},
		{"a map and a set", text, []any{values{
			"columns": typed(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{"email": texts("Mail")[0], "first_name": texts("Vorname")[0], "last_name": texts("Nachname")[0]}),
			"ignore":  typed(tftypes.Set{ElementType: tftypes.String}, texts("Telefon", "email")),
		}}, "Ida Öhm"},
		{"a map of options", plain, []any{typed(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{"delimiter": texts(",")[0]})}, "Ida Öhm"},
		{"a list of headers that is typed", text, []any{values{"columns": columns, "ignore": typed(tftypes.List{ElementType: tftypes.String}, texts("Telefon", "email"))}}, "Ida Öhm"},
		{"a column that is not ignored", text, []any{values{"columns": columns}}, `argument 0: line 1: unknown columns "Telefon" and "email"`},
		{"the wrong delimiter", text, []any{values{"columns": columns, "delimiter": "|"}}, "argument 0: line 1: the header is a single cell"},

		{"null", plain, []any{nil}, `argument 1: options are null: leave the argument out, or write an object such as { delimiter = ";" }`},
		{"two objects", plain, []any{values{}, values{}}, "argument 2: one object holds all options: merge them into the previous one"},
		{"a text", plain, []any{";"}, `argument 1: options must be an object such as { delimiter = ";" }, and are a string`},
		{"a list", plain, []any{[]any{"Telefon"}}, `argument 1: options must be an object such as { delimiter = ";" }, and are a list`},
		{"an unknown option", plain, []any{values{"separator": ";"}}, `argument 1: unknown option "separator": the options are columns, ignore and delimiter`},
		{"null options", plain, []any{values{"columns": nil, "delimiter": nil, "ignore": typed(tftypes.List{ElementType: tftypes.String}, nil)}}, "argument 1: 3 mistakes:\ncolumns is null: leave it out, or give it a value\ndelimiter is null: leave it out, or give it a value\nignore is null: leave it out, or give it a value"},
		{"wrong types", plain, []any{values{"columns": []any{"email"}, "delimiter": 1, "ignore": true}}, "argument 1: 3 mistakes:\n" +
			`columns must be an object of headers by column, such as { email = "E-Mail" }, and is a list` + "\n" + `delimiter must be a string, and is a number: write ",", ";", "\t" or "|"` + "\n" + `ignore must be a list of headers, such as ["Phone"], and is a bool`},
		{"null and wrong types within", plain, []any{values{"columns": values{"email": nil, "last_name": 1}, "ignore": []any{"Fax", nil, values{}}}}, "argument 1: 4 mistakes:\n" +
			`columns["email"] is null: write the header that the column has in the text, or leave email out` + "\n" + `columns["last_name"] must be a string, the header of the column, and is a number` +
			"\nignore[1] is null: leave it out, as compact() does\nignore[2] must be a string, and is an object"},
		{"a null of a set", plain, []any{values{"ignore": typed(tftypes.Set{ElementType: tftypes.String}, []tftypes.Value{typed(tftypes.String, nil)})}}, "argument 1: ignore[0] is null: leave it out, as compact() does"},
		{"a delimiter of another kind", plain, []any{values{"delimiter": "comma"}}, `argument 1: delimiter is "comma": write ",", ";", "\t" or "|", or leave it out`},
		{"an empty delimiter", plain, []any{values{"delimiter": ""}}, `argument 1: delimiter is empty: write ",", ";", "\t" or "|", or leave it out`},
		{"a column that no user has", plain, []any{values{"columns": values{"mail": "E-Mail"}}}, `argument 1: columns: "mail" is not a user column`},
		{"every column ignored", plain, []any{values{"ignore": []any{"*"}}}, `argument 1: ignore[0] is "*", which is not a wildcard`},
	} {
		result, failed := p.Call("parse_users_csv", append([]any{c.text}, c.options...)...)
		got := failed
		if failed == "" {
			for _, u := range result.(values) {
				got = fmt.Sprint(u.(values)["first_name"], " ", u.(values)["last_name"])
			}
		}
		if got != c.want && (failed == "" || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestFormatUsersCSVFunction(t *testing.T) {
	t.Parallel()
	p := providertest.Start(t, nil)
	ida := func(more ...any) values {
		u := values{"email": "ida@hof.example", "first_name": "Ida", "last_name": "Öhm"}
		for i := 0; i < len(more); i += 2 {
			u[more[i].(string)] = more[i+1]
		}
		return u
	}
	ole := values{"email": "ole@hof.example", "first_name": "Ole", "last_name": "Ås", "groups": typed(tftypes.Set{ElementType: tftypes.String}, nil)}
	const header, row = "email,first_name,last_name", "ida@hof.example,Ida,Öhm"
	for _, c := range []struct {
		name  string
		users any
		want  string
	}{
		{"nobody", values{}, header + "\n"},
		{"an empty list", []any{}, header + "\n"},
		{"an object of objects", values{"b": ida(), "a": ole}, header + "\nole@hof.example,Ole,Ås\n" + row + "\n"},
		{"a list keeps its order", []any{ida(), ole}, header + "\n" + row + "\nole@hof.example,Ole,Ås\n"},
		{"keys are addresses", values{"ida@hof.example": values{"first_name": "Ida", "last_name": "Öhm", "email": nil}}, header + "\n" + row + "\n"},
		{
			"every kind of value",
			[]any{ida("locked", true, "groups", []any{"g1", "g2"}, "department", "Nord, Süd"), ida("email", "ole@hof.example", "locked", "FALSE", "groups", typed(tftypes.Set{ElementType: tftypes.String}, texts("g1")))},
			header + ",department,locked,groups\n" + row + ",\"Nord, Süd\",true,g1 g2\nole@hof.example,Ida,Öhm,,FALSE,g1\n",
		},
		{"ids as in a table, and none", []any{ida("groups", " g1 g2"), ida("email", "ole@hof.example", "groups", []any{})}, header + ",groups\n" + row + ",g1 g2\nole@hof.example,Ida,Öhm,\n"},
		{"no users", nil, "argument 0: users are null: write {} for no users"},
		{"a text", "ida@hof.example", "argument 0: users must be a map, an object or a list of users, and are a string"},
		{"unknown attributes", values{"a": ida("title", "Dr.", "phone", 1), "b": ida("email", "b@hof.example", "title", nil), "c": values{}}, "argument 0: 2 mistakes:\n" +
			`users["a"] has the attribute "phone", which is no column`},
		{"attributes that many have", []any{ida("title", "Dr."), ida("title", nil), ida("title", "")}, `argument 0: users[0] and 2 more have the attribute "title", which is no column: the columns are email, first_name, last_name, department, preferred_site, preferred_currency, preferred_language, locked, groups. Leave it out`},
		{"null users", []any{ida(), nil}, "argument 0: users[1] is null: leave it out"},
		{"users of another kind", values{"a": "Ida"}, `argument 0: users["a"] must be an object with the attributes of a user, and is a string`},
		{"values of other kinds", []any{ida("department", 1, "locked", 1, "groups", true)}, "argument 0: 3 mistakes:\nusers[0].department must be a string, and is a number: use tostring()\nusers[0].groups must be a list or a set of ids, and is a bool\nusers[0].locked must be a bool, and is a number"},
		{"null groups and bad ids", []any{ida("groups", []any{"g1", nil}), ida("groups", []any{"g1 g2", "", 1})}, "argument 0: 2 mistakes:\nusers[0].groups[1] is null: leave it out, as compact() does\nusers[1].groups[2] must be a string, and is a number"},
		{"ids that are several or none", []any{ida("groups", []any{"g1 g2", "", "g"})}, "argument 0: 2 mistakes:\n" + `users[0].groups[0] is "g1 g2", which is not the id of a group: ids have no spaces, and each is an element of its own` + "\n" + `users[0].groups[1] is "", which is not`},
		{"an empty e-mail address", []any{ida("email", "")}, "argument 0: users[0].email is empty: every user needs one"},
		{"a key that is no address", values{"ida": values{"first_name": "Ida", "last_name": "Öhm"}}, `argument 0: users["ida"] has no email: every user needs one`},
		{"what a table refuses", values{"ida": ida("first_name", "I\u200bda"), "ole": ida("email", "ole")}, "argument 0: 2 mistakes:\n" + `users["ida"]: first_name contains the invisible character U+200B (zero width space): remove or replace it` + "\n" + `users["ole"]: "ole" is not an e-mail address`},
	} {
		result, failed := p.Call("format_users_csv", c.users)
		got := failed
		if failed == "" {
			got = result.(string)
		}
		if got != c.want && (failed == "" || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// What parse_users_csv returns is written and read again, whatever people are
// called and wherever they work.
func TestUsersCSVFunctions_roundTrip(t *testing.T) {
	t.Parallel()
	p := providertest.Start(t, nil)
	read := func(t *rapid.T, text any) values {
		users, failed := p.Call("parse_users_csv", text)
		if failed != "" {
			t.Fatalf("%q: %s", text, failed)
		}
		return users.(values)
	}
	word := rapid.SampledFrom([]string{"Nord, Süd", `F&E "Halle"`, "=Finanzen", "-1", "+49", "@x", "zwei\nZeilen", `"`, "'", "'=x", "O'Brien", "a;b|c", "a\tb", "#", "Zoë", "山田　太郎", "x“y”", `\.`, "${a}", "NULL"})
	optional := rapid.OneOf(word, rapid.Just(""))
	rapid.Check(t, func(t *rapid.T) {
		with := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"department", "preferred_site", "preferred_currency", "preferred_language", "locked", "groups"}), rapid.ID).Draw(t, "columns")
		users := values{}
		for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,3}`), 1, 3, rapid.ID).Draw(t, "names") {
			u := values{"email": name + "@hof.example", "first_name": word.Draw(t, "first name"), "last_name": word.Draw(t, "last name")}
			for _, column := range []string{"department", "preferred_site", "preferred_currency", "preferred_language", "locked", "groups"} {
				text := optional.Draw(t, column)
				switch {
				case !slices.Contains(with, column) || text == "" && column != "locked" && column != "groups":
					u[column] = nil
				case column == "locked":
					u[column] = text != ""
				case column == "groups":
					u[column] = []any{}
					if text != "" {
						u[column] = []any{"g1", "g2"}
					}
				default:
					u[column] = text
				}
			}
			users[name+"@hof.example"] = u
		}
		text, failed := p.Call("format_users_csv", users)
		if failed != "" {
			t.Fatalf("%v: %s", users, failed)
		}
		if got := read(t, text); !maps.EqualFunc(got, users, func(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
			t.Fatalf("%v was written as\n%v\nand read as %v", users, text, got)
		}
	})
}
