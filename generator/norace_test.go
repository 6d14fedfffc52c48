//go:build !race

package generator

// stride is which fields of the facts are changed: all of them.
const stride = 1
