package generator

import (
	"html/template"

	"github.com/Masterminds/sprig/v3"

	"shiplist/internal/release"
)

// sprigFunctions are the functions of sprig that layouts may use. Sprig's own
// safe set still asks the clock and makes keys, so each is named. The package
// comment lists them for the writers of layouts; a test compares the two.
var sprigFunctions = []string{
	"add", "coalesce", "contains", "default", "div", "empty", "first", "has", "hasPrefix",
	"hasSuffix", "initial", "join", "last", "list", "lower", "max", "min", "mod", "mul",
	"nospace", "replace", "rest", "splitList", "sub", "ternary", "trim", "trimPrefix",
	"trimSuffix", "trunc", "uniq", "upper",
}

// functions are all functions that layouts may use: the named ones of sprig and
// our own. None of them knows the clock, the environment, files or the network.
func functions() template.FuncMap {
	all := sprig.HtmlFuncMap()
	offered := template.FuncMap{
		"bytes":  grouped,
		"day":    day,
		"moment": moment,
		"size":   release.Size,
		"stamp":  stamp,
		"plural": plural,
	}
	for _, name := range sprigFunctions {
		offered[name] = all[name]
	}
	return offered
}
