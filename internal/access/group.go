package access

// PredefinedGroup is a group that every tenant is created with. Its members can
// change; the group itself cannot.
type PredefinedGroup struct {
	ID          string
	Name        string
	Description string
	Code        string // the platform's name for it; empty for most
	UserType    UserType
	Controls    []string // ids of access controls
}

// OwnerGroupID is the id of the predefined group that the Owner of a new tenant
// is in.
const OwnerGroupID = "1gr5e52e-6e27-4ac5-9471-2467d3fb7503"

// PredefinedGroups returns the groups of a new tenant: the platform's own, then
// the default groups of the Orchestration Engine.
func PredefinedGroups() []PredefinedGroup {
	admin, _ := TemplateByID("admin")
	manager, _ := TemplateByID("manager")
	groups := []PredefinedGroup{
		{
			ID: "1gr5e52e-6e27-4ac5-9471-2467d3fb7500", Name: "Customer", Code: "CUSTOMER", UserType: Customer,
			Description: "Every customer of the shop.",
			Controls:    []string{controlID("2", "124"), controlID("2", "143"), controlID("2", "144")},
		},
		{
			ID: "1gr5e52e-6e27-4ac5-9471-2467d3fb7501", Name: "Backoffice User", Code: "BO_USER", UserType: Employee,
			Description: "Manages the shop, sees users and groups.",
			Controls:    ControlIDs(Expand(manager.Access, nil)),
		},
		{
			ID: OwnerGroupID, Name: "Backoffice Manager", Code: "BO_MANAGER", UserType: Employee,
			Description: "Manages the shop and its users and groups.",
			Controls:    ControlIDs(Expand(admin.Access, nil)),
		},
	}
	developer := []string{makeAppDeveloperControl, makeScenarioEditorControl}
	return append(groups,
		engineGroup("oe-viewer", "OE Viewer", "Sees the Orchestration Engine, changes nothing.", Read, makeMemberControl),
		engineGroup("oe-editor", "OE Editor", "Edits digital processes (value streams) and Make scenarios.", Edit, developer...),
		engineGroup("oe-manager", "OE Manager", "Develops: creates applications in Make.", Manage, developer...),
		engineGroup("oe-admin", "OE Admin", "Administers: adds users, creates applications in Make.", Administrate, makeOwnerControl, makeScenarioEditorControl),
	)
}

func engineGroup(id, name, description string, level Level, makeControls ...string) PredefinedGroup {
	return PredefinedGroup{
		ID: id, Name: name, Description: description, UserType: Employee,
		Controls: append(ControlIDs(Expand(engineAccess(level), nil)), makeControls...),
	}
}
