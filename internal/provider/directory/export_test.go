package directory

// Join is join, for what takes longer than a test should.
var Join = join
