package mailbox_test

import (
	"strings"
	"testing"

	"beibu/exchange"
)

// Codes of refusals are words that programs match and tables show.
func TestCodesOfRefusals(t *testing.T) {
	for code, good := range map[string]bool{
		"E-17": true, "not_wanted.2": true, "a": true, strings.Repeat("x", 64): true,
		"": false, " ": false, "A\nB": false, "A B": false, "错误": false, "é": false, "a\u200b": false, "a/b": false,
		strings.Repeat("x", 65): false, "expired": false, "not-kept": false, "replay": false,
	} {
		why := exchange.Ack{Code: code}.Check()
		if (why == nil) != good || why != nil && (why.EN == "" || why.ZH == "") {
			t.Errorf("%q: %+v", code, why)
		}
	}
}
