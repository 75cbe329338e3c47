package access

import (
	"fmt"
	"strings"

	"golang.org/x/net/idna"
)

// lookup converts domains as a look-up in the DNS does: "Müller.example" to
// "xn--mller-kva.example".
var lookup = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.VerifyDNSLength(true))

// EmailDomain returns a company's e-mail domain in the form in which domains are
// compared: ASCII in lower case, so that an internationalized domain is equal to its
// encoded form. It returns an error if the text is not a domain with at least two
// labels, but an e-mail address, "@example.com" or an IP address.
func EmailDomain(text string) (string, error) {
	domain, err := lookup.ToASCII(text)
	if err != nil || strings.Trim(domain, "0123456789.") == "" || strings.HasSuffix(domain, ".") || !strings.Contains(domain, ".") {
		return "", fmt.Errorf("%q is not a domain of e-mail addresses such as example.com", text)
	}
	return domain, nil
}

// RepeatedDomain returns the first domain that equals an earlier one; "" if none does.
func RepeatedDomain(list []string) string {
	seen := map[string]bool{}
	for _, d := range list {
		if seen[domainKey(d)] {
			return d
		}
		seen[domainKey(d)] = true
	}
	return ""
}

// SameDomains reports whether two lists have the same domains, in any order and
// spelling.
func SameDomains(a, b []string) bool {
	return len(OtherDomains(a, b)) == 0 && len(OtherDomains(b, a)) == 0
}

// OtherDomains returns those of the domains that the list does not have, in any
// spelling.
func OtherDomains(domains, list []string) (others []string) {
	listed := map[string]bool{}
	for _, d := range list {
		listed[domainKey(d)] = true
	}
	for _, d := range domains {
		if !listed[domainKey(d)] {
			others = append(others, d)
		}
	}
	return others
}

// domainKey returns the form in which a domain is compared. An invalid one, which a
// setting of earlier versions can hold, is compared ignoring case.
func domainKey(domain string) string {
	domain = strings.TrimPrefix(strings.TrimSpace(domain), "@")
	if ascii, err := EmailDomain(domain); err == nil {
		return ascii
	}
	return strings.ToLower(domain)
}

// CheckEmailDomain returns an error that explains why someone with the e-mail
// address cannot be invited to a tenant with these company domains. Case is
// ignored. Without domains, every address is allowed.
func CheckEmailDomain(email string, domains []string) error {
	if len(domains) == 0 || len(OtherDomains([]string{email[strings.LastIndex(email, "@")+1:]}, domains)) == 0 {
		return nil
	}
	return fmt.Errorf("%s is not a company address: this tenant invites only addresses of %s", email, strings.Join(domains, ", "))
}
