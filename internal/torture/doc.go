// Package torture treats the backend as badly as it will ever be treated, and
// holds it against what it promised. It is a test and nothing else.
//
// Every trial runs the program itself, in a process of its own, on both engines:
// it is killed in the middle of writes, asked for what belongs to others, given
// bodies that nobody means, left without room on the disk, run as several
// replicas of which some stand still, attacked for a long time while its memory
// is watched; and a proxy before it lies to the client. What the program
// answered is kept in a ledger and held against what is there afterwards, to the
// last user. It needs signals as Unix has them. TestTorture prints a table: trial, figures, verdict.
package torture
