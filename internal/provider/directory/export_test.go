package directory

// Join exports join, because a test through a resource would take too long.
var Join = join
