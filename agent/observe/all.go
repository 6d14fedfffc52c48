package observe

import (
	"strings"

	"shiplist/agent"
)

// All passes on to several observers what an agent tells.
type All []agent.Observer

// Configured passes on which sources are polled.
func (a All) Configured(names []string) {
	for _, o := range a {
		o.Configured(names)
	}
}

// Ready passes on that the agent is at work.
func (a All) Ready() {
	for _, o := range a {
		o.Ready()
	}
}

// Beat passes on a sign of life.
func (a All) Beat() {
	for _, o := range a {
		o.Beat()
	}
}

// Status passes on what it is doing.
func (a All) Status(text string) {
	for _, o := range a {
		o.Status(text)
	}
}

// Polled passes on what became of a poll.
func (a All) Polled(r agent.SourceReport) {
	for _, o := range a {
		o.Polled(r)
	}
}

// Built passes on what became of making the site.
func (a All) Built(b agent.Build) {
	for _, o := range a {
		o.Built(b)
	}
}

// Stopping passes on that it was told to stop.
func (a All) Stopping() {
	for _, o := range a {
		o.Stopping()
	}
}

// line makes one line of a text: what follows a line feed would be another message.
func line(text string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
}
