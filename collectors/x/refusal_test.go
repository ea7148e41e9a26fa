package x

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"vigie/collectors"
	"vigie/collectors/x/xtest"
)

func TestClassifyReadsADocumentCutShort(t *testing.T) {
	cases := []struct {
		name   string
		status int
		head   string
		want   collectors.Class // "" for the usual reading
	}{
		{"capped", 429, xtest.UsageCapped().Body, collectors.ClassBudget},
		{"capped, other host", 429, `{"type":"https://api.x.com/2/problems/usage-capped"`, collectors.ClassBudget},
		{"rate limit", 429, `{"title":"Too Many Requests","type":"about:blank"}`, ""},
		{"not enrolled, cut", 403, xtest.NotEnrolled().Body[:len(xtest.NotEnrolled().Body)-20], collectors.ClassAuth},
		{"453", 403, xtest.Legacy453().Body, collectors.ClassAuth},
		{"4530 is another code", 403, `{"errors":[{"code":4530}]}`, ""},
		{"plain 403", 403, `{"title":"Forbidden"}`, ""},
		{"plain 400", 400, ``, collectors.ClassBug},
		{"plain 500", 500, `oops`, ""},
	}
	for _, c := range cases {
		e := Classify(&http.Response{StatusCode: c.status, Header: http.Header{}}, []byte(c.head))
		if c.want == "" && e != nil || c.want != "" && (e == nil || e.Class != c.want) {
			t.Errorf("%s: %v, want class %q", c.name, e, c.want)
		}
	}
}

func TestHintsTellWhatToDo(t *testing.T) {
	for _, f := range []xtest.Fault{xtest.UsageCapped(), xtest.NotEnrolled(), xtest.Legacy453()} {
		if e := Classify(&http.Response{StatusCode: f.Status, Header: http.Header{}}, []byte(f.Body)); e == nil || e.Hint == "" {
			t.Errorf("%s: %v has no remedy", f.Body, e)
		}
	}
}

var harmless = regexp.MustCompile(`^X refused(, [a-z0-9_. -]{1,40})*$`)

func FuzzReadRefusal(f *testing.F) {
	f.Add([]byte(xtest.NotEnrolled().Body))
	f.Add([]byte(`{"errors":[{"parameters":{"tweet.fields":["MARKER"]},"code":453}],"type":"https://api.twitter.com/2/problems/invalid-request"}`))
	f.Add([]byte(`{"reason":"` + strings.Repeat("a", 100) + `"}`))
	f.Fuzz(func(t *testing.T, head []byte) {
		if s := readRefusal(head).Error(); !harmless.MatchString(s) {
			t.Errorf("%q", s)
		}
	})
}
