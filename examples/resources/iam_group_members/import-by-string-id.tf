import {
  to = iam_group_members.orders
  id = "orders-de"
}
