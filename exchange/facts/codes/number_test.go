package codes_test

import (
	"testing"

	"pgregory.net/rapid"

	"beibu/exchange/facts/codes"
)

func TestRegistered(t *testing.T) {
	for _, test := range []struct {
		country    string
		valid, not []string
	}{
		{
			"CN",
			[]string{"9144030071526726XG", "914403001922038216", "91330100799655058B"},
			[]string{
				"", "9144030071526726XH", "9144030071526726X", "9144030071526726xg",
				"91440300715267I6XG", "9A440300715267269G", "914403001922038217",
			},
		},
		{
			"VN",
			[]string{"0300588569", "0100109106", "0100109106-001", "001089012345"},
			[]string{"", "0300588568", "030058856", "0100109106-01", "0100109106-", "01001O9106"},
		},
		{
			"TH",
			[]string{"0107544000108"},
			[]string{"", "0107544000109", "010754400010", "01075440001O8"},
		},
		{
			"SG",
			[]string{"00192200M", "197401143C", "196800306E", "S16FC0121D"},
			[]string{"", "00192200N", "197401143D", "S16FC0121E", "A16FC0121D", "S16FI0121D", "S16F"},
		},
		{
			"ID",
			[]string{"018550814412000", "01.855.081.4-412.000", "0018550814412000", "3174011508800001"},
			[]string{"", "018550815412000", "01855081441200", "0018550815412000", "31740115088O0001"},
		},
	} {
		for _, number := range test.valid {
			if valid, known := codes.Registered(test.country, number); !valid || !known {
				t.Errorf("%s %s: not valid", test.country, number)
			}
		}
		for _, number := range test.not {
			if valid, _ := codes.Registered(test.country, number); valid {
				t.Errorf("%s %s: valid", test.country, number)
			}
		}
	}
	if _, known := codes.Registered("MY", "200001000001"); known {
		t.Error("Malaysia is known")
	}
}

// One mistyped character never passes as a unified social credit code: every
// weight is prime to 31.
func TestSocialCreditFindsOneWrongCharacter(t *testing.T) {
	const right = "914403001922038216"
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, 17).Draw(t, "at")
		c := rapid.SampledFrom([]byte(alphabet)).Draw(t, "character")
		wrong := right[:at] + string(c) + right[at+1:]
		if codes.SocialCredit(wrong) != (wrong == right) {
			t.Fatalf("%s", wrong)
		}
	})
}

func FuzzRegistered(f *testing.F) {
	f.Add("CN", "914403001922038216")
	f.Add("SG", "S16FC0121D")
	f.Add("ID", "01.855.081.4-412.000")
	f.Fuzz(func(_ *testing.T, country, number string) {
		codes.Registered(country, number)
		codes.Location(number)
		codes.LocationCode(number)
		codes.Currency(country)
	})
}

// The organisation codes in the codes of four well-known companies, and near misses.
func TestOrganisationCode(t *testing.T) {
	for code, want := range map[string]bool{
		"71526726X": true, "192203821": true, "192203820": false, "192203821X": false, "19220382-": false,
		"799655058": true, "802100433": true, "901234567": false, "71526726x": false, "71526726中": false, "": false,
	} {
		if got := codes.OrganisationCode(code); got != want {
			t.Errorf("%s: %t", code, got)
		}
	}
}

// A code of the form need not check out: those of Xiamen with an M do not.
func TestSocialCreditForm(t *testing.T) {
	for code, form := range map[string]bool{
		"9144030071526726XG": true, "9144030071526726XH": true, "91350200M0000TEQT0": true,
		"9144030071526726X": false, "91440300715267I6XG": false, "9A440300715267269G": true, "9144030071526726xg": false, "": false,
	} {
		if got := codes.SocialCreditForm(code); got != form {
			t.Errorf("%s: %t", code, got)
		}
	}
}
