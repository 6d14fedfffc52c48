//go:build race

package tree

// stride is which positions in a sequence of requests are tried: the race detector
// makes each ten times as slow, and every second one still meets every kind of request.
const stride = 2
