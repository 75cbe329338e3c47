import {
  to = iam_group_members.orders
  identity = {
    group_id = "orders-de"
  }
}
