package plumbing

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"golang.org/x/text/currency"
	"golang.org/x/text/language"
)

// ValidCurrency accepts the currencies of ISO 4217.
func ValidCurrency() validator.String {
	return rule{"must be a currency of ISO 4217 such as EUR", "Invalid Currency", func(text string) bool { return CurrencyFault(text) == "" }, func(text string) string {
		return Sentence(CurrencyFault(text))
	}}
}

// CurrencyFault describes what is wrong with a currency code; "" if it is valid.
func CurrencyFault(code string) string {
	unit, err := currency.ParseISO(code)
	if err != nil || unit.String() == "XXX" || unit.String() == "XTS" { // reserved for "no currency" and for tests
		return fmt.Sprintf("ISO 4217 has no currency %q: use a code such as EUR", code)
	}
	return spelledWrong("currency", code, unit.String())
}

// ValidLanguage accepts language tags whose language is registered, such as en
// and de-CH.
func ValidLanguage() validator.String {
	return rule{"must be a language tag such as en or de-CH", "Invalid Language", func(text string) bool { return LanguageFault(text) == "" }, func(text string) string {
		return Sentence(LanguageFault(text))
	}}
}

// ValidShortLanguage accepts two-letter language codes.
func ValidShortLanguage() validator.String {
	return rule{"must be a two-letter language code such as en", "Invalid Language", func(text string) bool { return len(text) == 2 && LanguageFault(text) == "" }, func(text string) string {
		if fault := LanguageFault(text); fault != "" {
			return Sentence(fault)
		}
		return fmt.Sprintf("The language %q must have two letters, as in en.", text)
	}}
}

// LanguageFault describes what is wrong with a language tag; "" if it is valid. Any
// case is accepted after the language itself, as tenants may spell the tag that way.
func LanguageFault(tag string) string {
	parsed, err := language.Raw.Parse(tag)
	if err != nil {
		return fmt.Sprintf("%q is not a language tag: use one such as en or de-CH", tag)
	}
	if languagePattern.MatchString(tag) {
		return ""
	}
	return spelledWrong("language", tag, parsed.String())
}

// ValidCountry accepts the countries of ISO 3166-1.
func ValidCountry() validator.String {
	return rule{"must be a country of ISO 3166-1 such as DE", "Invalid Country", func(text string) bool { return countryFault(text) == "" }, func(text string) string {
		return Sentence(countryFault(text))
	}}
}

func countryFault(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || len(code) != 2 || !region.IsCountry() {
		return fmt.Sprintf("ISO 3166-1 has no country %q: use a code such as DE", code)
	}
	return spelledWrong("country", code, region.Canonicalize().String())
}

// spelledWrong describes how to spell a code; "" if it is spelled correctly.
func spelledWrong(thing, code, written string) string {
	if code == written {
		return ""
	}
	return fmt.Sprintf("the %s %q is written %s", thing, code, written)
}

// didYouMean ends a sentence about a text that matches none of the others: with a
// suggestion if one differs in case only.
func didYouMean(text string, others []string) string {
	for _, other := range others {
		if strings.EqualFold(text, other) {
			return fmt.Sprintf("; did you mean %q?", other)
		}
	}
	return "."
}
