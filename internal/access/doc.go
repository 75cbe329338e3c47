// Package access holds the words and rules of access configuration: levels,
// the catalog of entities, role templates, predefined access controls, and the
// evaluation of groups and users: report, decision, comparison, review.
//
// It is pure: it imports the standard library only, reads no file, clock or
// network, and keeps no state. The provider calls it while planning, the
// backend while answering and the command line while reporting, so that all
// three give the same answer to the same question.
//
// # Rules
//
// The numbers below are quoted in the code where a rule is applied and in the
// truth tables under testdata.
//
//  1. Levels. An entity belongs to one product and admits that product's
//     levels. Commerce Engine: none < read < manage. Orchestration Engine:
//     none < read < edit < manage < administrate. A level contains every level
//     below it; whoever manages also sees.
//
//  2. Levels that a group is to have. The role template's levels come first. The
//     group's own levels are laid over them: a higher one raises, a lower one
//     lowers, none takes away. Access controls that the group lists besides add
//     the levels that they give wholly and never lower. Then tied entities follow
//     (rule 2a) and derived entities follow (rule 2b). All of it is written into
//     the group as access controls: nobody holds what no access control gives.
//
//     2a. Correlation. Orchestration Engine entities tied to one another get
//     the highest level named for any of them, except those the group names
//     itself.
//
//     2b. Derivation. An entity without a view of its own (media, prices,
//     availability, payment gateways, carts) takes its parent's level, except
//     where the group names it itself.
//
//  3. An entity with a view of its own is never derived, even where it shows
//     inside another: manage on products gives nothing on categories.
//
//  4. Access of a user. Per entity, the highest level over all groups of the
//     user. Groups never take away from one another. A locked user, and one
//     without groups, has none.
//
//  5. Role templates. Viewer, Manager and Administrator are the standard
//     roles; Catalog Manager, Pricing Manager and Order Fulfillment Manager
//     are templates for one trade. A template of a tenant's own is made as a
//     group's access is (rule 2): from the template it is based on, if any, and
//     levels of its own. What is based on it starts from its outcome, in which
//     only what does not follow by itself counts as named.
//
//  6. Access controls. On the wire a group carries ids of access controls, its
//     own and those of its role templates; each gives scopes. A predefined one
//     that names an entity gives them for that entity; any other, of the tenant's
//     own above all, for every entity that a scope belongs to. A level is held
//     wholly where all scopes are there that its predefined access controls give,
//     of one group or of several. It is held in part where a scope of it is there
//     that no lower level has. A viewing scope counts as viewing, also where only
//     a managing access control carries it. Whole levels answer checks, count for
//     dependencies and for the administrators that are left; parts are listed as
//     such, with their scopes, and count where something may be dangerous: for new
//     administrators, and for protected users. Scopes that belong to no entity are
//     listed as scopes. A vendor-aware access control reaches only the records of
//     the vendor of its group; in a group of no vendor it reaches nothing.
//
//  7. Restrictions. Companies, customers, carts, orders and quotes are
//     restriction-aware: their records carry at most one restriction value. A
//     group with values lets its members reach only records that carry one of
//     them: not those with another value, not those with none. A group without
//     values reaches every record. For a level, take the groups that give at
//     least that: where one of them has no values, the user holds the level on
//     every record, else on those with any of their values. So one user may
//     manage on DE and read everywhere: the report has a row for either, and
//     none for what another row says already. On other entities restriction
//     values change nothing.
//
//  8. Decisions. Whether a user may do something follows from rules 6 and 7 alone,
//     so that a decision and a report never disagree. A vendor's own records are
//     asked about by naming the vendor. The reason names the group that decided:
//     the first, by id, of those that allow it, or those that do so together;
//     where none does, the one that comes nearest.
//
//  9. Dependencies. To manage an entity in practice one also needs levels on
//     others, as the matrix of functions and permissions has them. Unmet ones
//     are told of a group alone and of a user with all groups merged. They are
//     a warning: nothing is denied.
//
//  10. Comparison. Two states of a user's access are compared scope by scope and
//     record by record: records differ in nothing but the value they carry and
//     the vendor whose they are. Gained and lost are from and to no access, raised
//     and lowered between levels and parts of them. Restricted is lost on all
//     records but those with some values, unrestricted the way back. The groups
//     named are those that give what is gained, or gave what is lost. Roles in the
//     team, products and roles in Make are compared as access is: who joins,
//     leaves, rises or falls, who keeps access to Make without the roles for it.
//
//  11. Review. Someone should look at a user for whom one group limits what
//     another gives without limit; at unmet dependencies; at locked users that
//     still hold groups; at groups without members that could be deleted; at stale
//     members of the Make organization (rule 17); and at the number of users
//     who can manage users and groups.
//
//  12. Tables. Reports are written as RFC 4180 text, columns in a fixed order,
//     no cell that a spreadsheet would run. Users are read in whatever shape
//     people have them, but nothing is guessed: an unknown column, an e-mail
//     that appears twice (without case), an empty required cell or anything but
//     true and false for locked is refused, all mistakes at once. White space
//     and invisible characters around cells are dropped. Text that somebody
//     writes is refused where it most likely says something else than was
//     meant: invisible characters within a cell, typographic quotes, ids that
//     are not separated by spaces; text that shows what a tenant has is not.
//     Columns by other names, columns to ignore and a delimiter are options,
//     each of them explicit. What is written is read back. Two tables
//     are the same when they say the same of the same users. In a table that
//     is changed, lines whose users stay as they are stay as they are written.
//
//  13. Scopes of a user. Every group gives the scopes of its access controls,
//     its own and those of its role templates. Where the group has restriction
//     values, a restriction-aware control gives its scopes for these values
//     only, written "order.order_read--AT#DE". The values of several groups
//     unite, and one group that gives the scope for every record lifts them
//     all. A value that holds a space or a # cannot be written and reaches
//     nothing. A locked user, and one without groups, has no scopes.
//
//  14. Vendors. A vendor has four groups from its start: managers and viewers of
//     its orders, and of its products with prices, availability and media, by
//     vendor-aware controls. What they give reaches the vendor's own records:
//     reports say of which vendor, and it never counts as access to every record.
//     Of a vendor's groups only that of its product managers can be given rights
//     to publish. Only employees join a vendor's
//     groups. All groups of one employee belong to the same vendor, or to none.
//
//  15. Allowed restriction values. With site sync on, groups may be restricted
//     to the codes of the tenant's sites, inactive ones too; with it off, to
//     the configured list. A value that is allowed no longer stays on the
//     groups that hold it, as a stale one, until such a group is written.
//
//  16. Team. A tenant's team has one Owner, always: never removed, never left
//     without. Ownership moves in one step, to a member who has joined, and the
//     former Owner becomes an Admin. Owner and Admins hold every product, new
//     ones too, members those assigned to them, billing contacts none. The
//     Orchestrator alone has roles. A tenant that names its company's e-mail
//     domains invites nobody from elsewhere.
//
//  17. Make. A group gives the roles in Make that the scopes of its access
//     controls stand for; role templates give none. Whatever else it gives, such
//     a group is one of the Orchestration Engine. A user has the roles of all
//     groups, a locked one none. Who edits scenarios or develops apps is
//     eligible: a member of the Make organization, told so by e-mail, then and
//     at each change of groups. Who is eligible no longer keeps access to Make
//     and is stale, until someone, or the sync that is told to, removes the
//     member.
package access
