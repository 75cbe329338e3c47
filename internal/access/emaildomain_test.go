package access

import (
	"slices"
	"testing"
)

func TestEmailDomain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"acme.example": "acme.example", "Mail.Acme.EXAMPLE": "mail.acme.example", "Müller.example": "xn--mller-kva.example", "xn--mller-kva.example": "xn--mller-kva.example",
		"": "", "acme": "", "acme.": "", "acme.example.": "", ".acme.example": "", "acme..example": "", "@acme.example": "", "anna@acme.example": "", "*.acme.example": "",
		"acme .example": "", "-acme.example": "", "acme_.example": "", "https://acme.example": "", "192.0.2.1": "", "xn--a.example": "",
	} {
		if got, err := EmailDomain(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

func TestRepeatedDomain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list []string
		want string
	}{
		{nil, ""},
		{[]string{"a.example", "b.example", "sub.a.example"}, ""},
		{[]string{"a.example", "b.example", "A.Example"}, "A.Example"},
		{[]string{"xn--mller-kva.example", "müller.example"}, "müller.example"},
	} {
		if got := RepeatedDomain(c.list); got != c.want {
			t.Errorf("%q: got %q", c.list, got)
		}
	}
}

func TestSameDomains(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b   []string
		same   bool
		others []string // of a
	}{
		{nil, nil, true, nil},
		{[]string{"a.example", "Müller.example"}, []string{"xn--mller-kva.example", "A.example"}, true, nil},
		{[]string{"a.example"}, []string{"a.example", "b.example"}, false, nil},
		{[]string{"B.example", "a.example"}, []string{"a.example"}, false, []string{"B.example"}},
	} {
		if same, others := SameDomains(c.a, c.b), OtherDomains(c.a, c.b); same != c.same || !slices.Equal(others, c.others) {
			t.Errorf("%q, %q: got %t, %q", c.a, c.b, same, others)
		}
	}
}

func TestCheckEmailDomain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		email   string
		domains []string
		want    string
	}{
		{"anna@acme.example", nil, ""},
		{"anna@acme.example", []string{}, ""},
		{"anna@acme.example", []string{"acme.example"}, ""},
		{"anna@Acme.EXAMPLE", []string{"other.example", "ACME.example"}, ""},
		{"anna@acme.example", []string{" @acme.example "}, ""},
		{"anna@sub.acme.example", []string{"acme.example"}, "only addresses of acme.example"},
		{"anna@evil-acme.example", []string{"acme.example"}, "not a company address"},
		{`"x@acme.example"@evil.example`, []string{"acme.example", "other.example"}, "only addresses of acme.example, other.example"},
		{"anna@acme.example.evil.example", []string{"acme.example"}, "not a company address"},
		{"anna", []string{"acme.example"}, "not a company address"},
		{"anna@Müller.example", []string{"xn--mller-kva.example"}, ""},
		{"anna@xn--mller-kva.example", []string{"MÜLLER.example"}, ""},
		{"anna@muller.example", []string{"müller.example"}, "not a company address"},
		{"anna@corp", []string{"CORP"}, ""},
		{"anna@[192.0.2.1]", []string{"acme.example"}, "not a company address"},
	} {
		wantMistake(t, c.email, CheckEmailDomain(c.email, c.domains), c.want)
	}
}
