package release

import (
	"fmt"
	"strings"
	"time"
)

// Doubt is a source of which the picture shows older facts than it should.
type Doubt struct {
	Source string    `json:"source"`
	Text   string    `json:"text"`           // what is wrong, in a sentence without its end
	Since  time.Time `json:"since,omitzero"` // of when the facts are that are shown; zero where there are none
}

// doubtForm is how doubts write times; always UTC.
const doubtForm = "2006-01-02 15:04 UTC"

// Doubts are the sources of a picture that are held back, lost, stale, or were never
// polled, in order of precedence. Where there are none, what the picture tells is what the
// sources said last. A source is stale, too, that is overdue now by a limit: where
// nobody polls, the picture's own time stands still. A limit of zero asks for no more than
// the picture says.
func (p *Picture) Doubts(now time.Time, limit time.Duration) []Doubt {
	var all []Doubt
	for i := range p.Sources {
		s := &p.Sources[i]
		if text := s.doubt(s.Stale || s.Overdue(now, limit)); text != "" {
			all = append(all, Doubt{Source: s.Name, Text: text, Since: s.AsOf})
		}
	}
	return all
}

// doubt says what is wrong with the facts of a source; "" when nothing is.
func (s *Source) doubt(stale bool) string {
	of := ""
	if !s.AsOf.IsZero() {
		of = fmt.Sprintf(", shown as of %s", s.AsOf.UTC().Format(doubtForm))
	}
	switch {
	case s.Held != nil:
		return fmt.Sprintf("the answer of %s is held back%s: %s", s.Name, of, s.Held.Reason)
	case s.Lost:
		return fmt.Sprintf("%s does not answer%s", s.Name, of)
	case s.AsOf.IsZero():
		return fmt.Sprintf("%s has not been polled", s.Name)
	case stale:
		return s.Name + isStale + of
	}
	return ""
}

const isStale = " is stale"

// DoubtLines are doubts as people read them: one sentence for neighbours that are stale
// since the same moment, as all are where nobody polls.
func DoubtLines(all []Doubt) []string {
	var lines []string
	for len(all) > 0 {
		d, same := all[0], 1
		since, stale := strings.CutPrefix(d.Text, d.Source+isStale)
		names := []string{d.Source}
		for stale && same < len(all) && all[same].Text == all[same].Source+isStale+since {
			names = append(names, all[same].Source)
			same++
		}
		if same > 1 {
			d.Text = joinWords(names, "and") + " are stale" + since
		}
		lines, all = append(lines, d.Text), all[same:]
	}
	return lines
}
