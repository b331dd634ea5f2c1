package httpapi

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// The media types of a problem's page.
const (
	mediaHTML     = "text/html; charset=utf-8"
	mediaMarkdown = "text/markdown; charset=utf-8"
)

//go:embed problempage.html
var problemPageText string

//go:embed problempage.css
var problemPageStyle string

var problemPage = template.Must(template.New("problem").Funcs(template.FuncMap{"text": textOf}).Parse(problemPageText))

var quotedCode = regexp.MustCompile("`([^`]+)`")

// textOf returns a text for a page, with what is in backquotes as code.
func textOf(s string) template.HTML {
	return template.HTML(quotedCode.ReplaceAllString(template.HTMLEscapeString(s), "<code>$1</code>")) //nolint:gosec // it is escaped
}

// stylePolicy lets the page use its own style and nothing else.
var stylePolicy = func() string {
	sum := sha256.Sum256([]byte(problemPageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// An explainedProblem is what a problem's page says.
type explainedProblem struct {
	Code       string        `json:"code"`
	Status     int           `json:"status"`
	Retryable  bool          `json:"retryable"`
	RetryAfter int           `json:"retryAfterSeconds,omitempty"` // at least
	Title      exchange.Text `json:"title"`
	Cause      exchange.Text `json:"cause"`
	Remedy     exchange.Text `json:"remedy"`
}

// explainProblem answers GET /v1/problems/{code}, the type of a problem: a page for
// people, as Markdown or as JSON if the caller asks for it.
func (s *Server) explainProblem(c *call) error {
	code := c.request.PathValue("code")
	row, explanation, ok := answer.Explain(code)
	if !ok {
		return &exchange.Error{
			Op: "explain problem", Kind: exchange.NotFound, Err: exchange.Because("no answer has this code", "没有任何答复使用该代码"),
		}
	}
	p := explainedProblem{
		Code: code, Status: row.Status, Retryable: row.Retryable, RetryAfter: int(row.RetryAfter.Seconds()),
		Title: row.Title, Cause: explanation.Cause, Remedy: explanation.Remedy,
	}
	c.Header().Set("Vary", "Accept")
	switch preferred(c.request.Header.Get("Accept"), "text/html", "text/markdown", mediaJSON) {
	case mediaJSON:
		return c.json(http.StatusOK, p)
	case "text/markdown":
		c.bytes(http.StatusOK, mediaMarkdown, p.markdown())
		return nil
	}
	var page bytes.Buffer
	err := problemPage.Execute(&page, struct {
		explainedProblem

		Style template.CSS
	}{p, template.CSS(problemPageStyle)}) //nolint:gosec // the style is a file of ours
	if err != nil {
		return fmt.Errorf("write page of a problem: %w", err)
	}
	c.Header().Set("Content-Security-Policy", stylePolicy)
	c.bytes(http.StatusOK, mediaHTML, page.Bytes())
	return nil
}

// markdown returns the page as Markdown.
func (p explainedProblem) markdown() []byte {
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b, "# %s\n\nHTTP %d %s\n\n", p.Code, p.Status, http.StatusText(p.Status))
	_, _ = fmt.Fprintf(&b, "## %s\n\n**Cause.** %s\n\n**Remedy.** %s\n\n", p.Title.EN, p.Cause.EN, p.Remedy.EN)
	_, _ = fmt.Fprintf(&b, "## %s\n\n**原因：** %s\n\n**处理：** %s\n", p.Title.ZH, p.Cause.ZH, p.Remedy.ZH)
	return b.Bytes()
}

// preferred returns which of the media types that are offered a header Accept
// (RFC 9110 section 12.5.1) prefers, the first of equals, or the first offered if it
// accepts none.
func preferred(accept string, offered ...string) string {
	best, quality := offered[0], 0.0
	for _, media := range offered {
		if q := qualityOf(accept, media); q > quality {
			best, quality = media, q
		}
	}
	return best
}

// qualityOf returns the weight that a header Accept gives a media type: that of the
// most specific range that covers it.
func qualityOf(accept, media string) float64 {
	kind, _, _ := strings.Cut(media, "/")
	weights := map[string]float64{}
	for part := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		weight := 1.0
		if _, q, found := strings.Cut(parameters, "q="); found {
			weight, _ = strconv.ParseFloat(strings.TrimSpace(q), 64) // one that is no number counts as 0
		}
		weights[strings.ToLower(strings.TrimSpace(name))] = weight
	}
	return cmp.Or(weights[media], weights[kind+"/*"], weights["*/*"])
}
