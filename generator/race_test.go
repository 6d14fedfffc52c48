//go:build race

package generator

// stride is which fields of the facts are changed: under the race detector, which takes
// its time, every seventh.
const stride = 7
