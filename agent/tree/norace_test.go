//go:build !race

package tree

// stride is which positions in a sequence of requests are tried: all of them.
const stride = 1
