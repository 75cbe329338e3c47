package usertable

import (
	"slices"
	"strings"
	"testing"
)

func TestText_Edit(t *testing.T) {
	t.Parallel()
	const head = "\uFEFFLast Name;email;First Name;groups;\r\n"
	text := head +
		"\r\n" +
		"Schmidt;anna@acme.example;\"Anna;\";b a;\r\n" +
		"\"Mül\r\nler\";ben@acme.example;Ben;;\r\n" +
		";;;;\r\n" +
		"Cole;clara@acme.example;Clara;b;"
	rename := func(email, first string) func(User) (User, bool) {
		return func(u User) (User, bool) {
			if u.Email == email {
				u.FirstName, u.Groups = first, []string{"b"}
			}
			return u, true
		}
	}
	drop := func(email string) func(User) (User, bool) {
		return func(u User) (User, bool) { return u, u.Email != email }
	}
	replace := func(old, replacement string) string {
		t.Helper()
		if strings.Count(text, old) != 1 {
			t.Fatalf("%q occurs %d times", old, strings.Count(text, old))
		}
		return strings.Replace(text, old, replacement, 1)
	}
	tests := map[string]struct {
		edit func(User) (User, bool)
		more []User
		want string
	}{
		"nothing":           {rename("", ""), nil, text},
		"one row":           {rename("anna@acme.example", "Ann"), nil, replace("Schmidt;anna@acme.example;\"Anna;\";b a;", "Schmidt;anna@acme.example;Ann;b;")},
		"row of two lines":  {rename("ben@acme.example", "Be;n"), nil, replace("ben@acme.example;Ben;;", "ben@acme.example;\"Be;n\";b;")},
		"formula":           {rename("anna@acme.example", "=1"), nil, replace("\"Anna;\";b a", "'=1;b")},
		"last row":          {rename("clara@acme.example", "C"), nil, replace("Clara;b;", "C;b;")},
		"first row dropped": {drop("anna@acme.example"), nil, replace("Schmidt;anna@acme.example;\"Anna;\";b a;\r\n", "")},
		"two lines dropped": {drop("ben@acme.example"), nil, replace("\"Mül\r\nler\";ben@acme.example;Ben;;\r\n", "")},
		"last row dropped":  {drop("clara@acme.example"), nil, replace("Cole;clara@acme.example;Clara;b;", "")},
		"all dropped":       {func(u User) (User, bool) { return u, false }, nil, head + "\r\n;;;;\r\n"},
		"one more": {
			rename("", ""),
			[]User{{Email: "dora@acme.example", FirstName: "Dora", LastName: "Doe", Department: "Sales"}},
			text + "\r\nDoe;dora@acme.example;Dora;;\r\n",
		},
	}
	for name, test := range tests {
		read, err := Read(text)
		if err != nil {
			t.Fatal(err)
		}
		got := read.Edit(test.edit, test.more...)
		if name == "row of two lines" { // the writer ends lines in its own way
			got = strings.ReplaceAll(got, "\"Mül\n", "\"Mül\r\n")
		}
		if got != test.want {
			t.Errorf("%s: got\n%q\nwant\n%q", name, got, test.want)
		}
		if _, err := Parse(got); err != nil {
			t.Errorf("%s: it cannot be read back: %v", name, err)
		}
	}
	const only = "email,first_name,last_name"
	read, err := Read(only)
	if err != nil {
		t.Fatal(err)
	}
	if got := read.Edit(rename("", ""), User{Email: "a@acme.example", FirstName: "A", LastName: "B"}); got != only+"\na@acme.example,A,B\n" {
		t.Errorf("a header alone: %q", got)
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	const text = "email,first_name,last_name,groups,locked\na@acme.example,A,\"B\",x y,\nb@acme.example,B,C,,true\n"
	tests := map[string]struct {
		other string
		want  bool
	}{
		"itself":               {text, true},
		"rows":                 {"email,first_name,last_name,groups,locked\nb@acme.example,B,C,,true\na@acme.example,A,B,x y,\n", true},
		"columns":              {"Locked,groups,email,last-name,FIRST NAME\nfalse,y x,A@Acme.example,B,A\nTRUE,,b@acme.example,C,B", true},
		"separator, line ends": {strings.ReplaceAll(strings.ReplaceAll(text, ",", ";"), "\n", "\r\n"), true},
		"another cell":         {strings.Replace(text, "A,", "X,", 1), false},
		"another group":        {strings.Replace(text, "x y", "x", 1), false},
		"unlocked":             {strings.Replace(text, "true", "", 1), false},
		"a row less":           {strings.Replace(text, "b@acme.example,B,C,,true\n", "", 1), false},
		"another e-mail":       {strings.Replace(text, "b@acme", "c@acme", 1), false},
		"a column less":        {"email,first_name,last_name,locked\na@acme.example,A,B,\nb@acme.example,B,C,true\n", false},
		"no table":             {"email", false},
	}
	for name, test := range tests {
		if got := Same(text, test.other); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
		if got := Same(test.other, text); got != test.want {
			t.Errorf("%s, the other way round: %t", name, got)
		}
	}
	if !Same("email", "email") {
		t.Error("texts that are equal")
	}
	if slices.Contains(splitLines("a\r\nb\rc\n"), "a") {
		t.Error("line ends belong to their lines")
	}
}

// Carriage returns as line ends are kept, including the last one.
func TestText_Edit_carriageReturns(t *testing.T) {
	t.Parallel()
	read, err := Read("email,first_name,last_name\ra@x.example,A,A\rb@x.example,B,B\r")
	if err != nil {
		t.Fatal(err)
	}
	got := read.Edit(func(u User) (User, bool) { return u, u.Email != "a@x.example" }, User{Email: "c@x.example", FirstName: "C", LastName: "C"})
	if want := "email,first_name,last_name\rb@x.example,B,B\rc@x.example,C,C\r"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
