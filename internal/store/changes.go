package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"shiplist/internal/release"
)

// The change log is a file for each month, changes/2025-08.toml, to which events are
// added at the end. One that has become large is followed by changes/2025-08.2.toml,
// and so on.
const (
	// maxMonth is the size from which on a file of the change log is not added to. It
	// is read and written as a whole with every commit that has events.
	maxMonth = 4 << 20
	// maxMonths is the highest number that a file of one month may have.
	maxMonths  = 9999
	changeHead = "# What happened, and when it was seen: kept by shiplist agent."
	eventLine  = "[[event]]"
)

type eventsDoc struct {
	Events []release.Event `toml:"event"`
}

// monthName matches the files of the change log; the month, and the number of all but
// the first.
var monthName = regexp.MustCompile(`^` + changesDir + `/([0-9]{4}-(?:0[1-9]|1[0-2]))(?:\.([2-9]|[1-9][0-9]{1,3}))?\.toml$`)

func isMonth(name string) bool { return monthName.MatchString(name) }

// logFile is a file of the change log.
type logFile struct {
	of     string // 2025-08
	number int    // from 1
}

func parseMonth(name string) (m logFile, ok bool) {
	parts := monthName.FindStringSubmatch(name)
	if parts == nil {
		return logFile{}, false
	}
	m = logFile{of: parts[1], number: 1}
	if parts[2] != "" {
		m.number, _ = strconv.Atoi(parts[2]) // four digits at most
	}
	return m, true
}

func (m logFile) String() string {
	if m.number == 1 {
		return changesDir + "/" + m.of + ".toml"
	}
	return fmt.Sprintf("%s/%s.%d.toml", changesDir, m.of, m.number)
}

// monthOf is the month to which the file of an event belongs.
func monthOf(seen time.Time) string { return seen.UTC().Format("2006-01") }

// encodeEvent writes one event, as it stands in a file. One that could not be read
// again is a [*FactsError].
func encodeEvent(e release.Event) ([]byte, error) {
	e.After, e.Seen = instant(e.After), instant(e.Seen)
	if e.Seen.IsZero() {
		return nil, &FactsError{fmt.Errorf("event %s of %s: it does not say when it was seen", e.What, e.Source)}
	}
	block, err := text("", eventsDoc{[]release.Event{e}})
	if err != nil {
		return nil, err
	}
	block = bytes.TrimLeft(block, "\n")
	name := logFile{monthOf(e.Seen), 1}.String()
	if _, problems := decodeEvents(name, name, block); len(problems) > 0 {
		return nil, &FactsError{fmt.Errorf("event %s of %s: %w", e.What, e.Source, problems[0])}
	}
	return block, nil
}

// encodeMonth writes a whole file.
func encodeMonth(events []release.Event) ([]byte, error) { return text(changeHead, eventsDoc{events}) }

// decodeEvents reads the text of the file of the change log that lies at name; file is
// how it is called in problems. A file with a mistake has no events.
func decodeEvents(file, name string, text []byte) ([]release.Event, Problems) {
	m, ok := parseMonth(name)
	if !ok {
		return nil, Problems{{File: file, Text: "not the name of a file of the change log"}}
	}
	r := fileDecoder{file: file, text: text}
	events, quick := quickEvents(text)
	if !quick {
		events = read[eventsDoc](&r).Events
	}
	if len(r.problems) == 0 {
		for i, e := range events {
			if monthOf(e.Seen) != m.of {
				r.mistake(keyPath{{"event", i}, {"seen", -1}}, fmt.Sprintf("%s, but the file is of %s", e.Seen.Format(time.RFC3339), m.of))
			}
		}
	}
	if len(r.problems) > 0 {
		r.problems.sort()
		return nil, r.problems
	}
	return events, nil
}

// salvage makes a file of the events that can be read in a damaged one.
func salvage(name string, damaged []byte) []byte {
	kept := []byte(changeHead + "\n")
	var block []byte
	take := func() {
		events, problems := decodeEvents(name, name, block)
		if len(problems) > 0 {
			return
		}
		for _, e := range events {
			if text, err := encodeEvent(e); err == nil {
				kept = appendBlock(kept, text)
			}
		}
	}
	for line := range bytes.Lines(damaged) {
		if strings.TrimSpace(string(line)) == eventLine {
			take()
			block = nil
		}
		block = append(block, line...)
	}
	take()
	return kept
}

// appendBlock adds an event to the text of a file.
func appendBlock(file, block []byte) []byte { return append(append(file, '\n'), block...) }

// events plans the change log. What a person wrote there stays, and is kept aside as
// it was, too; of a file that cannot be read the events stay that can.
func (p *planner) events(c change) error {
	p.blocks = map[string]bool{}
	var order []string // of the months
	texts := map[string][][]byte{}
	for _, e := range c.events {
		block, err := encodeEvent(e)
		if err != nil {
			return err
		}
		p.blocks[string(block)] = true
		if p.w.stood[c.source][string(block)] {
			continue // it was written, although that commit ended with an error
		}
		of := monthOf(e.Seen)
		if texts[of] == nil {
			order = append(order, of)
		}
		texts[of] = append(texts[of], block)
	}
	for _, of := range order {
		if err := p.month(of, texts[of]); err != nil {
			return err
		}
	}
	return nil
}

// month plans to add events to a month.
func (p *planner) month(of string, blocks [][]byte) error {
	m, text, err := p.last(of)
	if err != nil {
		return err
	}
	for len(blocks) > 0 {
		if m.number > maxMonths {
			return fmt.Errorf("%s/%s: there is no room for another file of this month; move some away", p.w.data, changesDir)
		}
		text, blocks = appendBlock(text, blocks[0]), blocks[1:]
		for len(blocks) > 0 && int64(len(text)) < p.w.most {
			text, blocks = appendBlock(text, blocks[0]), blocks[1:]
		}
		if err := p.free(m.String()); err != nil {
			return err
		}
		p.put(m.String(), text)
		m, text = logFile{of, m.number + 1}, []byte(changeHead+"\n")
	}
	return nil
}

// last finds the file of a month to which events are added, and what it holds.
func (p *planner) last(of string) (logFile, []byte, error) {
	last := logFile{of, 1}
	t, err := surveyBelow(p.w.disk.root, changesDir)
	if err != nil {
		return last, nil, fmt.Errorf("data directory %s: %w", p.w.data, err)
	}
	for name := range t.files {
		if m, ok := parseMonth(name); ok && m.of == of && m.number > last.number {
			last = m
		}
	}
	if err := p.free(last.String()); err != nil {
		return last, nil, err
	}
	info, err := p.w.disk.root.Lstat(last.String())
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !info.Mode().IsRegular():
		return last, []byte(changeHead + "\n"), nil
	case err != nil:
		return last, nil, err
	case info.Size() >= p.w.most:
		last.number++
		return last, []byte(changeHead + "\n"), nil
	}
	text, err := p.existing(last.String())
	return last, text, err
}

// existing reads a file of the change log that is to be added to.
func (p *planner) existing(name string) ([]byte, error) {
	text, err := p.read(name)
	if err != nil {
		return nil, err
	}
	if p.w.months[name] == hash(text) && p.w.written.Files[name] == hash(text) {
		return text, nil
	}
	if legible(name, text) {
		return text, p.spare(name, text, "the log goes on with what it holds")
	}
	return salvage(name, text), p.spare(name, text, "the log goes on with the events in it that can be read")
}
