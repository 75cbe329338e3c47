# Every value that groups may be restricted to.
list "iam_restriction" "all" {
  provider = iam
}
