package config

import (
	"fmt"
	"strings"

	"shiplist/internal/release"
	"shiplist/internal/shell"
)

// Commands are the forms of what is run on the build host.
type Commands struct {
	Publish string // publishes a build; see PublishWords
	Respin  string // builds images again; see RespinWords
	Sign    string // signs a checksum list; see SignWords
}

func (c *Commands) read(t *table) {
	t.command("publish", &c.Publish, PublishWords{})
	t.command("respin", &c.Respin, RespinWords{})
	t.command("sign", &c.Sign, SignWords{})
	t.filled("publish", "respin", "sign")
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
	words, err := wordsOfRespin(g)
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", g.Project, g.ImageType, err)
	}
	return t.Execute(words)
}

// SignWords are what the form of a command that signs may name.
type SignWords struct {
	List shell.Word // path of the checksum list
}

// SignCommand is the command that signs a checksum list.
func (c Commands) SignCommand(list string) (string, error) {
	t, err := shell.Parse(c.Sign, SignWords{})
	if err != nil {
		return "", err
	}
	word, err := shell.Quote(list)
	if err != nil {
		return "", err
	}
	return t.Execute(SignWords{word})
}

// PublishWords are what the form of a command that publishes may name.
type PublishWords struct {
	Arches   shell.Word  // all of them, as one word
	Dist     shell.Words // the series, or none for the one that is developed
	Project  shell.Word  // under which is published
	Source   shell.Word  // daily-live, ubuntu-server/daily-live
	BuildID  shell.Word  // 20260129
	Type     shell.Word  // the publish type: live-server
	Official shell.Word  // yes, named, ...
	Status   shell.Words // snapshot-3, release/snapshot-3, or none for finals
}

// PublishCommand is the command that publishes a build for some architectures.
func (c Commands) PublishCommand(p *release.PublishCommand) (string, error) {
	t, err := shell.Parse(c.Publish, PublishWords{})
	if err != nil {
		return "", err
	}
	words, err := wordsOfPublish(p)
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", p.Project, p.Source, err)
	}
	return t.Execute(words)
}

// PublishCommands are all commands of a publish set, in order.
func (c Commands) PublishCommands(set *release.PublishSet) ([]string, error) {
	var list []string
	for _, p := range set.Commands {
		line, err := c.PublishCommand(p)
		if err != nil {
			return nil, err
		}
		list = append(list, line)
	}
	return list, nil
}

func wordsOfPublish(p *release.PublishCommand) (PublishWords, error) {
	var w PublishWords
	var err error
	if w.Arches, err = shell.Always(strings.Join(p.Arches, " ")); err != nil {
		return w, err
	}
	for _, one := range []struct {
		text string
		into *shell.Word
	}{
		{p.Project, &w.Project},
		{p.Source, &w.Source},
		{p.BuildID, &w.BuildID},
		{p.PublishType, &w.Type},
		{string(p.Official), &w.Official},
	} {
		if *one.into, err = shell.Quote(one.text); err != nil {
			return w, err
		}
	}
	if w.Dist, err = shell.QuoteAll(p.Series); err != nil {
		return w, err
	}
	w.Status, err = shell.QuoteAll(p.Status)
	return w, err
}

func wordsOfRespin(g release.RespinGroup) (RespinWords, error) {
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
