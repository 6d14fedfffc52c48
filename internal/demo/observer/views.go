package observer

import (
	"time"
)

// These are the forms of answers, their keys in the order of the service.

type artefactView struct {
	ID         int64     `json:"id"`
	Name       string    `json:"name"`
	Version    string    `json:"version"`
	Track      string    `json:"track"`
	Store      string    `json:"store"`
	Branch     string    `json:"branch"`
	Series     string    `json:"series"`
	Repo       string    `json:"repo"`
	Source     string    `json:"source"`
	OS         string    `json:"os"`
	Release    string    `json:"release"`
	Owner      string    `json:"owner"`
	SHA256     string    `json:"sha256"`
	ImageURL   string    `json:"image_url"`
	Stage      string    `json:"stage"`
	Family     string    `json:"family"`
	Status     string    `json:"status"`
	Comment    string    `json:"comment"`
	Archived   bool      `json:"archived"`
	Reviewers  []person  `json:"reviewers"`
	Due        *string   `json:"due_date"`
	Created    string    `json:"created_at"`
	BugLink    string    `json:"bug_link"`
	Jira       *string   `json:"jira_issue"`
	AllReviews int       `json:"all_environment_reviews_count"`
	Reviewed   int       `json:"completed_environment_reviews_count"`
	Bundled    []bundled `json:"bundled_builds"`
	Assignee   *person   `json:"assignee"`
}

type person struct {
	ID     int64   `json:"id"`
	Handle *string `json:"launchpad_handle"`
	Email  string  `json:"email"`
	LPMail string  `json:"launchpad_email"`
	Name   string  `json:"name"`
}

type bundled struct {
	ID int64 `json:"id"`
}

// tester is whom every artefact has as its reviewer: a client must not keep the address.
var tester = person{ID: 1, Email: "ana.lopes@example.com", LPMail: "ana.lopes@example.com", Name: "Ana Lopes"}

func (s *Server) artefactView(a *artefact) artefactView {
	v := artefactView{
		ID: a.id, Name: a.Name, Version: a.Version, OS: a.OS, Release: a.Release, Owner: a.Owner, SHA256: a.SHA256, ImageURL: a.URL,
		Stage: a.Stage, Family: "image", Status: a.status, Comment: a.comment, Archived: a.archived,
		Reviewers: []person{tester}, Created: stamp(a.created), Bundled: []bundled{}, Assignee: &tester,
	}
	for _, r := range s.reviews {
		if r.of == a {
			v.AllReviews++
			if len(r.decision) > 0 {
				v.Reviewed++
			}
		}
	}
	return v
}

// stamp is a time as the service writes it: without a zone, and with a fraction only where
// there is one.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999") }

type environmentView struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Arch string `json:"architecture"`
}

func (e *environment) view() environmentView { return environmentView{e.id, e.name, e.arch} }

type executionView struct {
	ID          int64               `json:"id"`
	CILink      *string             `json:"ci_link"`
	C3Link      *string             `json:"c3_link"`
	Links       []link              `json:"relevant_links"`
	Environment environmentView     `json:"environment"`
	Status      string              `json:"status"`
	Plan        string              `json:"test_plan"`
	Created     string              `json:"created_at"`
	Metadata    map[string][]string `json:"execution_metadata"`
	Triaged     bool                `json:"is_triaged"`
	Requested   bool                `json:"is_rerun_requested"`
	Priority    *int                `json:"rerun_priority"`
}

func (s *Server) executionView(x *execution) executionView {
	v := executionView{
		ID: x.id, Links: append([]link{}, x.links...), Environment: x.environment.view(), Status: x.status, Plan: x.plan,
		Created: stamp(x.created), Metadata: map[string][]string{}, Triaged: true,
	}
	if x.link != "" {
		v.CILink = &x.link
	}
	for _, r := range x.results {
		v.Triaged = v.Triaged && (r.status == "PASSED" || len(r.bugs) > 0)
	}
	for _, r := range s.reruns {
		if r.fulfilled(x) {
			v.Requested, v.Priority = true, &r.priority
		}
	}
	return v
}

type shortBuild struct {
	ID       int64  `json:"id"`
	Arch     string `json:"architecture"`
	Revision *int   `json:"revision"`
}

func (a *artefact) build() shortBuild { return shortBuild{ID: a.id, Arch: a.Arch} }

type buildView struct {
	shortBuild
	Executions []executionView `json:"test_executions"`
	BundledIn  []bundled       `json:"bundled_in"`
}

type reviewView struct {
	ID          int64           `json:"id"`
	Decision    []string        `json:"review_decision"`
	Comment     string          `json:"review_comment"`
	Environment environmentView `json:"environment"`
	Build       shortBuild      `json:"artefact_build"`
	Reviewers   []person        `json:"reviewers"`
}

func (r *review) view() reviewView {
	return reviewView{r.id, append([]string{}, r.decision...), r.comment, r.environment.view(), r.of.build(), []person{tester}}
}

type resultView struct {
	ID       int64       `json:"id"`
	Name     string      `json:"name"`
	Created  string      `json:"created_at"`
	Category string      `json:"category"`
	Template string      `json:"template_id"`
	Status   string      `json:"status"`
	Comment  string      `json:"comment"`
	Log      string      `json:"io_log"`
	Previous []previous  `json:"previous_results"`
	Issues   []issueView `json:"issues"`
}

type previous struct {
	Status    string `json:"status"`
	Version   string `json:"version"`
	Artefact  int64  `json:"artefact_id"`
	Execution int64  `json:"test_execution_id"`
	Result    int64  `json:"test_result_id"`
}

type issueView struct {
	Issue issue     `json:"issue"`
	Rule  *struct{} `json:"attachment_rule"`
}

type issue struct {
	ID      int64    `json:"id"`
	Source  string   `json:"source"`
	Project string   `json:"project"`
	Key     string   `json:"key"`
	Title   string   `json:"title"`
	Status  string   `json:"status"`
	URL     string   `json:"url"`
	Labels  []string `json:"labels"`
	Count   int      `json:"test_executions_count"`
}

func (r *result) view() resultView {
	v := resultView{
		ID: r.id, Name: r.name, Created: stamp(r.created), Category: r.category, Template: r.templ, Status: r.status,
		Comment: r.comment, Log: r.log, Previous: []previous{}, Issues: []issueView{},
	}
	for i, bug := range r.bugs {
		v.Issues = append(v.Issues, issueView{Issue: issue{
			ID: r.id*10 + int64(i), Source: "launchpad", Project: "ubuntu", Key: bug, Title: "Bug " + bug, Status: "open",
			URL: "https://bugs.launchpad.net/bugs/" + bug,
		}})
	}
	return v
}

type rerunView struct {
	Execution int64         `json:"test_execution_id"`
	CILink    *string       `json:"ci_link"`
	Family    string        `json:"family"`
	Of        executionView `json:"test_execution"`
	Artefact  artefactView  `json:"artefact"`
	Build     shortBuild    `json:"artefact_build"`
	Priority  int           `json:"priority"`
	Created   string        `json:"created_at"`
}

func (s *Server) rerunView(r *rerun) rerunView {
	x := s.executionView(s.newest(r))
	return rerunView{x.ID, x.CILink, "image", x, s.artefactView(r.of), r.of.build(), r.priority, stamp(r.created)}
}
