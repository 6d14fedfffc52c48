package shell

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// commandMost bounds a command that is read, in bytes.
const commandMost = 4096

// Simple is a command of plain words, without their quotes.
type Simple struct {
	Assigns []string // NAME=value, in front of it
	Args    []string
}

// Read takes a command apart that somebody else wrote. It is refused where it is more than
// one plain command: what bash would work out first, such as a variable, has no words yet.
func Read(line string) (Simple, error) {
	if len(line) > commandMost {
		return Simple{}, fmt.Errorf("is longer than %d bytes", commandMost)
	}
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(line), "")
	if err != nil {
		return Simple{}, fmt.Errorf("is no command for bash: %w", err)
	}
	if len(f.Stmts) != 1 {
		return Simple{}, errors.New("is not one command")
	}
	s := f.Stmts[0]
	call, plain := s.Cmd.(*syntax.CallExpr)
	if !plain || s.Negated || s.Background || s.Coprocess || len(s.Redirs) > 0 || len(call.Args) == 0 {
		return Simple{}, errors.New("is not one plain command")
	}
	var all Simple
	for _, a := range call.Assigns {
		if a.Append || a.Naked || a.Index != nil || a.Array != nil || a.Value == nil {
			return Simple{}, fmt.Errorf("sets %s in another way than %s=VALUE", a.Name.Value, a.Name.Value)
		}
		value, err := literal(a.Value.Parts, false)
		if err != nil {
			return Simple{}, err
		}
		all.Assigns = append(all.Assigns, a.Name.Value+"="+value)
	}
	for _, w := range call.Args {
		value, err := literal(w.Parts, false)
		if err != nil {
			return Simple{}, err
		}
		all.Args = append(all.Args, value)
	}
	return all, nil
}

// literal is what the parts of a word say by themselves. A backslash says something else
// within quotes, where it is refused.
func literal(parts []syntax.WordPart, quoted bool) (string, error) {
	var b strings.Builder
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			if quoted && strings.Contains(part.Value, `\`) {
				return "", errors.New("has a backslash in quotes")
			}
			if !quoted && strings.ContainsAny(part.Value, "*?[]{}~") {
				return "", errors.New("has a word that bash works out first, such as a pattern")
			}
			b.WriteString(unescaped(part.Value))
		case *syntax.SglQuoted:
			if part.Dollar {
				return "", errors.New("has a word in $'...'")
			}
			b.WriteString(part.Value)
		case *syntax.DblQuoted:
			inner, err := literal(part.Parts, true)
			if err != nil {
				return "", err
			}
			b.WriteString(inner)
		default:
			return "", errors.New("has a word that bash works out first, such as a variable")
		}
	}
	return b.String(), nil
}

// unescaped is a text without the backslashes in front of its characters.
func unescaped(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
