package export

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters spells letters that Unicode decomposition leaves as they are, or
// spells differently from what people write.
var letters = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss", "æ", "ae", "Æ", "Ae", "ø", "o", "Ø", "O", "œ", "oe", "Œ", "Oe",
	"ł", "l", "Ł", "L", "đ", "d", "Đ", "D", "þ", "th", "Þ", "Th", "ð", "d", "ı", "i", "'", "", "’", "",
)

const longest = 64

// slug turns a text into an identifier of lower-case letters, digits and
// underscores. Scripts without a Latin form are dropped.
func slug(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(letters.Replace(norm.NFC.String(text))) {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(unicode.ToLower(r))
		case unicode.Is(unicode.Mn, r): // the accent of the previous letter
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return strings.Trim(b.String()[:min(b.Len(), longest)], "_")
}

// objectKey names an object.
type objectKey struct{ typeName, id string }

// owners lists, for types that connect other objects, the arguments that name
// these objects. The resource is named after them.
var owners = map[string]map[string]string{ // argument to type
	typeMembers:    {"group_id": typeGroup},
	typeMembership: {"group_id": typeGroup, "user_id": typeUser},
	typeUserGroups: {"user_id": typeUser},
	typeAssignment: {"member_id": typeTeamMember},
}

// namedAfter returns a name made of the names of the objects that o connects,
// or "" if one of them is not exported.
func namedAfter(o Object, named map[objectKey]string) string {
	var parts []string
	for _, argument := range slices.Sorted(maps.Keys(owners[o.Type])) {
		name := named[objectKey{owners[o.Type][argument], o.text(argument)}]
		if name == "" {
			return ""
		}
		parts = append(parts, name)
	}
	if product := o.text("product"); product != "" && len(parts) > 0 {
		parts = append(parts, product)
	}
	return strings.Join(parts, "_")
}

// baseName returns the name of an object before duplicates are resolved.
func baseName(o Object) string {
	kind := strings.TrimPrefix(o.Type, "iam_")
	candidates := []string{o.text("value"), o.text("code"), o.text("id"), o.ImportID}
	switch o.Type {
	case typeUser, typeTeamMember:
		local, _, _ := strings.Cut(o.text("email"), "@")
		candidates = []string{local, o.text("email"), o.ImportID}
	case typeGroup, typeTemplate:
		candidates = append(localized(o.Arguments["name"]), o.ImportID)
	case typeMembers, typeMembership, typeUserGroups, typeAssignment:
		about := strings.TrimPrefix(strings.TrimPrefix(o.Name, "Members of "), "Groups of ")
		about, _, _ = strings.Cut(about, " <")
		if i := strings.LastIndex(about, " ("); i > 0 {
			about = about[:i] // without the id
		}
		candidates = []string{about, o.ImportID}
	case typeVendor:
		candidates = []string{o.text("name"), o.ImportID}
	case typeSettings, typeOwner, typeMake, typeDomains:
		return "this"
	}
	for _, text := range candidates {
		name := slug(text)
		switch {
		case name == "":
		case unicode.IsDigit(rune(name[0])):
			return kind + "_" + name
		default:
			return name
		}
	}
	return kind + "_" + digest(o.ImportID)
}

// localized returns the translations of a name, English first.
func localized(name any) []string {
	texts, _ := name.(map[string]any)
	var list []string
	for _, language := range append([]string{"en"}, slices.Sorted(maps.Keys(texts))...) {
		if text, ok := texts[language].(string); ok {
			list = append(list, text)
		}
	}
	return list
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}

// nameAll returns the resource name of each object. If several have the same
// base name, the first keeps it. The others add a digest of their own id, so
// their names do not change when objects are added.
func nameAll(objects []Object) []string {
	names, taken, named := make([]string, len(objects)), map[string]bool{}, map[objectKey]string{}
	for i, o := range objects { // owners come before the objects named after them
		base := cmp.Or(namedAfter(o, named), baseName(o))
		name := base
		for text := o.ImportID; taken[o.Type+"."+name]; text += "+" {
			name = base + "_" + digest(text)
		}
		taken[o.Type+"."+name], named[objectKey{o.Type, o.text("id")}] = true, name
		names[i] = name
	}
	return names
}
