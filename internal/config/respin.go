package config

import (
	"fmt"

	"shiplist/internal/release"
)

func (r *Respin) read(t *table, rules *release.RespinRules) {
	t.count("jobs", &r.Jobs, 1, 64)
	t.text("logs", &r.Logs)
	t.duration("grace", &r.Grace, false)
	t.filled("logs")
	if list, given := t.tables("rule"); given {
		rules.Rules, rules.Own = each(list, readRespinRule), t.doc.name != builtIn
	}
	if list, given := t.tables("hours"); given {
		rules.Hours = each(list, readBuildHours)
	}
	t.close()
}

// each reads the rows of a table.
func each[T release.RespinRule | release.BuildHours | release.ArchiveRule](list []*table, read func(*table) T) []T {
	all := make([]T, len(list))
	for i, t := range list {
		all[i] = read(t)
	}
	return all
}

func readRespinRule(t *table) release.RespinRule {
	var r release.RespinRule
	t.series("series", &r.Series)
	t.strings("project", &r.Project)
	t.strings("image_type", &r.ImageType)
	t.strings("publish_type", &r.PublishType)
	t.strings("arch", &r.Arch)
	t.part("cron", &r.Cron)
	t.flag("live", &r.Live)
	t.part("subproject", &r.Subproject)
	t.command("command", &r.Command, RespinWords{})
	t.flag("daily_only", &r.DailyOnly)
	t.text("refuse", &r.Refuse)
	if r.Refuse != "" && r.Command != "" {
		t.note("refuse", "a rule that refuses needs no command; leave out one of the two")
	}
	t.close()
	return r
}

func readBuildHours(t *table) release.BuildHours {
	var h release.BuildHours
	t.strings("product", &h.Product)
	t.strings("arch", &h.Arch)
	t.hours("hours", &h.Hours)
	t.require("hours")
	t.close()
	return h
}

// hours reads a number of hours.
func (t *table) hours(key string, into *float64) {
	if !t.has(key) {
		return
	}
	n, ok := t.values[key].(float64)
	if whole, isWhole := t.values[key].(int64); isWhole {
		n, ok = float64(whole), true
	}
	switch {
	case !ok:
		t.wrong(key, "a number of hours, like 1.5")
	case !(n > 0 && n <= 1000):
		t.note(key, fmt.Sprintf("%v is out of range; write a number of hours over 0 and at most 1000, like 1.5", n))
	default:
		*into = n
	}
}
