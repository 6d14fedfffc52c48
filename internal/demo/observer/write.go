package observer

import (
	"net/http"
	"slices"
	"strings"
)

// startTest registers an image, where it is new, and opens an execution.
func (s *Server) startTest(c *call) (body, error) {
	var j struct {
		Family, Name, Version, Arch, OS, Release, Owner, SHA256, Environment string
		Plan                                                                 string  `json:"test_plan"`
		URL                                                                  string  `json:"image_url"`
		Stage                                                                string  `json:"execution_stage"`
		Link                                                                 *string `json:"ci_link"`
		Status                                                               string  `json:"initial_status"`
		Links                                                                []link  `json:"relevant_links"`
	}
	if err := decode(c, &j); err != nil {
		return nil, err
	}
	if j.Family == "" {
		return nil, invalid(problem{
			Type: "union_tag_not_found", Loc: []any{"body"}, Msg: "Unable to extract tag using discriminator 'family'", Input: map[string]any{},
			Ctx: map[string]any{"discriminator": "'family'"},
		})
	}
	if err := required("sha256", j.SHA256, "environment", j.Environment, "test_plan", j.Plan); err != nil {
		return nil, err
	}
	if err := enum(j.Stage, "execution_stage", "", "pending", "current"); err != nil {
		return nil, err
	}
	known := slices.IndexFunc(s.artefacts, func(a *artefact) bool { return a.SHA256 == j.SHA256 })
	image := Image{j.Name, j.Version, j.Arch, j.OS, j.Release, j.Owner, j.SHA256, j.URL, j.Stage}
	switch {
	case known >= 0 && j.Arch != "" && j.Arch != s.artefacts[known].Arch:
		return nil, refuse(http.StatusUnprocessableEntity, "'arch' must match the existing image build architecture.")
	case known < 0 && slices.Contains([]string{j.Name, j.Version, j.Arch, j.OS, j.Release, j.Owner, j.URL, j.Stage}, ""):
		return nil, refuse(http.StatusUnprocessableEntity, "No image with this sha256 exists yet; provide the full image details to create it.")
	}
	ci, status := "", j.Status
	if j.Link != nil {
		ci = *j.Link
	}
	if status == "" {
		status = "IN_PROGRESS"
	}
	x := s.start(s.artefact(image), j.Environment, j.Plan, ci, status)
	for _, l := range j.Links {
		s.links++
		l.ID = s.links
		x.links = append(x.links, l)
	}
	return encoded(map[string]int64{"id": x.id})
}

// required refuses what lacks one of its fields, given as names and values in turn.
func required(fields ...string) error {
	var missing []problem
	for pair := range slices.Chunk(fields, 2) {
		if pair[1] == "" {
			missing = append(missing, problem{Type: "missing", Loc: []any{"body", images, pair[0]}, Msg: "Field required"})
		}
	}
	if len(missing) > 0 {
		return invalid(missing...)
	}
	return nil
}

// enum refuses a word that is none of those allowed, of which the first may be empty.
func enum(word, field string, allowed ...string) error {
	if slices.Contains(allowed, word) {
		return nil
	}
	allowed = slices.DeleteFunc(allowed, func(s string) bool { return s == "" })
	last := len(allowed) - 1
	expected := "'" + strings.Join(allowed[:last], "', '") + "' or '" + allowed[last] + "'"
	return invalid(problem{"enum", []any{"body", "image", field}, "Input should be " + expected, word, map[string]any{"expected": expected}})
}

func (s *Server) postResults(c *call) (body, error) {
	x, err := s.run(c)
	if err != nil {
		return nil, err
	}
	var list []struct {
		Name, Status, Comment, Category string
		Template                        string `json:"template_id"`
		Log                             string `json:"io_log"`
	}
	if err := decode(c, &list); err != nil {
		return nil, err
	}
	for _, j := range list {
		if err := enum(j.Status, "status", "PASSED", "FAILED", "SKIPPED"); err != nil {
			return nil, err
		}
	}
	for _, j := range list {
		s.report(x, result{name: j.Name, status: j.Status, comment: j.Comment, category: j.Category, templ: j.Template, log: j.Log})
	}
	return null, nil
}

// patchExecution sets a status; COMPLETED is worked out from the results.
func (s *Server) patchExecution(c *call) (body, error) {
	x, err := s.run(c)
	if err != nil {
		return nil, err
	}
	var j struct{ Status string }
	if err := decode(c, &j); err != nil {
		return nil, err
	}
	switch failed := slices.ContainsFunc(x.results, func(r *result) bool { return r.status == "FAILED" }); {
	case j.Status != "COMPLETED":
		x.status = j.Status
	case len(x.results) == 0:
		x.status = "ENDED_PREMATURELY"
	case failed:
		x.status = "FAILED"
	default:
		x.status = "PASSED"
	}
	return encoded(s.executionView(x))
}

// patchArtefact changes what people decide. A verdict has to follow from the reviews.
func (s *Server) patchArtefact(c *call) (body, error) {
	a, err := s.wanted(c)
	if err != nil {
		return nil, err
	}
	var j struct {
		Status, Stage, Comment *string
		Archived               *bool
	}
	if err := decode(c, &j); err != nil {
		return nil, err
	}
	if j.Status != nil {
		if err := s.mayDecide(a, *j.Status, j.Comment); err != nil {
			return nil, err
		}
	}
	if j.Stage != nil && *j.Stage != "pending" && *j.Stage != "current" {
		return nil, refuse(http.StatusBadRequest, "Stage %s is invalid for artefact family image", *j.Stage)
	}
	// Nothing changes before all of it is allowed.
	if j.Status != nil {
		a.status = *j.Status
	}
	if j.Stage != nil {
		a.Stage = *j.Stage
	}
	if j.Comment != nil {
		a.comment = *j.Comment
	}
	if j.Archived != nil {
		a.archived = *j.Archived
	}
	return encoded(s.artefactView(a))
}

func (s *Server) mayDecide(a *artefact, status string, comment *string) error {
	if err := enum(status, "status", Approved, Failed, Undecided); err != nil {
		return err
	}
	approved, rejected := true, false
	for _, r := range s.reviews {
		if r.of == a {
			no := slices.Contains(r.decision, "REJECTED")
			approved, rejected = approved && len(r.decision) > 0 && !no, rejected || no
		}
	}
	switch {
	case status == Approved && !approved:
		return refuse(http.StatusBadRequest, "All test executions need to be approved")
	case status == Failed && !rejected:
		return refuse(http.StatusBadRequest, "At least one test execution needs to be rejected")
	case status == Failed && a.comment == "" && (comment == nil || *comment == ""):
		return refuse(http.StatusBadRequest, "Can't reject an artefact without a comment")
	}
	return nil
}

func (s *Server) patchReview(c *call) (body, error) {
	a, err := s.wanted(c)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(s.reviews, func(r *review) bool { return r.id == c.ids[1] })
	if at < 0 {
		return nil, refuse(http.StatusNotFound, "Environment review with id %d not found", c.ids[1])
	}
	r := s.reviews[at]
	if r.of != a {
		return nil, refuse(http.StatusUnprocessableEntity, "Environment review %d doesn't belong to artefact %d", r.id, a.id)
	}
	var j struct {
		Decision []string `json:"review_decision"`
		Comment  *string  `json:"review_comment"`
	}
	if err := decode(c, &j); err != nil {
		return nil, err
	}
	r.decision = j.Decision
	if j.Comment != nil {
		r.comment = *j.Comment
	}
	return encoded(r.view())
}

// named are the executions that the body of a request for reruns names, and whether there
// are ids that it names and that are none.
func (s *Server) named(c *call) (list []*execution, unknown bool, priority int, err error) {
	var j struct {
		IDs      []int64 `json:"test_execution_ids"`
		Priority int     `json:"priority"`
	}
	if err := decode(c, &j); err != nil {
		return nil, false, 0, err
	}
	if len(j.IDs) > 1 && !c.may("change_rerun_bulk") {
		return nil, false, 0, refuse(http.StatusForbidden, "Insufficient permissions")
	}
	if j.Priority > 1_000_000 {
		return nil, false, 0, invalid(problem{
			"less_than_equal", []any{"body", "priority"}, "Input should be less than or equal to 1000000", j.Priority, map[string]any{"le": 1000000},
		})
	}
	for _, id := range j.IDs {
		if id < 1 || id > int64(len(s.executions)) {
			unknown = true
			continue
		}
		list = append(list, s.executions[id-1])
	}
	return list, unknown, j.Priority, nil
}

func (s *Server) askReruns(c *call) (body, error) {
	list, unknown, priority, err := s.named(c)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, refuse(http.StatusNotFound, "Didn't find test executions with provided ids")
	}
	all := []rerunView{}
	for _, x := range list {
		all = append(all, s.rerunView(s.request(x, priority)))
	}
	if unknown {
		c.status = http.StatusMultiStatus
	}
	if c.URL.Query().Get("silent") == "true" {
		return null, nil
	}
	return encoded(all)
}

// deleteReruns takes requests off; any execution of the group names one.
func (s *Server) deleteReruns(c *call) (body, error) {
	list, _, _, err := s.named(c)
	if err != nil {
		return nil, err
	}
	s.reruns = slices.DeleteFunc(s.reruns, func(r *rerun) bool { return slices.ContainsFunc(list, r.fulfilled) })
	return null, nil
}
