package release

import "time"

// Look tells when something that a poll looked at had been looked at last, where that
// was not at the poll before: sources look at what hardly changes every few hours only,
// and what could not be read stays as it was. It is about a directory, or a milestone,
// or what a series has apart from its milestones.
type Look struct {
	Series    string    `toml:"series,omitempty"`
	Milestone string    `toml:"milestone,omitempty"`
	Dir       string    `toml:"dir,omitempty"`
	At        time.Time `toml:"at"`
}

// Widen lets events begin where looks say that what they are about had been looked at
// last: it may have happened at any time since. Looks that are later than an event's
// After, or have no time, change nothing.
func Widen(events []Event, looks []Look) {
	at := make(map[Look]time.Time, len(looks))
	for _, l := range looks {
		key := l
		key.At = time.Time{}
		if have, twice := at[key]; !twice || l.At.Before(have) {
			at[key] = l.At
		}
	}
	for i := range events {
		e := &events[i]
		if last := at[e.subject()]; !last.IsZero() && last.Before(e.After) {
			e.After = last
		}
	}
}

// subject is what an event is about, as looks name it.
func (e *Event) subject() Look {
	if e.Dir != "" {
		return Look{Dir: e.Dir}
	}
	return Look{Series: e.Series, Milestone: e.Milestone}
}
