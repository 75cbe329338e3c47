// Package access holds the model and the rules of access configuration: levels,
// the catalog of entities, role templates, predefined access controls, and the
// evaluation of groups and users: report, decision, comparison, review.
//
// It is pure: it imports only the standard library and the rules of domain names
// (golang.org/x/net/idna), reads no files, clock or network, and keeps no state. The
// provider calls it while planning, the backend while answering and the command
// line while reporting, so all three give the same answer to the same question.
//
// # Rules
//
// Code that applies a rule, and the truth tables under testdata, refer to the rule
// by its number.
//
//  1. Levels. An entity belongs to one product and admits that product's
//     levels. Commerce Engine: none < read < manage. Orchestration Engine:
//     none < read < edit < manage < administrate. A level includes every level
//     below it: a user who can manage can also read.
//
//  2. Levels of a group. Start from the levels of the role template. Then overlay
//     the group's own levels: a higher level raises, a lower one lowers, none
//     removes. Then add the levels that the group's other access controls grant in
//     full; these never lower anything. Then tied entities follow (rule 2a), then
//     derived entities (rule 2b). The result is written to the group as access
//     controls: no one holds a level that no access control grants.
//
//     2a. Correlation. Orchestration Engine entities that are tied to one another
//     all get the highest level set explicitly for any of them, except those that
//     the group sets itself.
//
//     2b. Derivation. An entity without a view of its own (media, prices,
//     availability, payment gateways, carts) takes its parent's level, unless the
//     group sets its level itself.
//
//  3. An entity with a view of its own is never derived, even if it is shown
//     inside another: manage on products grants nothing on categories.
//
//  4. Access of a user. For each entity, the highest level over all of the user's
//     groups. A group never reduces what another group grants. A locked user, and
//     a user without groups, has no access.
//
//  5. Role templates. Viewer, Manager and Administrator are the standard roles of the
//     Commerce Engine. Catalog Manager, Pricing Manager and Order Fulfillment Manager
//     are its templates for one trade. OE Viewer, OE Editor, OE Manager and OE
//     Administrator are the standard roles of the Orchestration Engine: read, edit,
//     manage and administrate on all of its entities. The levels of a custom template are computed like those of a
//     group (rule 2): from the template it is based on, if any, and from levels of
//     its own. A template or group based on another template starts from its
//     result, in which only the levels that would not follow by themselves count
//     as explicit.
//
//  6. Access controls. On the wire a group carries ids of access controls, its own
//     and those of its role templates; each grants scopes. A predefined control
//     that names an entity grants its scopes for that entity, as the dashboard
//     shows it, even if another entity has the same scopes. Any other control,
//     above all a custom one, grants them for every entity that a scope belongs
//     to. A level is held in full if the user holds every scope that the level's
//     predefined access controls grant, from one group or from several. It is held
//     in part if the user holds one of its scopes that no lower level has. A
//     viewing scope counts as viewing even if only a managing access control
//     carries it. Only full levels answer checks, satisfy dependencies and count
//     toward the number of remaining administrators. Partial levels are listed
//     as partial, with their scopes, and count where something may be dangerous:
//     for new administrators and for protected users. Scopes that belong to no
//     entity are listed as scopes. A vendor-aware access control reaches only the
//     records of its group's vendor; in a group without a vendor it reaches
//     nothing.
//
//  7. Restrictions. Companies, customers, carts, orders and quotes are
//     restriction-aware: each of their records carries at most one restriction
//     value. A group with values lets its members reach only records that carry
//     one of them, not records with another value or with none. A group without
//     values reaches every record. For a level, consider the groups that grant at
//     least that level: if one of them has no values, the user holds the level on
//     every record; otherwise on the records with any of their values. A user can
//     therefore manage DE and read everything: the report has a row for each of
//     the two, and no row for what another row already covers. Restriction values
//     have no effect on other entities.
//
//  8. Decisions. Whether a user may do something follows from rules 6 and 7 alone,
//     so a decision and a report never disagree. To ask about a vendor's own
//     records, name the vendor. The reason names the group that decided: of the
//     groups that allow it, the first by id; or the groups that allow it only
//     together; or, if it is denied, the group that comes closest. The holders
//     of a level are the users whom a decision allows it.
//
//  9. Dependencies. To manage an entity in practice, a user also needs levels on
//     other entities, as listed in the matrix of functions and permissions. Unmet
//     dependencies are reported for each group on its own and for a user with all
//     groups merged. They are warnings: nothing is denied.
//
//  10. Comparison. Two states of a user's access are compared scope by scope and
//     record by record: records differ only in the value they carry and the vendor
//     that owns them. Gained and lost are changes from and to no access; raised
//     and lowered are changes between levels or parts of levels. Restricted means
//     lost on all records except those with some values; unrestricted is the
//     reverse. The groups named are those that grant what is gained, or granted
//     what is lost. Team roles, products and Make roles are compared in the same
//     way: who joins, leaves, is raised or lowered, and who keeps access to Make
//     without the required roles.
//
//  11. Review. A review reports: users for whom one group restricts what another
//     grants without restriction; unmet dependencies; locked users that are still
//     in groups; groups without members that could be deleted; stale members of
//     the Make organization (rule 17); and the number of users who can manage
//     users and groups.
//
//  12. Tables. Reports are written as RFC 4180 text with columns in a fixed order,
//     the same for one user and for all, and no cell that a spreadsheet would run as
//     a formula. Each line has the person with department, groups, role templates,
//     team role, products and roles in Make; a user without access has one line.
//     User tables are read in whatever shape people have them, but nothing is
//     guessed: an unknown column, an e-mail address that appears twice (ignoring case), an empty
//     required cell, or a locked cell other than true or false is an error, and
//     all errors are reported at once. White space and invisible characters around
//     cells are dropped. Text written by a person is also rejected if it probably
//     does not say what was meant: invisible characters within a cell, typographic
//     quotes, ids not separated by spaces. Text that shows what a tenant contains
//     is not. Renamed columns, ignored columns and the delimiter are explicit
//     options. Every table that is written can be read back. Two tables are the
//     same if they say the same about the same users. When a table is edited, the
//     lines of unchanged users keep their exact text.
//
//  13. Scopes of a user. Every group grants the scopes of its access controls, its
//     own and those of its role templates. If the group has restriction values, a
//     restriction-aware control grants its scopes for these values only, written
//     "order.order_read--AT#DE". The controls of status codes of quotes count as
//     restriction-aware, because their scopes are those of quotes. The values of
//     several groups are combined, and a group that grants the scope for every
//     record removes the restriction. A value that contains white space or a #
//     cannot be written and reaches nothing. A locked user, and a user without
//     groups, has no scopes.
//
//  14. Vendors. A vendor is created with four groups, with vendor-aware controls:
//     managers and viewers of its orders, and managers and viewers of its products
//     with their prices, availability and media. They reach only the vendor's own
//     records: reports name the vendor, and such access never counts as access to
//     every record. Their role is Vendor. Other groups of a vendor can have it, with
//     levels on the entities of which the vendor has records. Of a vendor's groups,
//     only one of product managers can be granted the right to publish. Only employees can join a vendor's groups. All
//     groups of an employee belong to the same vendor, or to none.
//
//  15. Allowed restriction values. With site sync on, groups can be restricted to
//     the codes of the tenant's sites, including inactive ones; with it off, to
//     the configured list. A value that is no longer allowed stays on the groups
//     that hold it, as a stale value, until the group is next written.
//
//  16. Team. A tenant's team always has exactly one Owner, who cannot be removed.
//     Ownership is transferred in one step, to a member who has joined, and the
//     former Owner becomes an Admin. The Owner and Admins hold every product,
//     including new ones; members hold the products assigned to them; billing
//     contacts hold none. Only the Orchestrator has predefined roles. A tenant that
//     names its company's e-mail domains invites no one from other domains, nor from
//     their subdomains; case and the encoding of international domains have no
//     effect.
//
//     16a. Abilities. The Owner and Admins invite people, change roles, give and
//     take products, and exclude members; only the Owner transfers the ownership,
//     and nobody removes the Owner. The Owner, Admins and billing contacts open the
//     Billing Page. Members have no rights regarding the team. In Studio Pro, users
//     do everything; in Bot Runner, they run attended bots, and need the permission
//     "unattended" for all others; in the Orchestrator, Admins do everything, and
//     Analysts see how bots perform, dashboards and logs. The Owner and Admins have
//     the highest role and every permission in each product.
//
//     16b. Scopes of the team. The rights of rule 16a are scopes of the person's
//     tokens, next to those of groups (rule 13): managing the team, and the Billing
//     Page. A person who has not joined has none, and a locked user has none. A
//     user who gains the right to manage the team counts as a new administrator.
//
//     16c. Products. A tenant adds products, with roles or without, to the predefined
//     ones, which never change. The Owner and Admins hold a new one at once, with
//     its first role. A product that is assigned is not deleted, and an assigned
//     role is not removed from it.
//
//  17. Make. A group grants the Make roles that the scopes of its access controls
//     stand for; role templates grant none. Only groups of the Orchestration Engine
//     do: those that grant something on one of its entities, or nothing on any entity.
//     In another group the scopes count as scopes of no entity. A user has the
//     roles of all their groups; a locked user has none. A user who can edit
//     scenarios or develop apps is eligible: they become a member of the Make
//     organization and are notified by e-mail, then and at each change of their
//     groups. A member who is no longer eligible keeps access to Make and is stale until removed, by a
//     person or by a sync configured to do so.
//
//  18. Products. A group is for one product, the one on whose entities it grants
//     something; roles in Make belong to the Orchestration Engine. Scopes of no entity
//     belong to no product. A configuration that mixes products in a group is refused.
//     The API accepts such a group: it is of both products.
package access
