package agent

import (
	"context"
	"errors"
)

// rehearse is a dry run.
func (a *Agent) rehearse(context.Context, OnceOptions) (Report, error) {
	return Report{}, errors.New("a dry run is not there yet")
}
