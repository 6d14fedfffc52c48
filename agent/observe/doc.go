// Package observe shows a running agent to the outside: to people and programs that
// ask over HTTP whether it is well (/healthz), whether it has facts to offer
// (/readyz) and how it has been doing (/metrics, for Prometheus), and to systemd,
// which wants to hear that it is ready and alive.
//
// It decides nothing and changes nothing. The one idea needed to read it: a [State]
// is told everything by the agent, as an [agent.Observer], and keeps a few numbers
// for each source; what is asked for is made from them at that moment. So a source
// that leaves the configuration takes its numbers along, and nothing grows with time.
package observe
