package exchange

// A Dialogue is what one attempt to hand over sent and what came back, as far as the
// record keeps it: nothing that is secret, and nothing personal of the document.
type Dialogue struct {
	Request  string   `json:"request,omitempty"`  // method and address, or the name of a file
	Sent     []string `json:"sent,omitempty"`     // headers, each "Name: value"
	Answer   string   `json:"answer,omitempty"`   // the status, or the error in its own words
	Headers  []string `json:"headers,omitempty"`  // of the answer
	Body     string   `json:"body,omitempty"`     // the beginning of a failed answer
	Withheld string   `json:"withheld,omitempty"` // why there is no body, if the answer had one: WithheldNotText or WithheldPersonal
	Masked   int      `json:"masked,omitempty"`   // how many places of all this are masked
}

// Why the body of an answer is not kept.
const (
	WithheldNotText  = "not-text" // it is no JSON, XML or plain text in UTF-8
	WithheldPersonal = "personal" // the kind of the document does not say what in it is about a person
)

// DialogueMask is in the place of what is masked in a [Dialogue].
const DialogueMask = "***"

// bytes returns about how many bytes the record takes for it.
func (d *Dialogue) bytes() int {
	if d == nil {
		return 0
	}
	n := len(d.Request) + len(d.Answer) + len(d.Body)
	for _, all := range [][]string{d.Sent, d.Headers} {
		for _, one := range all {
			n += len(one) + 3
		}
	}
	return n
}
