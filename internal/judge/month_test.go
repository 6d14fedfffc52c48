package judge_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/demo"
	"shiplist/internal/judge"
	"shiplist/internal/release"
)

// measured says that somebody wants figures and has the time.
func measured() bool { return os.Getenv("SHIPLIST_MEASURE") != "" }

// rare makes the schedule of a month that is no longer than a test may be.
func (l *life) rare() {
	tracker, tree := "5 */4 * * *", "10 */6 * * *"
	if raced {
		tracker, tree = "5 */12 * * *", "10 */12 * * *"
		l.config.Trackers = slices.DeleteFunc(l.config.Trackers, func(t config.Tracker) bool {
			return t.Kind == release.KindTestObserver // asks for each image by itself
		})
		l.config.Trackers[0].Tests = false
		l.config.Trees[0].Skip = append(l.config.Trees[0].Skip, skipped...)
	}
	for i := range l.config.Trackers {
		l.config.Trackers[i].Schedule, l.config.Trackers[i].Recheck = tracker, rareRecheck
	}
	for i := range l.config.Plans { // by default each minute, which no month of a test has
		l.config.Plans[i].Schedule = tracker
	}
	for i := range l.config.Trees {
		l.config.Trees[i].Schedule, l.config.Trees[i].Recheck = tree, rareRecheck
	}
}

// skipped are the parts of the full tree that are left out for the race detector's
// sake. Some hundred directories remain.
var skipped = []string{"noble", "questing", "edubuntu", "lubuntu", "ubuntu-base", "ubuntu-mate", "ubuntu-unity", "ubuntu-budgie", "ubuntucinnamon", "ubuntukylin", "ubuntustudio", "ubuntu-studio", "ubuntu-wsl", "ubuntu-core"}

const rareRecheck = 2 * 24 * time.Hour

// TestMonth is a month in the life of an agent: the world goes on, hosts fail, the
// agent is restarted at any moment, and once it loses what it kept. None of it makes
// it rude, and at the end it knows what is there and has told what happened.
func TestMonth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		days := 30
		if raced { // it takes the detector minutes, and a month has nothing that half of one lacks
			days = 16
		}
		from, until := demo.Now(), demo.Now().AddDate(0, 0, days)
		seed := uint64(0)
		l := newLife(t, measured(), func(host string) []judge.Fault {
			seed++
			faults := judge.Weather(seed, from.Add(time.Hour), until.Add(-24*time.Hour))
			if host == trackerHost { // amid some polls
				for day := 2; day < days-2; day += 5 {
					faults = append(faults, judge.Restart(from.AddDate(0, 0, day).Truncate(24*time.Hour).Add(5*time.Minute+25*time.Second))...)
				}
			}
			return judge.Sort(faults)
		})
		stops := stopsBetween(from, until.Add(-24*time.Hour))
		for i, at := range stops {
			l.config.Agent.StopWithin = time.Millisecond + time.Duration(i%2)*20*time.Second
			l.live(at)
			l.judge.Killed()
			if i == len(stops)/2 {
				l.loseState()
			}
		}
		l.live(until)
		l.judge.Killed()
		l.calm = true
		l.live(until.Add(rareRecheck + 24*time.Hour))
		score := l.judge.Score()
		t.Logf("after %d restarts and the loss of the state directory, %s", len(stops)+1, score)
		if score.Sins() > 0 {
			t.Error("the agent was rude to the hosts that it asks")
		}
		l.checkFacts()
		l.checkEvents()
		l.checkReports()
	})
}

// stopsBetween are moments at which the agent is ended: any, and such at which polls
// are on their way.
func stopsBetween(from, until time.Time) []time.Time {
	random := rand.New(rand.NewPCG(7, 7))
	var all []time.Time
	for at := from; ; {
		at = at.Add(time.Duration(random.Int64N(int64(4 * 24 * time.Hour))))
		if len(all)%2 == 0 {
			at = at.Truncate(12 * time.Hour).Add(12*time.Hour + 10*time.Minute + time.Duration(random.Int64N(int64(90*time.Second))))
		}
		if at.After(until) {
			return all
		}
		all = append(all, at)
	}
}

// loseState deletes what the agent keeps for itself.
func (l *life) loseState() {
	if err := os.RemoveAll(l.config.Store.State); err != nil {
		l.t.Fatal(err)
	}
	l.judge.Forgot()
}
