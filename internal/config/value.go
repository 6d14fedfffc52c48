package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"shiplist/internal/tomlpos"
)

// The readers in this file take one key each, check it, and leave their target as
// it is when the key is not there or wrong.

// take returns the value of a key when it is there and of the type; form is what
// the type is called, with an example.
func take[T string | bool | []any](t *table, key, form string) (value T, ok bool) {
	if !t.has(key) {
		return value, false
	}
	if value, ok = t.values[key].(T); !ok {
		t.wrong(key, form)
	}
	return value, ok
}

// wrong notes that a key is of another type than it should.
func (t *table) wrong(key, form string) {
	t.note(key, fmt.Sprintf("must be %s, not %s", form, t.kind(key)))
}

// kind says in words of what type a key is.
func (t *table) kind(key string) string {
	switch t.values[key].(type) {
	case string:
		return "a string"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a fraction"
	case bool:
		return "true or false"
	case time.Time:
		return "a date without quotes"
	case map[string]any:
		return "a table"
	}
	return "a list"
}

// text reads a string of one line.
func (t *table) text(key string, into *string) bool {
	s, ok := take[string](t, key, `a string in quotes`)
	if !ok {
		return false
	}
	if i := strings.IndexFunc(s, unicode.IsControl); i >= 0 {
		t.note(key, "holds a control character or an end of line; write it in one line")
		return false
	}
	*into = s
	return true
}

// checked reads a string that is empty or good; form says what is accepted.
func (t *table) checked(key string, into *string, good func(string) bool, form string) bool {
	var s string
	if !t.text(key, &s) {
		return false
	}
	if s != "" && !good(s) {
		t.note(key, fmt.Sprintf("%q is not %s", s, form))
		return false
	}
	*into = s
	return true
}

// oneOf reads a string that is one of several words.
func oneOf[T ~string](t *table, key string, into *T, words ...T) {
	var s string
	if !t.text(key, &s) {
		return
	}
	quoted := make([]string, len(words))
	for i, w := range words {
		if s == string(w) {
			*into = w
			return
		}
		quoted[i] = strconv.Quote(string(w))
	}
	t.note(key, fmt.Sprintf("%q is none of %s", s, strings.Join(quoted, ", ")))
}

func (t *table) flag(key string, into *bool) {
	if v, ok := take[bool](t, key, "true or false"); ok {
		*into = v
	}
}

// count reads a whole number from least to most.
func (t *table) count(key string, into *int, least, most int) {
	if !t.has(key) {
		return
	}
	n, ok := t.values[key].(int64)
	switch {
	case !ok:
		t.wrong(key, fmt.Sprintf("a whole number from %d to %d", least, most))
	case n < int64(least) || n > int64(most):
		t.note(key, fmt.Sprintf("%d is out of range; write a whole number from %d to %d", n, least, most))
	default:
		*into = int(n)
	}
}

// share reads a number over 0 and at most 1.
func (t *table) share(key string, into *float64) {
	if !t.has(key) {
		return
	}
	var share float64
	switch v := t.values[key].(type) {
	case float64:
		share = v
	case int64:
		share = float64(v)
	default:
		t.wrong(key, "a number over 0 and at most 1, like 0.5")
		return
	}
	if !(share > 0 && share <= 1) {
		t.note(key, fmt.Sprintf("%v is out of range; write a number over 0 and at most 1, like 0.5", share))
		return
	}
	*into = share
}

// duration reads a duration; zero says whether it may be "0s".
func (t *table) duration(key string, into *time.Duration, zero bool) {
	s, ok := take[string](t, key, `a duration in quotes, like "15m"`)
	if !ok {
		return
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		t.note(key, fmt.Sprintf(`%q is not a duration; write it like "90s", "15m" or "1h30m"`, s))
	case d < 0 && zero:
		t.note(key, fmt.Sprintf(`%q is out of range; write a duration like "15m", or "0s"`, s))
	case d < 0 || d == 0 && !zero:
		t.note(key, fmt.Sprintf(`%q is out of range; write a duration longer than nothing, like "15m"`, s))
	default:
		*into = d
	}
}

// size reads a number of bytes, as such or with a unit.
func (t *table) size(key string, into *int64) {
	if !t.has(key) {
		return
	}
	const form = `write a number of bytes over 0, or one like "16 MiB" or "4.7 GB"`
	switch v := t.values[key].(type) {
	case int64:
		if v <= 0 {
			t.note(key, fmt.Sprintf("%d is out of range; %s", v, form))
			return
		}
		*into = v
	case string:
		n, ok := parseSize(v)
		if !ok {
			t.note(key, fmt.Sprintf("%q is not a size; %s", v, form))
			return
		}
		*into = n
	default:
		t.wrong(key, `a number of bytes, or a size in quotes like "16 MiB"`)
	}
}

// units of sizes, by the letters that follow the number.
func unit(letters string) (float64, bool) {
	switch letters {
	case "B":
		return 1, true
	case "kB", "KB":
		return 1e3, true
	case "MB":
		return 1e6, true
	case "GB":
		return 1e9, true
	case "TB":
		return 1e12, true
	case "KiB":
		return 1 << 10, true
	case "MiB":
		return 1 << 20, true
	case "GiB":
		return 1 << 30, true
	case "TiB":
		return 1 << 40, true
	}
	return 0, false
}

// parseSize reads a size with its unit. It must come to a whole number of bytes.
func parseSize(s string) (int64, bool) {
	i := strings.IndexFunc(s, func(c rune) bool { return c != '.' && (c < '0' || c > '9') })
	if i <= 0 || s[0] == '.' {
		return 0, false
	}
	n, err := strconv.ParseFloat(s[:i], 64)
	factor, ok := unit(strings.TrimLeft(s[i:], " "))
	n *= factor
	if err != nil || !ok || n < 1 || n > math.MaxInt64/2 {
		return 0, false
	}
	return int64(math.Round(n)), true
}

// strings reads a list of strings that are not empty, each once.
func (t *table) strings(key string, into *[]string) bool {
	list, ok := take[[]any](t, key, `a list of strings, like ["noble", "jammy"]`)
	if !ok {
		return false
	}
	var all []string
	seen := map[string]bool{}
	for i, v := range list {
		s, ok := v.(string)
		switch {
		case !ok:
			t.doc.note(tomlpos.Element(t.at(key), i), "must be a string in quotes")
		case strings.TrimSpace(s) != s || s == "" || strings.ContainsFunc(s, unicode.IsControl):
			t.doc.note(tomlpos.Element(t.at(key), i), fmt.Sprintf("%q is empty, begins or ends in blanks, or holds a control character", s))
		case seen[s]:
			t.doc.note(tomlpos.Element(t.at(key), i), fmt.Sprintf("%q is in the list already", s))
		default:
			seen[s] = true
			all = append(all, s)
		}
	}
	*into = all
	return true
}

// day reads a date.
func (t *table) day(key string, into *string) {
	good := func(s string) bool {
		_, err := time.Parse(time.DateOnly, s)
		return err == nil
	}
	t.checked(key, into, good, `a day; write it like "2026-04-23"`)
}
