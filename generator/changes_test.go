package generator

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// sampleNews is a site of the sample with a log of its own.
func sampleNews(t *testing.T, log ...release.Event) *site {
	t.Helper()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, samplePicture(c))
	for i := range log {
		if log[i].Seen.IsZero() {
			log[i].Seen = sampleNow
		}
		if log[i].Source == "" {
			log[i].Source = "iso"
		}
	}
	s.log = log
	s.arrange()
	return s
}

// newsText is a piece of news as it reads.
func newsText(v newsView) string {
	words := []string{v.Class + ":", v.Subject.Text, v.Says}
	var places []string
	for _, l := range v.Where {
		places = append(places, l.Text)
	}
	for _, w := range []string{strings.Join(places, " and "), v.Build, v.Detail} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

const (
	kubuntuSlug = "kubuntu-desktop-amd64"
	readyWord   = "ready"
)

// TestJoinDays: the days of a log that grew are those of the whole log, wherever it was
// cut.
func TestJoinDays(t *testing.T) {
	t.Parallel()
	var news []*happening
	for i := range 9 { // three a day
		news = append(news, &happening{Event: &release.Event{Seen: sampleNow.Add(-time.Duration(i) * 8 * time.Hour)}})
	}
	want := byDay(news)
	for cut := range len(news) + 1 {
		if got := joinDays(byDay(news[:cut]), byDay(news[cut:])); !reflect.DeepEqual(got, want) {
			t.Errorf("cut before the %dth: %v, want %v", cut, got, want)
		}
	}
}

// TestNews: how each kind of event reads.
func TestNews(t *testing.T) {
	t.Parallel()
	kubuntu := release.Event{Series: "noble", Milestone: "24.04.4", Product: kubuntuSlug, BuildID: "20260421"}
	about := func(what release.EventKind, from, to string, e release.Event) release.Event {
		e.What, e.From, e.To = what, from, to
		return e
	}
	image := release.Event{Source: "full", Series: "noble", Project: "kubuntu", Dir: "kubuntu/noble/daily-live/20260423", Image: "noble-desktop-amd64", BuildID: "20260423", File: "noble-desktop-amd64.iso"}
	request := release.Event{Series: "noble", Product: kubuntuSlug, ID: "7"}
	line := release.Event{Series: "noble", Product: kubuntuSlug}
	set := release.Event{Source: "full", Series: "noble", Project: "ubuntu-server", Dir: "noble/netboot/arm64", Arch: "arm64"}
	setFile := set
	setFile.File = "linux"
	gone := release.Event{Series: "zesty", Milestone: "22.04.9", Product: "gone-amd64", BuildID: "1"}
	tests := []struct {
		event release.Event
		want  string
	}{
		{about(release.EventSourceNew, "", "", release.Event{}), "note: iso is read for the first time"},
		{about(release.EventSourceRetired, "", "", release.Event{}), "off: iso is not read any more; what it said was removed"},
		{about(release.EventSourceLost, "", "503", release.Event{}), "warning: iso does not answer 503"},
		{about(release.EventSourceBack, "", "", release.Event{}), "ready: iso answers again"},
		{about(release.EventSourceHeld, "", "too little", release.Event{}), "blocker: iso gave an answer that is held back too little"},
		{about(release.EventSourceLetIn, "", "", release.Event{}), "ready: iso gave an answer that was held back and is let in now"},
		{about(release.EventSeriesAppeared, "", "active", release.Event{Series: "noble"}), "note: Noble is a new series"},
		{about(release.EventSeriesLeft, "active", "", release.Event{Series: "zesty"}), "off: zesty is not listed any more"},
		{about(release.EventSeriesStatus, "active", "disabled", release.Event{Series: "noble"}), "note: Noble is now disabled"},
		{about(release.EventMilestoneAppeared, "", "testing", release.Event{Series: "noble", Milestone: "24.04.4"}), "note: Noble 24.04.4 is a new milestone of Noble"},
		{about(release.EventMilestoneLeft, "testing", "", release.Event{Series: "noble", Milestone: "beta"}), "off: Noble beta is not a milestone any more of Noble"},
		{about(release.EventMilestoneStatus, "testing", "released", release.Event{Series: "noble", Milestone: "24.04.4"}), "ready: Noble 24.04.4 is now released"},
		{about(release.EventIntended, "", "~team", line), "note: Kubuntu Desktop amd64 is meant to be released in Noble contact ~team"},
		{about(release.EventUnintended, "~team", "", line), "off: Kubuntu Desktop amd64 is no longer meant to be released in Noble"},
		{about(release.EventContact, "~a", "~b", line), "note: Kubuntu Desktop amd64 has another contact in Noble ~b instead of ~a"},
		{about(release.EventContact, "~a", "~b", release.Event{Product: kubuntuSlug}), "note: Kubuntu Desktop amd64 has another contact in all series ~b instead of ~a"},
		{about(release.EventBuildAppeared, "", "testing", kubuntu), "testing: Kubuntu Desktop amd64 has a new build in Noble 24.04.4 20260421"},
		{about(release.EventBuildLeft, "testing", "", kubuntu), "off: Kubuntu Desktop amd64 lost a build in Noble 24.04.4 20260421"},
		{about(release.EventBuildReady, "testing", readyWord, kubuntu), "ready: Kubuntu Desktop amd64 is ready in Noble 24.04.4 20260421"},
		{about(release.EventBuildReady, "testing", readyWord, gone), "ready: gone-amd64 is ready in zesty 22.04.9 1"},
		{about(release.EventBuildUnready, readyWord, "testing", kubuntu), "testing: Kubuntu Desktop amd64 is not ready any more in Noble 24.04.4 20260421 testing, was ready"},
		{about(release.EventBuildFailed, readyWord, "failed", kubuntu), "failed: Kubuntu Desktop amd64 failed in Noble 24.04.4 20260421"},
		{about(release.EventBuildSuperseded, readyWord, "superseded", kubuntu), "off: Kubuntu Desktop amd64 has a superseded build in Noble 24.04.4 20260421"},
		{about(release.EventBuildState, "testing", "unknown: Frozen", kubuntu), "unknown: Kubuntu Desktop amd64 changed its state in Noble 24.04.4 20260421 Frozen, was testing"},
		{about(release.EventBuildNote, "", "<script>x</script>", kubuntu), "note: Kubuntu Desktop amd64 has another note in Noble 24.04.4 20260421"},
		{about(release.EventBuildTests, "", "4 passed", line), "testing: Kubuntu Desktop amd64 has new test results in Noble 4 passed"},
		{about(release.EventBuildBugs, "1", "", line), "note: Kubuntu Desktop amd64 has other bugs in Noble none"},
		{about(release.EventRebuildRequested, "ann", "requested", request), "rebuilding: Kubuntu Desktop amd64 is asked to be built again for Noble by ann"},
		{about(release.EventRebuildStatus, "requested", "building", request), "rebuilding: Kubuntu Desktop amd64 has a rebuild that moved on for Noble building, was requested"},
		{about(release.EventRebuildClosed, "building", "", request), "off: Kubuntu Desktop amd64 has a rebuild request that is closed for Noble was building"},
		{about(release.EventImageLeft, "abc", "", image), "off: Kubuntu Desktop amd64 has a daily image less in kubuntu/noble/daily-live/20260423 20260423"},
		{about(release.EventImageWithdrawn, "abc", "", image), "warning: Kubuntu Desktop amd64 was withdrawn from kubuntu/noble/daily-live/20260423 20260423"},
		{about(release.EventImageAppeared, "", "abc", image), "note: Kubuntu Desktop amd64 has a new daily image in kubuntu/noble/daily-live/20260423 20260423"},
		{about(release.EventImagePublished, "", "abc", image), "ready: Kubuntu Desktop amd64 was published in kubuntu/noble/daily-live/20260423 20260423"},
		{about(release.EventImageChecksum, "abc", "def", image), "warning: Kubuntu Desktop amd64 has other bytes under the same name in kubuntu/noble/daily-live/20260423 20260423 noble-desktop-amd64.iso"},
		{about(release.EventImageFile, "", "def", image), "note: Kubuntu Desktop amd64 has other files in kubuntu/noble/daily-live/20260423 20260423 noble-desktop-amd64.iso"},
		{about(release.EventImageBuild, "1", "2", image), "note: Kubuntu Desktop amd64 turned out to be another build in kubuntu/noble/daily-live/20260423 20260423"},
		{about(release.EventImageCurrent, "1", "2", image), "note: Kubuntu Desktop amd64 has another current daily in kubuntu/noble/daily-live/20260423 20260423 2"},
		{about(release.EventNetbootPublished, "", "24.04.4", set), "ready: 64-bit Arm (arm64) starts over the network in Noble 24.04.4"},
		{about(release.EventNetbootPublished, "24.04.3", "24.04.4", set), "ready: 64-bit Arm (arm64) starts over the network in Noble 24.04.4, was 24.04.3"},
		{about(release.EventNetbootWithdrawn, "24.04.4", "", set), "warning: 64-bit Arm (arm64) does not start over the network any more in Noble"},
		{about(release.EventNetbootGone, "", "404", setFile), "warning: 64-bit Arm (arm64) needs a netboot file that is gone, in Noble linux, answers 404"},
		{about(release.EventNetbootMoved, "", "http://old.example/linux", set), "note: 64-bit Arm (arm64) starts from another archive in Noble http://old.example/linux"},
		{about(release.EventNetbootBack, "404", "", setFile), "ready: 64-bit Arm (arm64) has its netboot file again, in Noble linux"},
		{about(release.EventDirectoryHeld, "", "bad", release.Event{Source: "full", Series: "noble", Dir: "a/b"}), "blocker: a/b is not believed any more bad"},
		{about(release.EventDirectoryBelieved, "bad", "", release.Event{Source: "full", Series: "noble", Dir: "a/b"}), "ready: a/b is believed again"},
		{about("moon-full", "", "", line), "note: Kubuntu Desktop amd64 moon full in Noble"},
	}
	var log []release.Event
	kinds := map[release.EventKind]bool{}
	for i, tt := range tests {
		tt.event.Seen = sampleNow.Add(time.Duration(i) * time.Second)
		log, kinds[tt.event.What] = append(log, tt.event), true
	}
	s := sampleNews(t, log...)
	polls := s.viewPolls(&Page{}, s.news, ofDay, len(s.news))
	slices.Reverse(polls)
	for i, tt := range tests {
		if got := newsText(polls[i].News[0]); got != tt.want {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
	for kind := range phrases {
		if !kinds[kind] {
			t.Errorf("%s is not in the table of this test", kind)
		}
	}
}

// TestFirstPollsAreOne: many sources that are read for the first time on one day are one
// piece of news, without what they say later; few are told of each by itself.
func TestFirstPollsAreOne(t *testing.T) {
	t.Parallel()
	first := func(source string, minute int) release.Event {
		return release.Event{What: release.EventSourceNew, Source: source, Seen: sampleNow.Add(time.Duration(minute) * time.Minute)}
	}
	ready := release.Event{What: release.EventBuildReady, Series: "noble", Milestone: "24.04.4", Product: kubuntuSlug, BuildID: "1", Seen: sampleNow.Add(4 * time.Minute)}
	few := []release.Event{first("a", 0), first("b", 0), first("c", 1)}
	for _, tt := range []struct {
		name string
		log  []release.Event
		want []string
	}{
		{"few", few, []string{"c 1", "b 1", "a 1"}},
		{"many", append(few, first("d", 2), ready), []string{"iso 1", " 1"}},
		{"of two days", append(few, first("d", 24*60)), []string{"d 1", "c 1", "b 1", "a 1"}},
	} {
		s := sampleNews(t, slices.Clone(tt.log)...)
		var got []string
		for _, poll := range s.viewPolls(&Page{}, s.news, ofDay, len(s.news)) {
			got = append(got, fmt.Sprint(poll.Source, " ", len(poll.News)))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if tt.name != "many" {
			continue
		}
		one := s.viewPolls(&Page{}, s.news, ofDay, len(s.news))[1].News[0]
		if got := newsText(one); got != "note: 4 sources are read for the first time" || len(one.Items) != 4 || one.Items[3].Subject.Text != "d" {
			t.Errorf("%q, %+v", got, one.Items)
		}
	}
}

// TestRespinIsOnePieceOfNews: that the old build is superseded goes without saying.
func TestRespinIsOnePieceOfNews(t *testing.T) {
	t.Parallel()
	e := release.Event{Series: "noble", Milestone: "24.04.4", Product: kubuntuSlug, BuildID: "20260421.2", What: release.EventBuildAppeared, To: "testing"}
	old := e
	old.BuildID, old.What, old.From, old.To = "20260421.1", release.EventBuildSuperseded, readyWord, "superseded"
	s := sampleNews(t, e, old)
	polls := s.viewPolls(&Page{}, s.news, ofDay, len(s.news))
	if len(polls) != 1 || len(polls[0].News) != 1 {
		t.Fatalf("%+v", polls)
	}
	want := "testing: Kubuntu Desktop amd64 has a new build in Noble 24.04.4 20260421.2 instead of 20260421.1"
	if got := newsText(polls[0].News[0]); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestManyAreToldAsOne: of one poll, kind and milestone; and no piece names too much.
func TestManyAreToldAsOne(t *testing.T) {
	t.Parallel()
	var log []release.Event
	for i := range itemsAtOnce + 7 {
		log = append(log, release.Event{Series: "noble", Milestone: "24.04.4", Product: fmt.Sprintf("p%d", i), BuildID: "1", What: release.EventBuildReady, To: readyWord})
	}
	log = append(log, release.Event{Series: "stonking", Milestone: "snapshot-4", Product: "p1", BuildID: "1", What: release.EventBuildReady, To: readyWord})
	s := sampleNews(t, log...)
	polls := s.viewPolls(&Page{}, s.news, ofDay, len(s.news))
	var got []string
	items := 0
	for _, v := range polls[0].News {
		got, items = append(got, newsText(v)), items+len(v.Items)
	}
	want := []string{
		"ready: 200 builds are ready in Noble 24.04.4", "ready: 7 builds are ready in Noble 24.04.4",
		"ready: p1 is ready in Stonking Snapshot 4 1",
	}
	if diff := cmp.Diff(want, got); diff != "" || items != itemsAtOnce+7 {
		t.Errorf("%d items (-want +got):\n%s", items, diff)
	}
}

// TestOnSeveralMilestonesIsOnePieceOfNews: for one build, and where there are many.
func TestOnSeveralMilestonesIsOnePieceOfNews(t *testing.T) {
	t.Parallel()
	var log []release.Event
	for _, product := range []string{kubuntuSlug, "p1", "p2", "p3", "p4"} {
		e := release.Event{Series: "noble", Product: product, BuildID: "2", What: release.EventBuildAppeared, To: "testing"}
		for _, e.Milestone = range []string{"24.04.4", "daily"} {
			if product != "p4" || e.Milestone == "daily" {
				log = append(log, e)
			}
		}
	}
	log = append(log, release.Event{Series: "noble", Milestone: "24.04.4", Product: "p4", BuildID: "2", What: release.EventBuildAppeared, To: readyWord})
	s := sampleNews(t, log...)
	var got []string
	for _, v := range s.viewPolls(&Page{}, s.news, ofDay, len(s.news))[0].News {
		got = append(got, newsText(v))
	}
	want := []string{
		"testing: 4 new builds in Noble 24.04.4 and Daily",
		"testing: p4 has a new build in Noble Daily 2", "ready: p4 has a new build in Noble 24.04.4 2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestSourcesDoNotRepeatEachOther: that a milestone is released is news once, and news again
// when a source says it again.
func TestSourcesDoNotRepeatEachOther(t *testing.T) {
	t.Parallel()
	var log []release.Event
	for i, source := range []string{"iso", "localized", "iso", "localized"} {
		log = append(log, release.Event{
			Seen: sampleNow.Add(time.Duration(i) * time.Second), Source: source, What: release.EventMilestoneStatus,
			Series: "noble", Milestone: "24.04.4", From: "testing", To: "released",
		})
	}
	log = append(log, release.Event{Source: "localized", What: release.EventSourceLost}, release.Event{Source: "iso", What: release.EventSourceLost})
	s := sampleNews(t, log...)
	var got []string
	for _, h := range loud(s.news, len(s.news)) {
		got = append(got, fmt.Sprint(h.Source, " ", h.What))
	}
	want := []string{"iso source-lost", "localized source-lost", "iso milestone-status", "iso milestone-status"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestChangesReachEverything: each event of the log stands on the page of its day, whatever
// is left out elsewhere, and no page has too many.
func TestChangesReachEverything(t *testing.T) {
	t.Parallel()
	var log []release.Event
	for day := range 40 {
		for i := range 2 + 60*day {
			log = append(log, release.Event{
				Seen: sampleNow.AddDate(0, 0, day-40).Add(time.Duration(i) * time.Second), Source: "iso", What: release.EventBuildTests,
				Series: "noble", Product: kubuntuSlug, BuildID: fmt.Sprint(i), To: "1 passed, 0 failed, 0 running, 0 untested",
			})
		}
	}
	s := sampleNews(t, log...)
	days, told := byDay(s.news), 0
	for i := range days {
		for n := range days[i].parts() {
			p := s.arrangeChangesDay(dayPage{newsDay: &days[i], part: n})
			some := 0
			for _, poll := range p.Polls {
				some += len(poll.News)
			}
			if told += some; some > dayPart {
				t.Errorf("%s has %d", p.Title, some)
			}
		}
	}
	if len(days) != 40 || told != len(log) {
		t.Errorf("%d of %d told on %d days", told, len(log), len(days))
	}
	p := s.arrangeChanges()
	earlier := 0
	for _, m := range p.Earlier {
		earlier += len(m.Days)
	}
	if len(p.Days) != daysAtOnce || earlier != 40-daysAtOnce {
		t.Errorf("the first page has %d days and leads to %d", len(p.Days), earlier)
	}
}

func TestChangesAnswer(t *testing.T) {
	t.Parallel()
	ready := release.Event{Series: "noble", Milestone: "24.04.4", Product: kubuntuSlug, BuildID: "1", What: release.EventBuildReady, To: readyWord}
	old := ready
	old.Seen = sampleNow.AddDate(0, 0, -7)
	for _, tt := range []struct {
		log  []release.Event
		want string
	}{
		{nil, "Nothing has changed yet."},
		{[]release.Event{old}, "The last 7 days: nothing changed."},
		{[]release.Event{old, ready}, "The last 7 days: 1 became ready."},
		{[]release.Event{{What: release.EventSeriesAppeared, Series: "x"}}, "The last 7 days: 1 change."},
	} {
		s := sampleNews(t, slices.Clone(tt.log)...)
		if got := recentAnswer(byDay(s.news), s.picture.AsOf); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.log, got, tt.want)
		}
	}
}

// TestABuildIsCountedOnce: on two milestones it is one build; two products are two.
func TestABuildIsCountedOnce(t *testing.T) {
	t.Parallel()
	appeared := func(product, milestone string) *happening {
		return &happening{Event: &release.Event{What: release.EventBuildAppeared, Product: product, Milestone: milestone, BuildID: "20260421"}}
	}
	lost := &happening{Event: &release.Event{What: release.EventSourceLost, Source: "iso"}}
	got := tally([]*happening{appeared("a", "daily"), appeared("a", "24.04.4"), appeared("b", "daily"), lost, lost})
	if want := "2 new builds, 2 sources lost."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
