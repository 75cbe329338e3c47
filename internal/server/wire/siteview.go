package wire

import (
	"maps"
	"slices"
	"strings"
)

// SiteServices are the members of a site that list configurations of services.
var SiteServices = []string{"payment", "shipping", "tax"}

// SiteView is what the parameter expand shows of sites, such as
// "payment:all,shipping:none,mixin:*". Without it, the active configurations of services
// and no mixins.
type SiteView struct {
	mixins   []string          // the names; nil without the word
	services map[string]string // the word for each: all, active or none
}

// ParseSiteView reads expand. Words that it does not know expand nothing.
func ParseSiteView(expand string) SiteView {
	v := SiteView{services: map[string]string{}}
	for word := range strings.SplitSeq(expand, ",") {
		kind, value, _ := strings.Cut(strings.TrimSpace(word), ":")
		switch {
		case kind == "mixin" || kind == "mixins":
			v.mixins = append(v.mixins, value)
		case slices.Contains(SiteServices, kind):
			v.services[kind] = value
		}
	}
	return v
}

// shows reports whether the view has a configuration of the kind of service.
func (v SiteView) shows(kind string, configuration any) bool {
	switch v.services[kind] {
	case "all":
		return true
	case "none":
		return false
	}
	c, _ := configuration.(Object)
	return c["active"] != false // true by default
}

// Show returns the part of a site that the view has.
func (v SiteView) Show(doc Object) Object {
	shown := maps.Clone(doc)
	if mixins, ok := doc["mixins"].(Object); ok {
		delete(shown, "mixins")
		if v.mixins != nil {
			shown["mixins"] = v.named(mixins)
		}
	}
	for _, kind := range SiteServices {
		if list, ok := doc[kind].([]any); ok {
			shown[kind] = slices.DeleteFunc(slices.Clone(list), func(c any) bool { return !v.shows(kind, c) })
			if v.services[kind] == "none" {
				delete(shown, kind)
			}
		}
	}
	return shown
}

func (v SiteView) named(mixins Object) Object {
	named := Object{}
	for name, value := range mixins {
		if slices.Contains(v.mixins, "*") || slices.Contains(v.mixins, name) {
			named[name] = value
		}
	}
	return named
}

// Keep adds to a new document of a site the configurations of services of the present one
// that the view does not show: who replaces a site can only replace what was shown. A new
// configuration replaces a present one with its id.
func (v SiteView) Keep(present, doc Object) {
	for _, kind := range SiteServices {
		list, _ := doc[kind].([]any)
		old, _ := present[kind].([]any)
		kept := slices.Clone(list)
		for _, c := range old {
			if !v.shows(kind, c) && !slices.ContainsFunc(list, func(n any) bool { return sameService(c, n) }) {
				kept = append(kept, c)
			}
		}
		if len(kept) > len(list) {
			doc[kind] = kept
		}
	}
}

func sameService(a, b any) bool {
	one, _ := a.(Object)
	other, _ := b.(Object)
	return one["id"] != nil && one["id"] == other["id"]
}

// DropNulls removes the null members of the objects in a list of a site: null is as good as
// absent, and MergePatch does not look into lists.
func DropNulls(list any) {
	items, _ := list.([]any)
	for i, item := range items {
		if object, ok := item.(Object); ok {
			items[i] = MergePatch(nil, object)
		}
	}
}

// hiddenSettings replaces the restricted settings of a service in audit events.
const hiddenSettings = "(restricted)"

// WithoutRestricted returns a site without the restricted settings of its services, which
// only those who manage sites may read.
func WithoutRestricted(doc Object) Object { return restrict(doc, nil) }

// HideRestricted returns a site whose restricted settings are hidden: it shows that a service
// has some.
func HideRestricted(doc Object) Object { return restrict(doc, hiddenSettings) }

// restrict replaces all restricted settings; nil removes them.
func restrict(doc Object, with any) Object {
	open := maps.Clone(doc)
	for _, kind := range SiteServices {
		list, ok := doc[kind].([]any)
		if !ok {
			continue
		}
		list = slices.Clone(list)
		for i, c := range list {
			service, _ := c.(Object)
			settings, _ := service["configuration"].(Object)
			if _, ok := settings["restricted"]; ok {
				list[i] = MergePatch(service, Object{"configuration": Object{"restricted": with}})
			}
		}
		open[kind] = list
	}
	return open
}

// Mixin returns a mixin of a site as an object of its own, with the address of its schema as
// metadata.schema, as the API shows it. It returns nil if the site does not have the mixin.
func Mixin(site Object, name string) any {
	mixins, _ := site["mixins"].(Object)
	metadata, _ := site["metadata"].(Object)
	schemas, _ := metadata["mixins"].(Object)
	mixin, isObject := mixins[name].(Object)
	schema, ok := schemas[name]
	if !isObject || !ok {
		return mixins[name]
	}
	return MergePatch(mixin, Object{"metadata": Object{"schema": schema}})
}

// WithMixin returns the site with another mixin of the name, or without it if the mixin is
// nil. The inverse of Mixin.
func WithMixin(site Object, name string, mixin Object) Object {
	without := MergePatch(site, Object{"mixins": Object{name: nil}, "metadata": Object{"mixins": Object{name: nil}}})
	if mixin == nil {
		return without
	}
	patch := Object{}
	if metadata, ok := mixin["metadata"].(Object); ok && metadata["schema"] != nil {
		patch["metadata"] = Object{"mixins": Object{name: metadata["schema"]}}
		mixin = MergePatch(mixin, Object{"metadata": Object{"schema": nil}})
		if rest, _ := mixin["metadata"].(Object); len(rest) == 0 {
			delete(mixin, "metadata")
		}
	}
	patch["mixins"] = Object{name: mixin}
	return MergePatch(without, patch)
}
