// Package torture stresses the backend as hard as possible and checks that it
// keeps its promises. It contains only tests.
//
// Every trial runs the program in separate processes, on both engines: it is
// killed in the middle of writes, asked for other tenants' objects, sent
// malformed bodies, left without disk space, run as several replicas of which
// some hang, and attacked for a long time while its memory is measured; a proxy
// in front of it returns wrong responses to the client. A ledger records the
// backend's responses and is compared afterwards with what is stored, down to
// each user. The trials need Unix signals. TestTorture prints a table: trial,
// figures, verdict.
package torture
