package plumbing

// planned is what the run plans of objects and settings that others depend on.
type planned struct {
	objects map[Object]bool
	sync    PlannedSetting[bool]
	values  PlannedSetting[[]string]
	domains PlannedSetting[[]string]

	invitations map[Object]string // e-mail addresses of the people to invite
}

// SettingState says what a run plans for a setting of the tenant.
type SettingState int

// The states of a planned setting.
const (
	SettingNotPlanned SettingState = iota
	SettingUnknown                 // until the apply
	SettingKnown
)

// PlannedSetting is the plan for a setting of the tenant. Value is the zero value
// unless the state is SettingKnown.
type PlannedSetting[T any] struct {
	State SettingState
	Value T
}

// PlanSetting returns the plan for a setting with a value that may be unknown.
func PlanSetting[T any](value T, known bool) PlannedSetting[T] {
	if !known {
		return PlannedSetting[T]{State: SettingUnknown}
	}
	return PlannedSetting[T]{State: SettingKnown, Value: value}
}

// NotePlanned records that the run plans to create, change or keep an object. Checks
// of resources that need it, and are planned later, rely on that.
func (d *Data) NotePlanned(o Object) {
	if d == nil {
		return // the provider is not configured, so nothing is checked
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.planned.objects == nil {
		d.planned.objects = map[Object]bool{}
	}
	d.planned.objects[o] = true
}

// IsPlanned reports whether NotePlanned was called for the object.
func (d *Data) IsPlanned(o Object) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.planned.objects[o]
}

// PlanSiteSync records the plan for the setting that ties restriction values to sites.
func (d *Data) PlanSiteSync(sync PlannedSetting[bool]) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.planned.sync = sync
}

// PlannedSiteSync returns what PlanSiteSync recorded.
func (d *Data) PlannedSiteSync() PlannedSetting[bool] {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.planned.sync
}

// PlanRestrictionValues records the plan for the tenant's list of restriction values.
func (d *Data) PlanRestrictionValues(values PlannedSetting[[]string]) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.planned.values = values
}

// PlannedRestrictionValues returns what PlanRestrictionValues recorded.
func (d *Data) PlannedRestrictionValues() PlannedSetting[[]string] {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.planned.values
}
