package provider_test

import (
	"regexp"
	"strings"
	"testing"
)

// pitfalls are the ways in which the API trips up a provider, each with the
// tests that show that this one does not fall. A name without a package is of
// this one.
var pitfalls = []struct{ what, held string }{
	{"Lists come in any order.", "fault.TestSwitches_shuffle directory.TestGroupResource_everythingElse"},
	{"An empty list comes back as none at all.", "directory.TestGroupResource_restrictions server.TestControl_emptyLists"},
	{"Without a language header, texts come back in one language and would drift.", "client.TestRequestHeader"},
	{"A language that the tenant does not have is refused.", "directory.TestGroupResource_languageUnknownToTenant"},
	{"Members that are not set are absent.", "server.TestGroup_toWire directory.TestGroupResource_life"},
	{"The API fills in defaults.", "directory.TestGroupMembershipResource_life directory.TestGroupResource_customers"},
	{"Some members change by themselves and would be noise in a state.", "TestSchemas_keepVolatileValuesOut"},
	{"A version in the state would be stale.", "TestSchemas_keepVolatileValuesOut directory.TestGroupResource_keepsWhatIsWrittenMeanwhile"},
	{"PUT creates: an object that vanished comes back, a recycled id is taken over.", "directory.TestGroupResource_deletedMeanwhile directory.TestGroupResource_idExists rights.TestAccessControlResource_idExists rights.TestScopeResource_idExists"},
	{"PUT replaces: what is not repeated is gone.", "directory.TestGroupResource_keepsWhatItDoesNotManage"},
	{"Some members never change.", "directory.TestGroupResource_anotherID server.TestGroup_userTypeKept"},
	{"Replacing a user invites the person again and loses memberships.", "directory.TestUserResource_anotherEmail"},
	{"Removing a user keeps the account.", "directory.TestUserResource_onDestroy server.TestUser_knownElsewhere"},
	{"E-mail addresses differ in case only.", "directory.TestUserResource_emailCaseIsNoChange"},
	{"Every write of a user takes members that few configurations name.", "directory.TestUserResource_defaults"},
	{"A user has two keys, an id and a back-office number.", "server.TestUser_byBackofficeNumber"},
	{"No search finds a user by e-mail.", "client.TestUserByEmail"},
	{"A membership has several writers.", "directory.TestTwoOwners directory.TestGroupResource_neverTheOnlyWriter"},
	{"Writing a user writes its memberships.", "directory.TestUserResource_keepsMemberships directory.TestUserResource_keepsMembershipAddedMeanwhile"},
	{"Some memberships exclude each other, so one must go before the next comes.", "directory.TestUserGroupsResource_otherVendor directory.TestGroupMembersResource_otherVendor"},
	{"Writes at the same time lose one another.", "client.TestLock directory.TestGroupResource_keepsWhatIsWrittenMeanwhile"},
	{"What was written does not show at once.", "client.TestWaitFor directory.TestUserResource_lostAnswerAndLag fault.TestSwitches_lag"},
	{"A group with members is refused with an error whose code says otherwise.", "directory.TestGroupResource_members server.TestGroup_deleteWithMembers"},
	{"What is gone already is deleted; what may not be seen is not gone.", "directory.TestGroupResource_deletedElsewhere TestConfigure_tokenOfAnotherTenant TestConfigure_forbiddenReadKeepsState"},
	{"Scopes that an API key lacks are left out of the token without a word.", "TestConfigure_missingScopesAreOneWarning"},
	{"Tokens expire during a long apply, and must not leak.", "client.TestToken_expiry client.TestSecretsStaySecret"},
	{"The scope argument may name the tenant.", "client.TestToken_request"},
	{"Ids hold characters that paths do not.", "api.TestPath api.TestPath_foundAgain"},
	{"A scope has a description and no name, which may be empty.", "rights.TestScopeResource_life"},
	{"The description of an access control may not come back.", "rights.TestAccessControlResource_descriptionNotReturned"},
	{"Lists may leave out the scopes of access controls.", "rights.TestAccessControlResource_life"},
	{"Predefined things can be read and not managed.", "directory.TestGroupResource_badConfiguration server.TestGroup_predefined server.TestControl_predefined"},
	{"The names of groups that services make are not to be relied on.", "vendors.TestVendorResource_life"},
	{"A restriction value that was removed stays on groups and blocks their next update.", "visibility.TestRestrictionsDataSource"},
	{"The list of values comes first, then sites, then groups, and back.", "visibility.TestOrder visibility.TestAccOrder"},
	{"Configuration values are JSON that is compared by meaning.", "server.TestSetting_life"},
	{"Lists come in pages, and the number of all only on request.", "client.TestEveryList_pages client.TestList_lies TestDataSources_wholeAndStable"},
	{"A deprecated model of roles is going away.", "client.TestLegacy_unused"},
	{"Errors come in several shapes.", "api.TestParseError client.TestError"},
	{"Another provider has types with the platform's prefix.", "TestSchemas_typeNames"},
	{"A POST that is repeated may invite a person twice.", "client.TestRetry client.TestRetry_create directory.TestUserResource_lostAnswerIsFoundAgain"},
	{"Times come in several formats.", "TestSchemas_keepVolatileValuesOut"},
	{"The tenant is written in any case.", "client.TestNew TestConfigure_environment"},
	{"Everything can be imported, by what people know it by.", "directory.TestUserResource_life directory.TestGroupMembershipResource_life"},
	{"Customers are kept by another service.", "directory.TestGroupMembershipResource_customers directory.TestGroupMembershipResource_customerGoneElsewhere"},
}

func TestPitfalls(t *testing.T) {
	t.Parallel()
	tests := declaredTests(t)
	for _, p := range pitfalls {
		for name := range strings.FieldsSeq(p.held) {
			if !strings.Contains(name, ".") {
				name = "provider." + name
			}
			if tests[name] == nil {
				t.Errorf("%s There is no %s", p.what, name)
			}
		}
	}
}

// No managed resource keeps what changes without anyone changing the object.
func TestSchemas_keepVolatileValuesOut(t *testing.T) {
	t.Parallel()
	volatile := regexp.MustCompile(`(^|_)(version|login|created|modified|valid_from|count)(_|$)|_at$`)
	for name, s := range schemas(t) {
		if !strings.HasPrefix(name, "resources/") {
			continue
		}
		for _, a := range s.Block.Attributes {
			if a.Computed && volatile.MatchString(a.Name) { // only a configuration changes the others
				t.Errorf("%s has %s", name, a.Name)
			}
		}
	}
}

// The types of this provider and of the platform's own fit into one
// configuration.
func TestSchemas_typeNames(t *testing.T) {
	t.Parallel()
	for name := range schemas(t) {
		if _, typeName, ok := strings.Cut(name, "/"); ok && !strings.HasPrefix(typeName, "iam_") {
			t.Errorf("%s does not start with iam_", name)
		}
	}
}
