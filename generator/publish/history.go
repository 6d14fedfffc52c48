package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"shiplist/internal/lockfile"
)

// Entry is one line of the history: what visitors see from then on, and why. The
// history is only ever added to.
type Entry struct {
	Time    time.Time `json:"time"`
	Action  string    `json:"action"` // publish, rollback, take-over
	Set     string    `json:"set"`
	Digest  string    `json:"digest"`
	From    string    `json:"from,omitempty"` // digest of what was shown before
	FromSet string    `json:"from_set,omitempty"`
	By      string    `json:"by,omitempty"`
	// Overridden is what forbade it in vain.
	Overridden []Reason `json:"overridden,omitempty"`
}

// begun notes what is being done, before it is done.
func (d *sets) begun(e Entry) error { return writeJSON(filepath.Join(d.dir, pendingFile), e) }

// told writes what was done into the history.
func (d *sets) told(e Entry) error {
	if err := d.append(e); err != nil {
		return err
	}
	return os.Remove(filepath.Join(d.dir, pendingFile))
}

// recover finishes what was begun: when the link was switched, it is told; when not,
// the new set goes.
func (d *sets) recover() error {
	pending := filepath.Join(d.dir, pendingFile)
	text, err := os.ReadFile(pending)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var e Entry
	if err := json.Unmarshal(text, &e); err != nil || !setName.MatchString(e.Set) {
		return fmt.Errorf("%s: not readable (%w); remove it", pending, err)
	}
	if link, err := os.Readlink(d.output); err == nil && filepath.Base(link) == e.Set {
		return d.told(e)
	}
	if e.Action != RolledBack {
		if err := d.remove(e.Set); err != nil {
			return err
		}
	}
	return os.Remove(pending)
}

// append adds a line to the history.
func (d *sets) append(e Entry) error { return AppendLine(filepath.Join(d.dir, historyFile), e) }

// appendWait is how long one line waits for others to be written.
const appendWait = 10 * time.Second

// AppendLine adds a line of JSON to a file of such lines, unless it is the last one
// already. A line that was cut short goes. Several runs may do so at once.
func AppendLine(name string, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	lock, err := lockfile.Hold(context.Background(), name, "writing", appendWait)
	if err != nil {
		return err
	}
	defer lock.Close()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	end, last, err := lastLine(f)
	if err != nil || bytes.Equal(last, line) {
		return err
	}
	if err := f.Truncate(end); err != nil {
		return err
	}
	if _, err := f.WriteAt(append(line, '\n'), end); err != nil {
		return errors.Join(err, f.Truncate(end))
	}
	return f.Sync()
}

// lineMost is more than a line of the history can have: addresses that die are named
// each, so there may be thousands.
const lineMost = 16 << 20

// lastLine returns the last whole line of a file, and where it ends.
func lastLine(f *os.File) (end int64, line []byte, err error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, nil, err
	}
	from := max(0, size-lineMost)
	text := make([]byte, size-from)
	if _, err := f.ReadAt(text, from); err != nil && !errors.Is(err, io.EOF) {
		return 0, nil, err
	}
	stop := bytes.LastIndexByte(text, '\n') + 1
	if stop == 0 {
		return 0, nil, nil
	}
	text = text[:stop-1]
	return from + int64(stop), text[bytes.LastIndexByte(text, '\n')+1:], nil
}

// History returns what was done with an output, oldest first.
func History(output string) ([]Entry, error) { return readHistory(SetsDir(output)) }

func readHistory(dir string) ([]Entry, error) {
	text, err := os.ReadFile(filepath.Join(dir, historyFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("history: %w", err)
	}
	var all []Entry
	for line := range bytes.Lines(text) {
		var e Entry
		if json.Unmarshal(line, &e) == nil {
			all = append(all, e) // one that was cut short is about to go
		}
	}
	return all, nil
}
