package testobserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"shiplist/internal/plaintext"
)

// The longest texts that are kept, in characters.
const (
	mostName    = 200
	mostNote    = 2000
	mostAddress = 500
	mostWord    = 40
)

// artefact is one image at one version. Of what is there, only what we use is decoded;
// the people who review it are not.
type artefact struct {
	id                         int64
	name, version, os, release string
	owner, sha256, address     string
	stage, status, comment     string
	archived                   bool
	created                    time.Time
	reviews, reviewed          int
	odd                        string // what was there and cannot be used; empty for nothing
}

// artefactJSON is the form of one.
type artefactJSON struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Version  string `json:"version"`
	OS       string `json:"os"`
	Release  string `json:"release"`
	Owner    string `json:"owner"`
	SHA256   string `json:"sha256"`
	ImageURL string `json:"image_url"`
	Stage    string `json:"stage"`
	Status   string `json:"status"`
	Comment  string `json:"comment"`
	Family   string `json:"family"`
	Archived bool   `json:"archived"`
	Created  string `json:"created_at"`
	Reviews  int    `json:"all_environment_reviews_count"`
	Reviewed int    `json:"completed_environment_reviews_count"`
}

// errFamily says that an artefact is no image.
var errFamily = errors.New("not an image")

// readArtefact reads one artefact. Few fields are required, as they come and go: one that
// is not there, or is of another type, has its empty value.
func readArtefact(text []byte) (artefact, error) {
	var j artefactJSON
	odd, err := decode(text, &j)
	if err != nil {
		return artefact{}, err
	}
	if j.Family != "" && j.Family != "image" {
		return artefact{}, errFamily
	}
	a := artefact{
		id: j.ID, name: word(j.Name, mostName), version: word(j.Version, mostName), os: word(j.OS, mostName), release: word(j.Release, mostName),
		owner: word(strings.TrimPrefix(j.Owner, "~"), mostName), stage: word(j.Stage, mostWord), status: word(j.Status, mostWord),
		comment: plaintext.Block(j.Comment, mostNote), archived: j.Archived, created: instant(j.Created),
		reviews: max(j.Reviews, 0), reviewed: max(j.Reviewed, 0), odd: odd,
	}
	a.sha256, a.address = digest(j.SHA256), address(j.ImageURL)
	switch {
	case a.id <= 0:
		return a, errors.New(strings.TrimSuffix("it has no id, but "+odd, ", but "))
	case a.name == "" || a.version == "" || a.os == "" || a.release == "":
		return a, errors.New("it lacks one of name, version, os and release")
	}
	a.odd = oddOf(&a, &j, odd)
	return a, nil
}

// oddOf is all of an artefact that cannot be used.
func oddOf(a *artefact, j *artefactJSON, odd string) string {
	var list []string
	if odd != "" {
		list = append(list, odd)
	}
	if j.SHA256 != "" && a.sha256 == "" {
		list = append(list, "a sha256 that is none")
	}
	if j.ImageURL != "" && a.address == "" {
		list = append(list, "an image_url that is none")
	}
	if j.Created != "" && a.created.IsZero() {
		list = append(list, "a created_at that is no time")
	}
	return strings.Join(list, ", ")
}

// decode fills in what fits; odd names the first field of another type than ours.
func decode[T any](text []byte, into *T) (odd string, err error) {
	err = json.Unmarshal(text, into)
	var other *json.UnmarshalTypeError
	if errors.As(err, &other) && other.Field != "" {
		return "a " + other.Value + " as " + word(other.Field, mostWord), nil
	}
	if err != nil {
		return "", plainly(err)
	}
	return "", nil
}

// plainly words an error of the decoder without a word of what it read.
func plainly(err error) error {
	var other *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &other):
		kind, _, _ := strings.Cut(other.Value, " ")
		return fmt.Errorf("found %s at byte %d", kind, other.Offset)
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON at byte %d", syntax.Offset)
	}
	return errors.New("not JSON")
}

// word is one line of text.
func word(s string, most int) string { return plaintext.Line(s, most) }

var digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// digest is a SHA-256 in lower case; empty where it is none.
func digest(s string) string {
	if s = strings.ToLower(strings.TrimSpace(s)); digestForm.MatchString(s) {
		return s
	}
	return ""
}

// address is that of a file; empty where it is none that people could open.
func address(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || len(s) > mostAddress {
		return ""
	}
	return u.String()
}

// timeForms are those of times: without a zone, which is UTC, or with one. Fractions of
// a second need no form of their own.
var timeForms = []string{"2006-01-02T15:04:05", time.RFC3339, "2006-01-02 15:04:05"}

// instant reads a time to the second, in UTC; zero where it is none.
func instant(s string) time.Time {
	for _, form := range timeForms {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC().Truncate(time.Second)
		}
	}
	return time.Time{}
}

// execution is one run of a test plan.
type execution struct {
	id   int64
	plan string
}

type executionJSON struct {
	ID   int64  `json:"id"`
	Plan string `json:"test_plan"`
}

// readExecutions reads the runs on all builds of an artefact; those that cannot be used
// are counted.
func readExecutions(body []byte) (list []execution, bad int, err error) {
	builds, err := elements(body)
	if err != nil {
		return nil, 0, err
	}
	for _, text := range builds {
		var b struct {
			Executions []json.RawMessage `json:"test_executions"`
		}
		if _, err := decode(text, &b); err != nil {
			bad++
			continue
		}
		for _, text := range b.Executions {
			var j executionJSON
			if _, err := decode(text, &j); err != nil || !askable(j.ID) {
				bad++
				continue
			}
			list = append(list, execution{j.ID, j.Plan})
		}
	}
	return list, bad, nil
}

// result is what became of a testcase in one run.
type result struct {
	id     int64
	name   string
	status string
	bugs   []string // numbers at Launchpad
}

type resultJSON struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
	Issues []struct {
		Issue struct {
			Source string `json:"source"`
			Key    string `json:"key"`
		} `json:"issue"`
	} `json:"issues"`
}

func (j *resultJSON) result() result {
	r := result{id: j.ID, name: word(j.Name, mostName), status: word(j.Status, mostWord)}
	for _, i := range j.Issues {
		if number := word(i.Issue.Key, mostWord); i.Issue.Source == "launchpad" && number != "" {
			r.bugs = append(r.bugs, number)
		}
	}
	return r
}

// readResults reads the results of one run; those that cannot be used are counted.
func readResults(body []byte) (list []result, bad int, err error) {
	texts, err := elements(body)
	if err != nil {
		return nil, 0, err
	}
	for _, text := range texts {
		var j resultJSON
		if _, err := decode(text, &j); err != nil || j.Name == "" {
			bad++
			continue
		}
		list = append(list, j.result())
	}
	return list, bad, nil
}

// page is a part of the answer of a search: how many there are in all, and what is in
// this part.
type page struct {
	count int
	items []json.RawMessage
}

// readPage reads the items below a key.
func readPage(body []byte, key string) (page, error) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(body, &parts); err != nil {
		return page{}, fmt.Errorf("not the answer of a search: %w", plainly(err))
	}
	var p page
	if err := json.Unmarshal(parts["count"], &p.count); err != nil || parts[key] == nil {
		return page{}, fmt.Errorf("not the answer of a search: no count, or no %s", key)
	}
	var err error
	if p.items, err = elements(parts[key]); err != nil {
		return page{}, fmt.Errorf("%s: %w", key, err)
	}
	return p, nil
}

// news is a result that came lately, and whose it is.
type news struct{ result, artefact int64 }

func readNews(text []byte) (news, bool) {
	var j struct {
		Result   struct{ ID int64 } `json:"test_result"`
		Artefact struct{ ID int64 } `json:"artefact"`
	}
	_, err := decode(text, &j)
	return news{j.Result.ID, j.Artefact.ID}, err == nil && j.Result.ID > 0 && j.Artefact.ID > 0
}

// rerun is a request to build an image again.
type rerun struct {
	execution int64
	artefact  artefact
	created   string // as the service writes it; empty where it does not tell
}

// readRerun reads a request, or an execution with one.
func readRerun(text []byte) (rerun, error) {
	var j struct {
		Execution int64           `json:"test_execution_id"`
		ID        int64           `json:"id"` // of an execution
		Artefact  json.RawMessage `json:"artefact"`
		Created   string          `json:"created_at"`
	}
	if _, err := decode(text, &j); err != nil {
		return rerun{}, err
	}
	r := rerun{execution: j.Execution, created: word(j.Created, mostWord)}
	if r.execution == 0 {
		r.execution, r.created = j.ID, "" // that is when the execution was made
	}
	if r.execution <= 0 {
		return r, errors.New("it has no id")
	}
	if j.Artefact == nil {
		return r, errors.New("it has no artefact")
	}
	var err error
	r.artefact, err = readArtefact(j.Artefact)
	return r, err
}

// readRejected counts the reviews that reject.
func readRejected(body []byte) (int, error) {
	texts, err := elements(body)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, text := range texts {
		var j struct {
			Decision []string `json:"review_decision"`
		}
		if _, err := decode(text, &j); err != nil {
			return 0, err
		}
		for _, d := range j.Decision {
			if d == "REJECTED" {
				n++
				break
			}
		}
	}
	return n, nil
}

// detailOf is what the service says of an error: a text, or a list of problems with the
// places where they are. An answer of another form is given only where it is one line
// of plain text.
func detailOf(body []byte) string {
	var j struct {
		Detail json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &j) != nil {
		text := strings.TrimSpace(string(body))
		if strings.ContainsAny(text, "<>{}[]@\n") || len(text) > 100 {
			return ""
		}
		return word(text, 100)
	}
	var text string
	if json.Unmarshal(j.Detail, &text) == nil {
		return said(text)
	}
	var list []struct {
		Loc []json.RawMessage `json:"loc"`
		Msg string            `json:"msg"`
	}
	if json.Unmarshal(j.Detail, &list) != nil {
		return ""
	}
	var told []string
	for _, p := range list[:min(len(list), 3)] {
		told = append(told, said(place(p.Loc)+p.Msg))
	}
	if more := len(list) - len(told); more > 0 {
		told = append(told, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(told, "; ")
}

// personal matches what may be the address of a person.
var personal = regexp.MustCompile(`[^\s"'<>()\[\]]*@[^\s"'<>()\[\]]*`)

// said is what the service says, in a line, without addresses of people.
func said(text string) string { return word(personal.ReplaceAllString(text, "(an address)"), 200) }

// place is where a problem is: query.limit.
func place(loc []json.RawMessage) string {
	var parts []string
	for _, l := range loc {
		parts = append(parts, strings.Trim(string(l), `"`))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ".") + ": "
}
