package observer

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// images are the families that have images here; all others have nothing.
const images = "image"

func (s *Server) version(*call) (body, error) { return encoded(map[string]string{"version": "0.0.0"}) }

// me tells whose key it is, with the key in clear, as the service does.
func (s *Server) me(c *call) (body, error) {
	permissions, known := s.Keys[c.key]
	if !known {
		return null, nil
	}
	return encoded(map[string]any{"id": 1, "name": "sample", "permissions": permissions, "api_key": c.key})
}

func (s *Server) list(c *call) (body, error) {
	all := []artefactView{}
	switch family := c.URL.Query().Get("family"); family {
	case "", images:
	case "snap", "deb", "charm", "solution":
		return encoded(all)
	default:
		const expected = "'snap', 'deb', 'charm', 'image' or 'solution'"
		return nil, invalid(problem{"enum", []any{"query", "family"}, "Input should be " + expected, family, map[string]any{"expected": expected}})
	}
	for _, a := range s.listed() {
		all = append(all, s.artefactView(a))
	}
	return encoded(all)
}

// wanted is the artefact of the path.
func (s *Server) wanted(c *call) (*artefact, error) {
	if a := s.find(c.ids[0]); a != nil {
		return a, nil
	}
	return nil, refuse(http.StatusNotFound, "Artefact with id %d not found", c.ids[0])
}

func (s *Server) one(c *call) (body, error) {
	a, err := s.wanted(c)
	if err != nil {
		return nil, err
	}
	return encoded(s.artefactView(a))
}

func (s *Server) builds(c *call) (body, error) {
	a, err := s.wanted(c)
	if err != nil {
		return nil, err
	}
	b := buildView{shortBuild: a.build(), Executions: []executionView{}, BundledIn: []bundled{}}
	for _, x := range s.executions {
		if x.of == a {
			b.Executions = append(b.Executions, s.executionView(x))
		}
	}
	slices.SortStableFunc(b.Executions, func(x, y executionView) int { return cmp.Compare(x.Environment.Name, y.Environment.Name) })
	return encoded([]buildView{b})
}

func (s *Server) versions(c *call) (body, error) {
	a, err := s.wanted(c)
	if err != nil {
		return nil, err
	}
	type version struct {
		Version string `json:"version"`
		ID      int64  `json:"artefact_id"`
	}
	var all []version
	for _, b := range slices.Backward(s.artefacts) {
		if b.Name == a.Name && b.OS == a.OS && b.Release == a.Release {
			all = append(all, version{b.Version, b.id})
		}
	}
	return encoded(all)
}

func (s *Server) environmentReviews(c *call) (body, error) {
	a, err := s.wanted(c)
	if err != nil {
		return nil, err
	}
	all := []reviewView{}
	for _, r := range s.reviews {
		if r.of == a {
			all = append(all, r.view())
		}
	}
	return encoded(all)
}

// run is the execution of the path.
func (s *Server) run(c *call) (*execution, error) {
	id := c.ids[0]
	if id < 1 || id > int64(len(s.executions)) {
		return nil, refuse(http.StatusNotFound, "TestExecution not found")
	}
	return s.executions[id-1], nil
}

func (s *Server) execution(c *call) (body, error) {
	x, err := s.run(c)
	if err != nil {
		return nil, err
	}
	return encoded(s.executionView(x))
}

func (s *Server) resultsOf(c *call) (body, error) {
	x, err := s.run(c)
	if err != nil {
		return nil, err
	}
	all := []resultView{}
	for _, r := range x.results {
		all = append(all, r.view())
	}
	return encoded(all)
}

// listReruns lists requests: highest priority first, then oldest, then by id.
func (s *Server) listReruns(c *call) (body, error) {
	q := c.URL.Query()
	all := []rerunView{}
	for _, r := range s.reruns {
		if (q.Get("family") == "" || q.Get("family") == images) &&
			(q.Get("environment") == "" || q.Get("environment") == r.environment.name) {
			all = append(all, s.rerunView(r))
		}
	}
	slices.SortStableFunc(all, func(x, y rerunView) int {
		return cmp.Or(cmp.Compare(y.Priority, x.Priority), cmp.Compare(x.Created, y.Created), cmp.Compare(x.Execution, y.Execution))
	})
	return encoded(all)
}

var pages = []bounds{{"limit", 0, 1000, 50}, {"offset", 0, 1 << 30, 0}}

type executionFound struct {
	executionView
	Artefact artefactView `json:"artefact"`
	Build    shortBuild   `json:"artefact_build"`
	Results  []resultView `json:"test_results"`
}

// searchExecutions finds executions that have results, as the service does unless it is told
// otherwise; newest first.
func (s *Server) searchExecutions(c *call) (body, error) {
	n, err := c.numbered(pages...)
	if err != nil {
		return nil, err
	}
	q := c.URL.Query()
	all := []executionFound{}
	for _, x := range slices.Backward(s.executions) {
		v := s.executionView(x)
		if len(x.results) == 0 || !among(q["families"], images) || !among(q["environments"], x.environment.name) ||
			q.Get("rerun_is_requested") == "true" && !v.Requested ||
			q.Get("execution_is_latest") == "true" && s.latest(x.of, x.environment, x.plan) != x || !among(q["artefacts"], x.of.Name) {
			continue
		}
		found := executionFound{v, s.artefactView(x.of), x.of.build(), nil}
		for _, r := range x.results {
			found.Results = append(found.Results, r.view())
		}
		all = append(all, found)
	}
	type answer struct {
		Count  int              `json:"count"`
		Limit  int              `json:"limit"`
		Offset int              `json:"offset"`
		Items  []executionFound `json:"test_executions"`
	}
	return encoded(answer{len(all), n[0], n[1], paged(all, n)})
}

type resultFound struct {
	Result    resultView    `json:"test_result"`
	Execution executionView `json:"test_execution"`
	Artefact  artefactView  `json:"artefact"`
	Build     shortBuild    `json:"artefact_build"`
	created   time.Time
}

// searchResults finds results; newest first.
func (s *Server) searchResults(c *call) (body, error) {
	n, err := c.numbered(pages...)
	if err != nil {
		return nil, err
	}
	q := c.URL.Query()
	since, err := day(q.Get("from_date"))
	if err != nil {
		return nil, err
	}
	all := []resultFound{}
	for _, x := range s.executions {
		for _, r := range x.results {
			if among(q["families"], images) && !r.created.Before(since) && among(q["test_result_statuses"], r.status) {
				all = append(all, resultFound{r.view(), s.executionView(x), s.artefactView(x.of), x.of.build(), r.created})
			}
		}
	}
	slices.SortFunc(all, func(x, y resultFound) int {
		return cmp.Or(y.created.Compare(x.created), cmp.Compare(y.Result.ID, x.Result.ID))
	})
	type answer struct {
		Count  int           `json:"count"`
		Limit  int           `json:"limit"`
		Offset int           `json:"offset"`
		Items  []resultFound `json:"test_results"`
	}
	return encoded(answer{len(all), n[0], n[1], paged(all, n)})
}

// day reads a date or a time of a query, with or without zone.
func day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{"2006-01-02T15:04:05", time.RFC3339, "2006-01-02"} {
		if t, err := time.Parse(form, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, invalid(problem{
		Type: "datetime_from_date_parsing", Loc: []any{"query", "from_date"}, Input: text,
		Msg: "Input should be a valid datetime or date, invalid character in year", Ctx: map[string]any{"error": "invalid character in year"},
	})
}

// among reports whether a value is wanted, letter by letter; no list wants all. Values are
// separate: a list with commas is one that nothing has.
func among(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }

// paged is the part of a list that limit and offset select.
func paged[T any](all []T, n []int) []T {
	all = all[min(n[1], len(all)):]
	return all[:min(n[0], len(all))]
}
