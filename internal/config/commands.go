package config

import (
	"fmt"
	"strings"

	"shiplist/internal/release"
	"shiplist/internal/shell"
)

// Commands are the forms of what is run on the build host.
type Commands struct {
	Respin string // builds images again; see RespinWords
}

func (c *Commands) read(t *table) {
	t.command("respin", &c.Respin, RespinWords{})
	t.filled("respin")
	t.close()
}

// RespinWords are what the form of a command that builds images again may name.
type RespinWords struct {
	Arches     shell.Word  // all of them, as one word
	Dist       shell.Word  // the series as the build host calls it
	Project    shell.Word  // kubuntu
	Subproject shell.Words // none where the product has none
	ImageType  shell.Word  // daily-live; a channel for Core images
	Cron       shell.Word  // the kind of build that is started: daily-live
	Live       shell.Words // --live, or none
}

// RespinCommand is the command that builds a group again.
func (c Commands) RespinCommand(g release.RespinGroup) (string, error) {
	form := c.Respin
	if g.Command != "" {
		form = g.Command
	}
	t, err := shell.Parse(form, RespinWords{})
	if err != nil {
		return "", err
	}
	words, err := respinWords(g)
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", g.Project, g.ImageType, err)
	}
	return t.Execute(words)
}

func respinWords(g release.RespinGroup) (RespinWords, error) {
	var w RespinWords
	var err error
	if w.Arches, err = shell.Always(strings.Join(g.Arches, " ")); err != nil {
		return w, err
	}
	for _, one := range []struct {
		text string
		into *shell.Word
	}{{g.Dist, &w.Dist}, {g.Project, &w.Project}, {g.ImageType, &w.ImageType}, {g.Cron, &w.Cron}} {
		if *one.into, err = shell.Quote(one.text); err != nil {
			return w, err
		}
	}
	if g.Live {
		live, err := shell.Always("--live")
		if err != nil {
			return w, err
		}
		w.Live = shell.Words{live}
	}
	w.Subproject, err = shell.QuoteAll(g.Subproject)
	return w, err
}

// command reads the form of a command whose data is like sample.
func (t *table) command(key string, into *string, sample any) {
	var s string
	if !t.text(key, &s) || s == "" {
		return
	}
	if _, err := shell.Parse(s, sample); err != nil {
		t.note(key, err.Error())
		return
	}
	*into = s
}
