package release

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

func TestSuperseded(t *testing.T) {
	t.Parallel()
	in := archiveInput()
	in.Sources[2].Facts.Images = append(in.Sources[2].Facts.Images,
		archived("ubuntu", "noble", "ubuntu-24.04-desktop-amd64", "desktop", "24.04"))
	old := archived("ubuntu", "noble", "ubuntu-24.04.0-desktop-amd64", "desktop", "24.04")
	in.Sources[3].Facts.Images = []Image{old} // is in the archive
	got := ""
	for _, s := range in.Rules.Superseded(Join(in)) {
		got += fmt.Sprintf("%s %s by %s:", s.Line.Slug, s.Version, s.Newer)
		for _, i := range s.Images {
			got += " " + i.Name
		}
		if len(s.Waits) > 0 {
			got += fmt.Sprintf(" waits: %q", s.Waits)
		}
		got += "\n"
	}
	const want = `noble 24.04.1 by 24.04.2: kubuntu-24.04.1-desktop-amd64 ubuntu-24.04.1-live-server-amd64 ubuntu-24.04.1-desktop-amd64
noble 24.04 by 24.04.2: ubuntu-24.04-desktop-amd64
`
	// A release in testing supersedes nothing, though its images are in place already.
	in.Sources[0].Facts = half24042("ubuntu-desktop-amd64")
	if list := in.Rules.Superseded(Join(in)); len(list) != 1 || list[0].Version != "24.04" || list[0].Newer != "24.04.1" {
		t.Errorf("while 24.04.2 is in testing: %+v", list)
	}
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// The list says of each version what archiving it says.
func TestSupersededWaits(t *testing.T) {
	t.Parallel()
	in := archiveInput()
	in.Sources[0].Facts = half24042("ubuntu-desktop-amd64", "xubuntu-desktop-amd64")
	in.Sources[0].Facts.Milestones[0].Status = MilestoneReleased
	in.Sources[2].Facts.Images = append(in.Sources[2].Facts.Images, archived("ubuntu", "noble", "ubuntu-24.04-desktop-amd64", "desktop", "24.04"))
	p := Join(in)
	got := ""
	for _, s := range in.Rules.Superseded(p) {
		got += fmt.Sprintf("%s by %s, %d images, waits %q\n", s.Version, s.Newer, len(s.Images), s.Waits)
		set, err := in.Rules.ArchiveSet(p, s.Version, ArchiveOptions{})
		var refused *ArchiveError
		switch {
		case errors.As(err, &refused):
			if !slices.Equal(refused.Reasons, s.Waits) {
				t.Errorf("%s: archiving says %q, the list %q", s.Version, refused.Reasons, s.Waits)
			}
		case err != nil || set.Newer != s.Newer || len(s.Waits) > 0:
			t.Errorf("%s: archiving says %+v, %v, the list %+v", s.Version, set, err, s)
		}
	}
	const want = `24.04.1 by 24.04.2, 3 images, waits ["Xubuntu Desktop amd64 of 24.04.2 is not published"]
24.04 by 24.04.1, 1 images, waits []
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A rule that the site's owner has not written is nothing that readers wait for.
func TestSupersededWithoutRule(t *testing.T) {
	t.Parallel()
	in := archiveInput()
	in.Rules.Archive.Rules = nil
	p := Join(in)
	list := in.Rules.Superseded(p)
	if len(list) != 1 || len(list[0].Images) != 3 || len(list[0].Waits) > 0 {
		t.Errorf("%+v", list)
	}
	if _, err := in.Rules.ArchiveSet(p, "24.04.1", ArchiveOptions{}); err == nil {
		t.Error("archiving goes on without a rule")
	}
}
