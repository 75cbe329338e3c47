package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func TestParseEmails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list, want string
		mistakes   []string
	}{
		{"anna@a.example", "anna@a.example", nil},
		{"anna@a.example,Bert@A.example", "anna@a.example Bert@A.example", nil},
		{" anna@a.example , bert@a.example,\r\ncleo@a.example\n", "anna@a.example bert@a.example cleo@a.example", nil},
		{"anna@a.example bert@a.example", "anna@a.example bert@a.example", nil},
		{"anna@a.example,ANNA@a.example,bert@a.example,anna@A.example", "", []string{`"ANNA@a.example" is listed twice`}},
		{"anna,bert@a.example,@a.example", "", []string{`"anna" is not an e-mail address`, `"@a.example" is not an e-mail address`}},
		{"anna@a.example;bert@a.example", "", []string{`"anna@a.example;bert@a.example" is not`}},
		{" ,\n,", "", []string{"the list has no e-mail address"}},
	} {
		emails, err := api.ParseEmails(c.list)
		if len(c.mistakes) == 0 {
			if err != nil || !slices.Equal(emails, strings.Fields(c.want)) {
				t.Errorf("%q: got %q, %v", c.list, emails, err)
			}
			continue
		}
		if err == nil || len(strings.Split(err.Error(), "\n")) != len(c.mistakes) {
			t.Fatalf("%q: got %v, want %q", c.list, err, c.mistakes)
		}
		for i, line := range strings.Split(err.Error(), "\n") {
			if !strings.Contains(line, c.mistakes[i]) {
				t.Errorf("%q: got %q, want %q", c.list, line, c.mistakes[i])
			}
		}
	}
}
