package provider_test

import (
	"strings"
	"testing"
)

// pains are what users of other providers for identity and access suffer from,
// what this provider does about it, and the tests that hold it. A decision
// begins with "Decided".
var pains = []struct{ hurts, here, held string }{
	{
		"Plans show ids, and reviewers approve what they cannot understand.",
		"Members are a map by e-mail address; warnings, guardrails and `review` name people.",
		"directory.TestGroupMembersResource_namesWhoItWillRemove directory.TestGuardrails review.TestReview_markdown",
	},
	{
		"A name in a plan forges a line of the review, mentions people or adds a link.",
		"Names are data in every format: shown as they are, never as markup.",
		"review.TestWrite_hostileNames review.TestWrite_randomNames cli.TestReview_namesInErrors",
	},
	{
		"A review in CI says nothing when it matters: the plan is refused, or too long for a comment.",
		"The comment shows the errors; what is cut is counted, and the people that the review fails on are never cut.",
		"provider.TestAccPipeline review.TestWrite_cut",
	},
	{
		"A list that adopts a group or a user removes members that no plan has shown.",
		"The plan of a new authoritative list reads what exists and names what it removes.",
		"directory.TestGroupMembersResource_namesWhoItWillRemove directory.TestUserGroupsResource_namesWhatItWillLeave directory.TestUsersCSVResource_namesWhatWillBeLeft visibility.TestRestrictionSettingsResource_namesWhatItWillRemove",
	},
	{
		"Two resources fight over one membership, which is added and removed in turns.",
		"Disagreement within a configuration is an error in the plan. Decided: the API records no owner of a membership, so conflicts between two states are not detected.",
		"directory.TestTwoOwners directory.TestMemberships_twice directory.TestUsersCSVResource_twoOwners",
	},
	{
		"A renamed resource removes the member that it has just added, because destroy and create run in any order.",
		"A plan records which resource gives up and which keeps a membership; a ledger in the apply is the safety net.",
		"directory.TestHandover directory.TestHandover_unchanged directory.TestHandover_atOnce",
	},
	{
		"Switching from \"all members\" to \"these members\" still removes people.",
		"There are two types instead of a switch, and a way from one to the other that removes nobody.",
		"provider.TestAccGuides",
	},
	{
		"A release changes what a list of members means.",
		"Every state that was ever written is read exactly.",
		"provider.TestRecordedStates_upgrade",
	},
	{
		"A refresh is a request for each object.",
		"Reads are answered from lists as soon as that is cheaper.",
		"directory.TestRefresh_ofMany client.TestBatchReader_cost",
	},
	{
		"Rate limits make plans fail.",
		"All requests share one throttle and wait as long as the API asks.",
		"client.TestThrottle_busyServer client.TestRetryAfterIsHonored",
	},
	{
		"The time for a set grows with the square of its size.",
		"Members are a map, tables of users one text; sets are used for small collections only.",
		"directory.TestGroupMembersResource_severalAtATime directory.TestUsersCSVResource_many",
	},
	{
		"Long writes time out half done.",
		"There is no timeout for a whole resource unless the configuration sets one; the state has what was done, and the next apply continues.",
		"directory.TestGroupMembersResource_halfDone directory.TestUsersCSVResource_partialFailure",
	},
	{
		"Lists end after the first page.",
		"Every list is read to its end, in pages of every size.",
		"client.TestEveryList_pages client.TestEveryList_isTested vendors.TestVendorsDataSource_manyPages",
	},
	{
		"An address in a different case is a change, or another person.",
		"E-mail addresses are compared without case, in the plan, in lists and in tables.",
		"directory.TestUserResource_emailCaseIsNoChange directory.TestGroupMembersResource_badMembers usertable.TestSame",
	},
	{
		"Changes that the API makes by itself show up as differences.",
		"What the API adds or decides is computed, or ignored.",
		"vendors.TestVendorResource_groups team.TestTeamMemberResource_owner directory.TestUserResource_flagOfTheActive",
	},
	{
		"Counters and timestamps drift forever.",
		"No managed resource has any; data sources do.",
		"provider.TestSchemas_keepVolatileValuesOut",
	},
	{
		"Every plan invites people again who have not answered.",
		"An invited person exists; the status of the invitation is not part of the configuration.",
		"team.TestTeamMemberResource_invitationExpires team.TestTeamMemberResource_life",
	},
	{
		"Nobody sees that an invitation has expired.",
		"A data source lists invitations by status, and an action sends them again.",
		"team.TestInvitationsDataSource directory.TestResendInvitationAction",
	},
	{
		"An invitation cannot be revoked.",
		"After a destroy there is no access, whatever the status of the invitation.",
		"team.TestTeamMemberResource_invitationExpires server.TestInvitation_closed",
	},
	{
		"An object that was deleted elsewhere makes every plan fail.",
		"A deleted object is no error, nor is a deleted parent.",
		"directory.TestUserResource_deletedElsewhere directory.TestGroupMembershipResource_goneElsewhere team.TestProductAssignmentResource_elsewhere provider.TestAccRemoteDrift",
	},
	{
		"A refused read passes for a deletion, and the state shrinks.",
		"Only the API's own 404 counts as deleted: no 403, no page of a proxy, no token endpoint.",
		"provider.TestConfigure_forbiddenReadKeepsState rights.TestResources_forbidden client.TestErrorKinds",
	},
	{
		"An object \"already exists\", with no way forward.",
		"The plan shows the `import` block; `adopt_existing` adopts objects in one run. Decided: nothing is adopted by default, because it may belong to somebody else.",
		"directory.TestAdoptExisting directory.TestUserResource_emailExists directory.TestGroupResource_idExists team.TestTeamMemberResource_exists directory.TestUsersCSVResource_existing",
	},
	{
		"An object is created but not in the state.",
		"After a create without an answer, the provider looks for the object, or taints it with its id. An object that cannot be read back stays in the state.",
		"directory.TestUserResource_lostAnswerIsFoundAgain directory.TestGroupResource_lostAnswersAndLag directory.TestUserResource_notReadBack provider.TestAccKilledServer",
	},
	{
		"Destroying a user has unexpected effects.",
		"`on_destroy` chooses the effect; the default is the least surprising one.",
		"directory.TestUserResource_onDestroy directory.TestUserResource_onDestroyLock directory.TestUsersCSVResource_onDestroy",
	},
	{
		"A status does not round-trip.",
		"The desired status (`locked`) and the observed one are two attributes.",
		"directory.TestUserResource_lockedElsewhere directory.TestUserResource_flagOfTheActive",
	},
	{
		"Administrators lock themselves out; the last Owner is removed.",
		"Guardrails keep a minimum of administrators; a team has one Owner, in every order of operations.",
		"directory.TestGuardrails_keepAdmins team.TestTeamMemberResource_owner team.TestTeamOwnerResource_life",
	},
	{
		"People lose access while something is replaced.",
		"Lists add before they remove; ids of memberships change in place; only a new identity replaces.",
		"directory.TestMembershipLists_addBeforeTheyRemove directory.TestMemberships_idsChangeInPlace directory.TestHandover_replaced rights.TestAccessControlResource_replace",
	},
	{
		"A replaced object loses what other resources gave it.",
		"Users and groups get their memberships back; guardrails judge the replacement of a user as a removal.",
		"directory.TestUserResource_replacedKeepsWhatOthersGave directory.TestGroupResource_replacedKeepsMembers directory.TestGuardrails_replacement",
	},
	{
		"A block has a new name, and the object is deleted.",
		"A plan that destroys and creates the same key is an error that shows the `moved` block.",
		"provider.TestLifecycle directory.TestUserResource_changePlaces",
	},
	{
		"Import is half done.",
		"Every type can be imported by id, natural key and identity, listed and exported, and plans nothing afterwards.",
		"provider.TestAddresses provider.TestAddresses_haveEveryType provider.TestImportedGroup_plansNothing cli.TestAccExport_onlyImports",
	},
	{
		"Objects cannot be found by name.",
		"Data sources accept an id or a name.",
		"directory.TestUserDataSource directory.TestGroupDataSource vendors.TestVendorDataSource",
	},
	{
		"A list ends at a default limit.",
		"The last result warns and gives the number of objects.",
		"provider.TestList_limit provider.TestAccQuery_limit",
	},
	{
		"After a change of the tenant in the provider block, everything counts as deleted.",
		"Every identity contains the tenant; an object of another tenant is neither read nor imported.",
		"provider.TestIdentity_otherTenant provider.TestAccIdentity",
	},
	{
		"`moved` to another type loses the object.",
		"It works for one membership; otherwise the error shows the blocks to write.",
		"provider.TestAccMoveState directory.TestMemberships_notMoved provider.TestMoveState_refused",
	},
	{
		"Concurrent writes lose changes.",
		"Writes carry the version that was read, and are retried with fresh data after a conflict.",
		"directory.TestGroupResource_keepsWhatIsWrittenMeanwhile directory.TestUserResource_keepsMembershipAddedMeanwhile visibility.TestRestrictionResource_writtenMeanwhile",
	},
	{
		"The plan succeeds and the apply fails.",
		"The plan checks with the tenant what the apply would be refused.",
		"directory.TestGroupResource_accessNotAvailable visibility.TestGroupRestrictions_atPlan team.TestTeamOwnerResource_refusedInPlan team.TestProductAssignmentResource_plannedRole",
	},
	{
		"An object in use cannot be deleted, or is deleted unnoticed.",
		"The plan names who and what still uses it. A destroy removes the object from these uses, or waits for what the same apply removes.",
		"rights.TestAccessControlResource_destroyedWithUse rights.TestRoleTemplateResource_destroyedWithUse directory.TestGroupResource_destroyedWithMembers visibility.TestSiteResource_destroyedWithValue provider.TestAccRemovedWithUse",
	},
	{
		"An argument is deleted from the configuration, but the access stays.",
		"The plan says what stays and how to end it.",
		"directory.TestArgumentsLeftOut visibility.TestRestrictionSettingsResource_leftOut",
	},
	{
		"Errors do not help.",
		"An error says what, where, why and what next; the troubleshooting guide explains only messages that exist.",
		"provider.TestMessages_style provider.TestGuides_messages client.TestErrorNamesTriesAndHost",
	},
	{
		"The provider changes what it does not manage.",
		"Attributes that a configuration does not set are written back unchanged.",
		"directory.TestGroupResource_keepsWhatItDoesNotManage directory.TestUserResource_keepsMemberships visibility.TestSiteResource_keepsTheRest",
	},
	{
		"Access cannot expire.",
		"Decided: the API has no membership expiry, and nothing here would end a membership in time. A condition on `plantimestamp()` and a daily apply do; the guide to memberships shows it.",
		"provider.TestAccGuides",
	},
}

func TestPains(t *testing.T) {
	t.Parallel()
	tests := declaredTests(t)
	for _, p := range pains {
		if p.held == "" {
			t.Errorf("%s No test holds what is done about it.", p.hurts)
		}
		for name := range strings.FieldsSeq(p.held) {
			if tests[name] == nil {
				t.Errorf("%s There is no test %s", p.hurts, name)
			}
		}
	}
}
