package mirror

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Codes of a storage's errors that say that an object is not there. HEAD has no code, only
// a status, after which the second is named.
const (
	noSuchKey = "NoSuchKey"
	notFound  = "NotFound"
)

// gone reports whether an object is not there. That the bucket is not is no such answer:
// gcerrors.NotFound would say that of both.
func (s *s3) gone(err error) bool {
	code := s.code(err)
	return code == noSuchKey || code == notFound
}

// code is that of a storage's error; empty where it did not answer.
func (s *s3) code(err error) string {
	var answer smithy.APIError
	if err == nil || !s.bucket.ErrorAs(err, &answer) {
		return ""
	}
	return answer.ErrorCode()
}

const letUser = "let the user list the bucket, and read, write and remove objects"

// advice says what to do about a code of a storage's error.
var advice = map[string]string{
	"NoSuchBucket":                 "make the bucket, or correct the url",
	"AccessDenied":                 letUser,
	"Forbidden":                    letUser, // of HEAD
	"InvalidAccessKeyId":           "correct user, or the endpoint",
	"SignatureDoesNotMatch":        "correct the key, or the region",
	"AuthorizationHeaderMalformed": "correct region",
	"RequestTimeTooSkewed":         "set the clock of this machine",
	"PermanentRedirect":            "correct region and endpoint",
	"SlowDown":                     "run it again later; what was sent is not sent again",
}

// wrong says where an error happened and what to do; nil for none.
func (s *s3) wrong(did, name string, err error) error {
	if err == nil {
		return nil
	}
	at := "s3://" + s.target.Bucket + "/" + s.key(name)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s %s: %w; run it again, and it goes on", did, at, inner(err))
	}
	var api smithy.APIError
	var answer *smithyhttp.ResponseError
	s.bucket.ErrorAs(err, &api)
	code, text, status := "", "", 0
	if api != nil {
		code, text = api.ErrorCode(), api.ErrorMessage()
	}
	if s.bucket.ErrorAs(err, &answer) {
		status = answer.HTTPStatusCode()
	}
	do, known := advice[code]
	switch {
	case known:
		return fmt.Errorf("%s %s: %s (%s); %s", did, at, text, code, do)
	case status >= 300:
		return fmt.Errorf("%s %s: status %d, %s (%s)", did, at, status, text, code)
	}
	return fmt.Errorf("%s %s: %w; is the endpoint right, and does the storage run?", did, at, inner(err))
}

// inner is the part of an error that says something to people: what the libraries put
// around it are names of their own.
func inner(err error) error {
	var sent *url.Error
	switch {
	case errors.As(err, &sent):
		return sent
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	}
	return err
}
