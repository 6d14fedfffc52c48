package agent

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"shiplist/internal/config"
)

// TestManyReloads: nothing is left of the configurations that were, nor of the polls that
// they began. It counts all goroutines, so that no other test runs beside it.
func TestManyReloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"hangs": "* * * * *", "comes": "@hourly"})
		s.fakes["hangs"].hangs = true
		stop := s.run()
		time.Sleep(time.Minute)
		before := runtime.NumGoroutine()
		for n := range 40 {
			err := s.Reload(s.changed(func(c *config.Config) {
				c.Trees[1].URL = fmt.Sprintf("https://hangs%d.example", n)
				c.Limits.PerMinute = n
				c.Trees = c.Trees[n%2:] // comes and goes
			}))
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		if after := runtime.NumGoroutine(); after > before+2 {
			t.Errorf("%d goroutines, and %d before", after, before)
		}
		s.fakes["hangs"].set(func(f *timed) {
			if f.runs != 1 || f.most != 1 || len(f.began) < 40 {
				t.Errorf("%d polls, %d at once, %d run", len(f.began), f.most, f.runs)
			}
		})
		if got := len(s.load().Sources); got > 2 {
			t.Errorf("%d sources are stored", got)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}
