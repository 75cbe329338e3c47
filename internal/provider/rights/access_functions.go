package rights

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// accessFunction is a pure function over accesses in configuration syntax:
// level names by entity.
type accessFunction struct {
	name       string
	definition function.Definition
	run        func(ctx context.Context, args function.ArgumentsData, result *function.ResultData) *function.FuncError
}

func (f accessFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f accessFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = f.definition
}

func (f accessFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	resp.Error = f.run(ctx, req.Arguments, &resp.Result)
}

// accessParameter returns a parameter for an access; null gives no access.
func accessParameter(name, about string) function.Parameter {
	return function.MapParameter{Name: name, MarkdownDescription: about, ElementType: types.StringType, AllowNullValue: true}
}

// nullable is an access in which the level of an entity can be null.
type nullable map[string]*string

// names returns an error for null levels: a missing value must not silently
// mean no access.
func (n nullable) names() (map[string]string, error) {
	names := make(map[string]string, len(n))
	var mistakes []error
	for _, entity := range plumbing.SortedKeys(n) {
		if n[entity] == nil {
			mistakes = append(mistakes, fmt.Errorf("%s has no level: write \"none\" to take access away, or leave the entity out", entity))
			continue
		}
		names[entity] = *n[entity]
	}
	return names, errors.Join(mistakes...)
}

// NewExpandTemplateFunction returns the function expand_template.
func NewExpandTemplateFunction() function.Function {
	return accessFunction{
		name: "expand_template",
		definition: function.Definition{
			Summary: "Access of a group that uses a role template",
			MarkdownDescription: "Overrides levels of a predefined role template and returns the resulting access of a group, including derived levels: " +
				"the `effective_access` of an `iam_group`. Entities without access are left out. For the tenant's own role templates, use `effective_access` of `iam_role_template`.",
			Parameters: []function.Parameter{
				function.StringParameter{Name: "template", MarkdownDescription: "Id of a predefined role template, such as `viewer`, or null or empty for none.", AllowNullValue: true},
				accessParameter("overrides", "Levels by entity that override those of the template; `none` removes access. Empty or, under Terraform, null for no overrides."),
			},
			Return: function.MapReturn{ElementType: types.StringType},
		},
		run: func(ctx context.Context, args function.ArgumentsData, result *function.ResultData) *function.FuncError {
			var template *string
			var overrides nullable
			if err := args.Get(ctx, &template, &overrides); err != nil {
				return err
			}
			if template == nil {
				template = new(string)
			}
			if _, err := access.ExpandTemplate(*template, nil); err != nil {
				return badArgument(0, err)
			}
			names, err := overrides.names()
			if err != nil {
				return badArgument(1, err)
			}
			expanded, err := access.ExpandTemplate(*template, names)
			if err != nil {
				return badArgument(1, err)
			}
			return result.Set(ctx, expanded)
		},
	}
}

// NewMergeAccessFunction returns the function merge_access.
func NewMergeAccessFunction() function.Function {
	return accessFunction{
		name: "merge_access",
		definition: function.Definition{
			Summary: "The highest level of each entity over several accesses",
			MarkdownDescription: "Returns the access of a user in several groups: the highest level of each entity. A group never reduces the access of another. " +
				"It adds no derived levels: call `expand_template` before you merge. Restrictions are not considered.",
			Parameters: []function.Parameter{function.ListParameter{
				Name: "accesses", MarkdownDescription: "Maps of levels by entity.",
				ElementType: types.MapType{ElemType: types.StringType},
			}},
			Return: function.MapReturn{ElementType: types.StringType},
		},
		run: func(ctx context.Context, args function.ArgumentsData, result *function.ResultData) *function.FuncError {
			var accesses []nullable
			if err := args.Get(ctx, &accesses); err != nil {
				return err
			}
			list := make([]map[string]string, len(accesses))
			var mistakes []error
			for i, a := range accesses {
				where := fmt.Sprintf("accesses[%d]", i)
				if a == nil {
					mistakes = append(mistakes, fmt.Errorf("%s is null: write {} for no access, or leave it out", where))
					continue
				}
				names, err := a.names()
				if err == nil {
					_, err = access.ParseLevels(names)
				}
				mistakes = append(mistakes, prefixed(where, err))
				list[i] = names
			}
			if err := errors.Join(mistakes...); err != nil {
				return badArgument(0, err)
			}
			merged, err := access.MergeAccess(list)
			if err != nil {
				return badArgument(0, err)
			}
			return result.Set(ctx, merged)
		},
	}
}

// NewMissingDependenciesFunction returns the function missing_dependencies.
func NewMissingDependenciesFunction() function.Function {
	return accessFunction{
		name: "missing_dependencies",
		definition: function.Definition{
			Summary: "Unmet dependencies of an access",
			MarkdownDescription: "Returns the unmet dependencies of a group with these levels and derived ones: by managed entity, a text that says what to add. " +
				"Empty if all are met. Unmet dependencies deny nothing, but in practice the work requires more access.",
			Parameters: []function.Parameter{accessParameter("access", "Levels by entity, or null for none.")},
			Return:     function.MapReturn{ElementType: types.StringType},
		},
		run: func(ctx context.Context, args function.ArgumentsData, result *function.ResultData) *function.FuncError {
			var a nullable
			if err := args.Get(ctx, &a); err != nil {
				return err
			}
			names, err := a.names()
			if err != nil {
				return badArgument(0, err)
			}
			missing, err := access.MissingOf(names)
			if err != nil {
				return badArgument(0, err)
			}
			return result.Set(ctx, missing)
		},
	}
}

// comparedLevels is what compare_access returns.
type comparedLevels struct {
	Gained  map[string]string `tfsdk:"gained"`
	Lost    map[string]string `tfsdk:"lost"`
	Raised  map[string]string `tfsdk:"raised"`
	Lowered map[string]string `tfsdk:"lowered"`
}

// NewCompareAccessFunction returns the function compare_access.
func NewCompareAccessFunction() function.Function {
	levels := types.MapType{ElemType: types.StringType}
	return accessFunction{
		name: "compare_access",
		definition: function.Definition{
			Summary: "Differences between two accesses",
			MarkdownDescription: "Compares two accesses entity by entity and returns an object of maps by entity: `gained` (from no access, with the level after), `lost` (to no access, with the level before), " +
				"`raised` and `lowered` (with the level after). An entity that is left out has no access. It adds no derived levels: call `expand_template` before you compare.",
			Parameters: []function.Parameter{
				accessParameter("before", "Levels by entity before the change, or null for none."),
				accessParameter("after", "Levels by entity after the change, or null for none."),
			},
			Return: function.ObjectReturn{AttributeTypes: map[string]attr.Type{"gained": levels, "lost": levels, "raised": levels, "lowered": levels}},
		},
		run: func(ctx context.Context, args function.ArgumentsData, result *function.ResultData) *function.FuncError {
			sides := [2]nullable{}
			if err := args.Get(ctx, &sides[0], &sides[1]); err != nil {
				return err
			}
			names := [2]map[string]string{}
			for i, side := range sides {
				var err error
				if names[i], err = side.names(); err == nil {
					_, err = access.ParseLevels(names[i])
				}
				if err != nil {
					return badArgument(int64(i), err)
				}
			}
			compared, err := access.CompareLevels(names[0], names[1])
			if err != nil {
				return badArgument(0, err)
			}
			return result.Set(ctx, comparedLevels(compared))
		},
	}
}
