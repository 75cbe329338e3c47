package server

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/query"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

const (
	// defaultPageSize is the default page size of the platform.
	defaultPageSize = 60
	// maxPageSize is the largest page that clients are known to request.
	maxPageSize = 10_000
	// rowCost is the memory to reserve for a row of a page, in bytes.
	rowCost = 4 << 10
	// maxAnswer is the largest page, in bytes.
	maxAnswer = 32 << 20
)

// page reads pageNumber, which starts at 1, and pageSize.
func (c *call) page() (store.Page, error) { return c.pageOf(defaultPageSize) }

// pageOf is page with another default size.
func (c *call) pageOf(standard int) (store.Page, error) {
	number, err := c.positive("pageNumber", 1)
	if err != nil {
		return store.Page{}, err
	}
	size, err := c.positive("pageSize", standard)
	if err != nil {
		return store.Page{}, err
	}
	if size > maxPageSize {
		return store.Page{}, badRequest(fmt.Sprintf("pageSize must be at most %d, not %d", maxPageSize, size))
	}
	if err := c.reserve(int64(size) * rowCost); err != nil {
		return store.Page{}, err
	}
	// A page whose offset would overflow is empty, like any other past the end.
	const farOut = 1 << 31
	return store.Page{Offset: min(number-1, farOut/size) * size, Limit: size}, nil
}

func (c *call) positive(name string, absent int) (int, error) {
	text := c.query(name)
	if text == "" {
		return absent, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		return 0, badRequest(fmt.Sprintf("%s must be a whole number from 1, not %q", name, text))
	}
	return int(n), nil
}

// writeList responds with one page of a list and, if the request asks for it, the total
// number of items. It responds with 304 if the caller already has the page.
func writeList[T any](c *call, items []T, total int) error {
	header := c.w.Header()
	if strings.EqualFold(c.r.Header.Get(api.HeaderTotalCount), "true") {
		header.Set(api.HeaderTotalCount, strconv.Itoa(total))
	}
	body, err := encode(wire.List(items))
	if err != nil {
		return err
	}
	if len(body) > maxAnswer {
		return badRequest(fmt.Sprintf("The page would be larger than %s: ask for fewer rows with pageSize", size(maxAnswer)))
	}
	hash := sha256.New()
	fmt.Fprintln(hash, header.Get(api.HeaderTotalCount))
	hash.Write(body)
	tag := fmt.Sprintf(`"%x"`, hash.Sum(nil)[:16])
	header.Set("ETag", tag)
	if names(c.r.Header.Values("If-None-Match"), tag) {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	c.send(http.StatusOK, body)
	return nil
}

// names reports whether the lists of entity tags contain the tag.
func names(lists []string, tag string) bool {
	for _, list := range lists {
		for named := range strings.SplitSeq(list, ",") {
			if strings.TrimPrefix(strings.TrimSpace(named), "W/") == tag {
				return true
			}
		}
	}
	return false
}

// cut returns the part of the list on the page.
func cut[T any](items []T, p store.Page) []T {
	start := min(p.Offset, len(items))
	return items[start:min(start+p.Limit, len(items))]
}

// listing filters, sorts and pages documents by the parameters that the operation declares;
// q and sort read the result of document. These lists are small: they are paged in
// memory, so both database engines filter alike.
type listing[T any] struct {
	document  func(T) any // with all languages
	name      func(T) map[string]string
	about     func(T) map[string]string // the description
	modified  func(T) time.Time
	filter    bool // the operation declares q
	sortable  bool // the operation declares sort
	localized bool // the operation declares name and description
	lenient   bool // sort reads every direction except desc as ascending
	pageSize  int  // default page size; 0: defaultPageSize
}

// apply returns the selected page, and the total number of matches.
func (l listing[T]) apply(c *call, items []T) ([]T, int, error) {
	page, err := c.pageOf(cmp.Or(l.pageSize, defaultPageSize))
	if err != nil {
		return nil, 0, err
	}
	if items, err = l.sift(c, items); err != nil {
		return nil, 0, err
	}
	if l.filter && c.query("q") != "" {
		if items, err = l.match(c, items, c.query("q")); err != nil {
			return nil, 0, err
		}
	}
	if l.sortable && c.query("sort") != "" {
		if items, err = l.sort(c, items, c.query("sort")); err != nil {
			return nil, 0, err
		}
	}
	return cut(items, page), len(items), nil
}

// sift keeps the items that match the parameters name, description and
// metadataModifiedAt.
func (l listing[T]) sift(c *call, items []T) ([]T, error) {
	if text := c.query("name"); l.localized && text != "" {
		items = slices.DeleteFunc(items, func(item T) bool { return !containsText(l.name(item), text) })
	}
	if text := c.query("description"); l.localized && text != "" {
		items = slices.DeleteFunc(items, func(item T) bool { return !containsText(l.about(item), text) })
	}
	if text := c.query("metadataModifiedAt"); l.modified != nil && text != "" {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return nil, badRequest(fmt.Sprintf("metadataModifiedAt must be a date such as 2026-01-31, not %q", text))
		}
		items = slices.DeleteFunc(items, func(item T) bool { return l.modified(item).Before(day) })
	}
	return items, nil
}

// containsText reports whether a text in any language contains the part, ignoring case.
func containsText(texts map[string]string, part string) bool {
	for _, text := range texts {
		if strings.Contains(strings.ToLower(text), strings.ToLower(part)) {
			return true
		}
	}
	return false
}

func (l listing[T]) match(c *call, items []T, text string) ([]T, error) {
	q, err := query.Parse(text)
	if err != nil {
		return nil, badRequest("The q parameter cannot be read", err.Error())
	}
	var kept []T
	read := q.Members()
	for _, item := range items {
		if err := c.checkGone(); err != nil {
			return nil, err
		}
		doc, err := members(l.document(item), read)
		if err != nil {
			return nil, err
		}
		if q.Matches(doc) {
			kept = append(kept, item)
		}
	}
	return kept, nil
}

func (l listing[T]) sort(c *call, items []T, text string) ([]T, error) {
	parse := query.ParseSort
	if l.lenient {
		parse = query.ParseLenientSort
	}
	order, err := parse(text)
	if err != nil {
		return nil, badRequest("The sort parameter cannot be read", err.Error())
	}
	type keyed struct {
		item T
		doc  map[string]any
	}
	rows, read := make([]keyed, len(items)), order.Members()
	for i, item := range items {
		if err := c.checkGone(); err != nil {
			return nil, err
		}
		doc, err := members(l.document(item), read)
		if err != nil {
			return nil, err
		}
		rows[i] = keyed{item, doc}
	}
	slices.SortStableFunc(rows, func(a, b keyed) int { return order.Compare(a.doc, b.doc) })
	for i := range rows {
		items[i] = rows[i].item
	}
	return items, nil
}

// encodeMixins encodes mixins, or a document with mixins. It refuses numbers that plain
// could not convert.
func encodeMixins(document any) (string, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return "", err
	}
	if json.Unmarshal(text, new(any)) != nil {
		return "", badRequest("mixins contain a number that is too large")
	}
	return string(text), nil
}

// plain converts a document to the values that q and sort read.
func plain(document any) (map[string]any, error) { return decoded[any](document) }

// decoded returns the members of a document.
func decoded[T any](document any) (map[string]T, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("encoding for a filter: %w", err)
	}
	var all map[string]T
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("decoding for a filter: %w", err)
	}
	return all, nil
}

// members is plain for these members only: most documents have far more.
func members(document any, names []string) (map[string]any, error) {
	all, err := decoded[json.RawMessage](document)
	if err != nil {
		return nil, err
	}
	doc := make(map[string]any, len(names))
	for _, name := range names {
		if raw, ok := all[name]; ok {
			var value any
			if err := json.Unmarshal(raw, &value); err != nil {
				return nil, fmt.Errorf("decoding for a filter: %w", err)
			}
			doc[name] = value
		}
	}
	return doc, nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// unique removes repeats and keeps the order of first occurrences.
func unique(list []string) []string {
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
		repeated := seen[s]
		seen[s] = true
		return repeated
	})
}

// fields reads the fields parameter; nil if it is missing.
func (c *call) fields() (query.Fields, error) {
	text := c.query("fields")
	if len(text) > query.MaxBytes {
		return nil, badRequest(fmt.Sprintf("fields has at most %d bytes, not %d", query.MaxBytes, len(text)))
	}
	if text == "" {
		return nil, nil
	}
	return query.ParseFields(text), nil
}

// writePicked responds with a document, or with the members that the fields parameter
// names.
func (c *call) writePicked(document any) error {
	fields, err := c.fields()
	if err != nil {
		return err
	}
	if fields == nil {
		return c.write(http.StatusOK, document)
	}
	picked, err := fields.Pick(document)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, picked)
}

// writePickedList is writeList with the fields parameter.
func writePickedList[T any](c *call, items []T, total int) error {
	fields, err := c.fields()
	if err != nil {
		return err
	}
	if fields == nil {
		return writeList(c, items, total)
	}
	picked := make([]any, len(items))
	for i, item := range items {
		if picked[i], err = fields.Pick(item); err != nil {
			return err
		}
	}
	return writeList(c, picked, total)
}
