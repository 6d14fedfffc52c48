package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

func TestReadPublish(t *testing.T) {
	t.Parallel()
	c, err := defaults()
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]release.PublishCommand{
		"ARCHES='amd64 arm64+raspi' for-project ubuntu publish-release ubuntu-server/daily-live SERIAL live-server named MILESTONE_SLUG": {
			Arches: []string{"amd64", "arm64+raspi"}, Project: "ubuntu", Source: "ubuntu-server/daily-live", BuildID: "SERIAL",
			PublishType: "live-server", Official: "named", Status: "MILESTONE_SLUG",
		},
		`ARCHES="amd64" DIST=noble for-project kubuntu publish-release daily-live 20240424 desktop yes`: {
			Series: "noble", Arches: []string{"amd64"}, Project: "kubuntu", Source: "daily-live", BuildID: "20240424", PublishType: "desktop", Official: "yes",
		},
	} {
		got, err := c.Commands.ReadPublish(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", line, diff)
		}
		again, err := c.Commands.PublishCommand(got)
		if back, err2 := c.Commands.ReadPublish(again); err != nil || err2 != nil || !cmp.Equal(got, back) {
			t.Errorf("%s is read as %+v (%v, %v)", again, back, err, err2)
		}
	}
	for _, line := range []string{
		"", "ls", "ARCHES=amd64 for-project kubuntu publish-release daily-live SERIAL desktop", "X=1 for-project a publish-release b c d e",
		"ARCHES=amd64 ARCHES=i386 for-project a publish-release b c d e", "ARCHES=amd64 for-project a publish-daily b c d e",
		"ARCHES=amd64 for-project a publish-release b c d e; rm -rf /", "ARCHES=$A for-project a publish-release b c d e",
	} {
		if got, err := c.Commands.ReadPublish(line); err == nil {
			t.Errorf("%q is read as %+v", line, got)
		}
	}
}

// TestReadPublishOfAnotherForm: the form is that of the configuration, whatever it is.
func TestReadPublishOfAnotherForm(t *testing.T) {
	t.Parallel()
	c := Commands{Publish: `publish --to={{.Project}}/{{.Source}} --id {{.BuildID}} {{.Project}} {{.Arches}}{{with .Dist}} --dist {{.}}{{end}}`}
	got, err := c.ReadPublish("publish --to=a/b/c --id 1 a 'x y' --dist noble")
	want := &release.PublishCommand{Series: "noble", Arches: []string{"x", "y"}, Project: "a", Source: "b/c", BuildID: "1"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if _, err := c.ReadPublish("publish --to=a/b --id 1 z x"); err == nil || !strings.Contains(err.Error(), c.Publish) {
		t.Errorf("two projects in one: %v", err)
	}
}

func FuzzReadPublish(f *testing.F) {
	c, err := defaults()
	if err != nil {
		f.Fatal(err)
	}
	f.Add("DIST=a ARCHES='b c' for-project d publish-release e/f SERIAL g named MILESTONE_SLUG")
	f.Fuzz(func(t *testing.T, line string) {
		p, err := c.Commands.ReadPublish(line)
		if err != nil {
			return
		}
		again, err := c.Commands.PublishCommand(p)
		if err != nil {
			return // a word that is no argument
		}
		if back, err := c.Commands.ReadPublish(again); err == nil && !cmp.Equal(p, back) {
			t.Errorf("%q gives %+v, and again %+v", line, p, back)
		}
	})
}
