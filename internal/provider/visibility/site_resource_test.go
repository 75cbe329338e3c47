package visibility_test

// site is a site with nothing that can be left out.
func site(code string) values { return values{"code": code, "name": "Site " + code} }
