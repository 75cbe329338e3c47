package vendors

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// vendorModel is the state of iam_vendor.
type vendorModel struct {
	ID           types.String   `tfsdk:"id"`
	Name         types.String   `tfsdk:"name"`
	Type         types.String   `tfsdk:"type"`
	ParentID     types.String   `tfsdk:"parent_id"`
	LegalInfo    types.Object   `tfsdk:"legal_info"`
	Contacts     types.List     `tfsdk:"contacts"`
	Publishing   types.Bool     `tfsdk:"product_managers_publish"`
	DeleteGroups types.Bool     `tfsdk:"delete_groups"`
	GroupIDs     types.Map      `tfsdk:"group_ids"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
}

// legalModel is the attribute legal_info.
type legalModel struct {
	LegalName             types.String `tfsdk:"legal_name"`
	RegistrationDate      types.String `tfsdk:"registration_date"`
	CountryOfRegistration types.String `tfsdk:"country_of_registration"`
	TaxRegistrationNumber types.String `tfsdk:"tax_registration_number"`
}

var legalTypes = map[string]attr.Type{
	"legal_name": types.StringType, "registration_date": types.StringType,
	"country_of_registration": types.StringType, "tax_registration_number": types.StringType,
}

// contactModel is one of the attribute contacts.
type contactModel struct {
	FirstName types.String `tfsdk:"first_name"`
	LastName  types.String `tfsdk:"last_name"`
	Email     types.String `tfsdk:"email"`
	Phone     types.String `tfsdk:"phone"`
}

var contactTypes = map[string]attr.Type{
	"first_name": types.StringType, "last_name": types.StringType, "email": types.StringType, "phone": types.StringType,
}

// importedVendor returns the initial state of an import.
func importedVendor() vendorModel {
	return vendorModel{
		Publishing: types.BoolValue(false), DeleteGroups: types.BoolValue(false), Timeouts: plumbing.NoTimeouts(),
		LegalInfo: types.ObjectNull(legalTypes), Contacts: types.ListNull(types.ObjectType{AttrTypes: contactTypes}),
	}
}

// toAPI returns the body that replaces the vendor. It repeats what this
// resource does not manage from the present vendor, because the API removes
// missing members.
func (m vendorModel) toAPI(ctx context.Context, present api.Vendor, diags *diag.Diagnostics) api.VendorUpdate {
	body := api.VendorUpdate{
		Name: m.Name.ValueString(), Type: api.VendorType(m.Type.ValueString()), ParentID: m.ParentID.ValueString(),
		LegalInfo: m.legalInfo(ctx, diags), ContactDetails: m.contactDetails(ctx, present.ContactDetails, diags),
		Mixins: present.Mixins, Metadata: present.Metadata.Expected(),
	}
	for _, l := range present.Locations {
		body.Locations = append(body.Locations, api.LocationRef{ID: l.ID})
	}
	return body
}

func (m vendorModel) legalInfo(ctx context.Context, diags *diag.Diagnostics) *api.LegalInfo {
	if !plumbing.IsSet(m.LegalInfo) {
		return nil
	}
	var legal legalModel
	diags.Append(m.LegalInfo.As(ctx, &legal, basetypes.ObjectAsOptions{})...)
	info := api.LegalInfo{
		LegalName: legal.LegalName.ValueString(), RegistrationDate: legal.RegistrationDate.ValueString(),
		CountryOfRegistration: legal.CountryOfRegistration.ValueString(), TaxRegistrationNumber: legal.TaxRegistrationNumber.ValueString(),
	}
	if info == (api.LegalInfo{}) {
		return nil
	}
	return &info
}

// contactDetails returns the contacts to write. An unchanged contact keeps data
// that has no attribute, such as an address.
func (m vendorModel) contactDetails(ctx context.Context, present []api.Contact, diags *diag.Diagnostics) []api.Contact {
	var wanted []contactModel
	diags.Append(m.Contacts.ElementsAs(ctx, &wanted, false)...)
	present = slices.Clone(present)
	var list []api.Contact
	for _, w := range wanted {
		i := slices.IndexFunc(present, func(c api.Contact) bool { return contactOf(c) == w })
		if i >= 0 {
			list = append(list, present[i])
			present = slices.Delete(present, i, i+1)
			continue
		}
		list = append(list, api.Contact{
			FirstName: w.FirstName.ValueString(), LastName: w.LastName.ValueString(), Email: w.Email.ValueString(), Phone: w.Phone.ValueString(),
		})
	}
	return list
}

// contactOf converts a contact. It uses the first of several e-mail addresses
// or phone numbers.
func contactOf(c api.Contact) contactModel {
	first := func(list []string) string {
		if len(list) == 0 {
			return ""
		}
		return list[0]
	}
	return contactModel{
		FirstName: plumbing.StringOrNull(c.FirstName), LastName: plumbing.StringOrNull(c.LastName),
		Email: plumbing.StringOrNull(cmp.Or(c.Email, first(c.Emails))), Phone: plumbing.StringOrNull(cmp.Or(c.Phone, first(c.Phones))),
	}
}

// fromAPI sets all attributes from the API except the groups.
func (m *vendorModel) fromAPI(ctx context.Context, v api.Vendor, diags *diag.Diagnostics) {
	m.ID = types.StringValue(v.ID)
	m.Name = types.StringValue(v.Name)
	m.Type = types.StringValue(string(v.Type))
	m.ParentID = plumbing.StringOrNull(v.ParentID)
	m.readLegalInfo(ctx, v.LegalInfo, diags)
	m.readContacts(ctx, v.ContactDetails, diags)
}

// readLegalInfo keeps an empty object if the configuration has one, and the
// spelling of an equal date.
func (m *vendorModel) readLegalInfo(ctx context.Context, info *api.LegalInfo, diags *diag.Diagnostics) {
	written := m.legalInfo(ctx, diags)
	if info == nil || *info == (api.LegalInfo{}) {
		if written != nil || m.LegalInfo.IsNull() || m.LegalInfo.IsUnknown() {
			m.LegalInfo = types.ObjectNull(legalTypes)
		}
		return
	}
	legal := legalOf(info)
	if written != nil && sameTime(written.RegistrationDate, info.RegistrationDate) {
		legal.RegistrationDate = plumbing.StringOrNull(written.RegistrationDate)
	}
	object, d := types.ObjectValueFrom(ctx, legalTypes, legal)
	diags.Append(d...)
	m.LegalInfo = object
}

func legalOf(info *api.LegalInfo) legalModel {
	return legalModel{
		LegalName: plumbing.StringOrNull(info.LegalName), RegistrationDate: plumbing.StringOrNull(info.RegistrationDate),
		CountryOfRegistration: plumbing.StringOrNull(info.CountryOfRegistration), TaxRegistrationNumber: plumbing.StringOrNull(info.TaxRegistrationNumber),
	}
}

// readContacts treats null and an empty list as equal.
func (m *vendorModel) readContacts(ctx context.Context, contacts []api.Contact, diags *diag.Diagnostics) {
	if len(contacts) == 0 && (m.Contacts.IsNull() || m.Contacts.IsUnknown()) {
		m.Contacts = types.ListNull(types.ObjectType{AttrTypes: contactTypes})
		return
	}
	m.Contacts = contactList(ctx, contacts, diags)
}

func contactList(ctx context.Context, contacts []api.Contact, diags *diag.Diagnostics) types.List {
	models := make([]contactModel, len(contacts))
	for i, c := range contacts {
		models[i] = contactOf(c)
	}
	list, d := types.ListValueFrom(ctx, types.ObjectType{AttrTypes: contactTypes}, models)
	diags.Append(d...)
	return list
}

// dateLayouts lists the accepted formats of a registration date.
var dateLayouts = []string{time.RFC3339, time.DateOnly}

func parseDate(text string) (time.Time, bool) {
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// sameTime reports whether two texts are equal or the same point in time.
func sameTime(a, b string) bool {
	x, ok := parseDate(a)
	y, also := parseDate(b)
	return a == b || ok && also && x.Equal(y)
}

// groupIDs returns the ids of the groups that the API created for a vendor, by
// kind.
func groupIDs(groups []api.Group) types.Map {
	ids := map[string]attr.Value{}
	for _, g := range plumbing.VendorGroups(groups) {
		ids[g.Kind] = types.StringValue(g.ID)
	}
	return types.MapValueMust(types.StringType, ids)
}

// readGroups sets the attributes that come from the vendor's groups.
func (m *vendorModel) readGroups(groups []api.Group) {
	m.GroupIDs = groupIDs(groups)
	m.Publishing = publishes(groups, m.Publishing)
}

// complete reports whether all groups exist.
func complete(groupIDs types.Map) bool { return len(groupIDs.Elements()) == len(access.VendorGroups()) }
