package api

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// ParseEmails returns the e-mail addresses of a list, in its order. Commas separate
// them; spaces and line ends count as well. It returns an error that names every text
// that is no e-mail address, and every address that is listed twice, ignoring case.
func ParseEmails(list string) ([]string, error) {
	var emails []string
	var mistakes []error
	seen := map[string]int{}
	for _, text := range strings.FieldsFunc(list, func(c rune) bool { return c == ',' || unicode.IsSpace(c) }) {
		key := strings.ToLower(text)
		switch seen[key]++; {
		case !ValidEmail(text):
			mistakes = append(mistakes, fmt.Errorf("%q is not an e-mail address", text))
		case seen[key] == 2:
			mistakes = append(mistakes, fmt.Errorf("%q is listed twice", text))
		case seen[key] == 1:
			emails = append(emails, text)
		}
	}
	if len(emails) == 0 && len(mistakes) == 0 {
		return nil, errors.New("the list has no e-mail address: separate addresses by commas, such as anna@example.com,bert@example.com")
	}
	return emails, errors.Join(mistakes...)
}
