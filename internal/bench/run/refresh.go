package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
)

// measureRefresh measures the plan of so many instances that their apply would
// take the CLI too long. It writes their state itself.
func measureRefresh(ctx context.Context, o options, dir string, r *results) error {
	for _, n := range o.refresh {
		config := userInstances("http://127.0.0.1:1", n)
		config["terraform.tfstate"] = userState(n, func(int) string { return "id" })
		w, err := newWorkspace(o.cli, filepath.Join(dir, fmt.Sprint("floor-refresh", n)), filepath.Dir(o.floor), config)
		if err != nil {
			return err
		}
		before, err := w.plan(ctx)
		if err != nil {
			return err
		}
		near, err := refresh(ctx, o, place{dir: filepath.Join(dir, fmt.Sprint("near-refresh", n))}, n)
		if err != nil {
			return err
		}
		after, err := w.plan(ctx)
		if err != nil {
			return err
		}
		far, err := refresh(ctx, o, place{dir: filepath.Join(dir, fmt.Sprint("far-refresh", n)), delay: delay}, n)
		if err != nil {
			return err
		}
		r.compare("iam_user", n, near, between([]step{before}, []step{after})[0])
		r.against(row{part: "iam_user, 50 ms a request", size: n, figure: "plan wall", value: far.wall.Seconds(), unit: "s"}, "loopback", near.wall.Seconds())
	}
	return nil
}

func refresh(ctx context.Context, o options, at place, n int) (step, error) {
	steps, err := withBackend(ctx, o, at, func(url string) (files, error) {
		ids, err := createUsers(ctx, url, n)
		if err != nil {
			return nil, err
		}
		config := userInstances(url, n)
		config["terraform.tfstate"] = userState(n, func(i int) string { return ids[i] })
		return config, nil
	}, func(w workspace, ctx context.Context) ([]step, error) {
		s, err := w.plan(ctx)
		return []step{s}, err
	})
	if err != nil {
		return step{}, err
	}
	return steps[0], nil
}

type object = map[string]any

// userState returns the state after an apply of userInstances.
func userState(n int, id func(i int) string) string {
	var resources []object
	for start := 0; start < n; start += block {
		var instances []object
		for i := start; i < min(start+block, n); i++ {
			key := userKey(i)
			instances = append(instances, object{"index_key": key, "schema_version": 0, "attributes": object{
				"id": id(i), "email": key + "@acme.example", "first_name": "First", "last_name": key, "department": "",
				"preferred_site": "main", "preferred_currency": "EUR", "preferred_language": "en", "locked": nil, "group_ids": nil,
				"on_destroy": "remove", "backoffice_user_number": id(i), "status": "PROVISIONED",
			}})
		}
		resources = append(resources, object{
			"mode": "managed", "type": "iam_user", "name": blockName(start), "instances": instances,
			"provider": `provider["registry.terraform.io/access-config/iam"]`,
		})
	}
	text, _ := json.Marshal(object{ // plain values never fail
		"version": 4, "terraform_version": "1.0.0", "serial": 1, "lineage": "bench", "outputs": object{}, "resources": resources,
	})
	return string(text)
}
