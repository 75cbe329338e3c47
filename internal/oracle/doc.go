// Package oracle judges the command "review" by what tokens may really do. It
// is a test and nothing else.
//
// Report, check, plan, guardrails and review all ask package access, and so do
// the backend's scopes and every token: held against one another they are never
// wrong. So this package adds up the scopes of each user itself, from the lists
// of users, groups, access controls, templates and scopes that the API has, and
// does not import package access. It holds its own sum against the scopes that
// the API answers and against the answers that requests with the user's own
// token get. Team, products and Make are held against their lists.
//
// A seed makes a backend with two tenants, a configuration and a change of it;
// the real CLI plans and applies both. What became of each person is what the
// review of the plan has to say of that person, no less and no more. TestOracle
// counts what it says wrong, by kind, with the seeds.
package oracle
