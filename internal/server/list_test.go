package server_test

var total = map[string]string{"X-Total-Count": "true"}

func totalIs(n string) map[string]string { return map[string]string{"X-Total-Count": n} }
