// Package oracle checks the command "review" against what tokens can really do.
// It contains only tests.
//
// Report, check, plan, guardrails and review all use package access, and so do
// the backend's scopes and every token: compared with one another they always
// agree. So this package computes each user's scopes itself, from the API's lists
// of users, groups, access controls, templates and scopes, and does not import
// package access. It compares its results with the scopes that the API returns
// and with the responses to requests with the user's own token. Team, products
// and Make are compared with their lists.
//
// A seed generates a backend with two tenants, a configuration and a change of
// it; the real CLI plans and applies both. The review of the plan must report
// exactly what changed for each person. TestOracle counts wrong reports by kind,
// with the seeds.
package oracle
