package codes

import "strings"

// Registered judges a company's official number by its country: China's unified
// social credit code, Viet Nam's and Thailand's tax numbers, Singapore's unique
// entity number, Indonesia's tax number. For other countries it is not known,
// since their numbers carry no check character that is published.
func Registered(country, number string) (valid, known bool) {
	switch country {
	case "CN":
		return SocialCredit(number), true
	case "VN":
		return VietnamTaxCode(number), true
	case "TH":
		return ThaiTaxID(number), true
	case "SG":
		return SingaporeUEN(number), true
	case "ID":
		return IndonesiaNPWP(number), true
	}
	return false, false
}

// credit is the alphabet of GB 32100-2015: no I, O, S, V, Z.
const credit = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// SocialCredit reports whether s is a unified social credit code of China (GB
// 32100-2015): of its form, the last character being a check character by
// weights 3^i modulo 31.
func SocialCredit(s string) bool {
	if !SocialCreditForm(s) {
		return false
	}
	sum, weight := 0, 1
	for i := range 17 {
		sum += strings.IndexByte(credit, s[i]) * weight
		weight = weight * 3 % 31
	}
	return s[17] == credit[(31-sum%31)%31]
}

// SocialCreditForm reports whether s has the form of a unified social credit code:
// 18 characters of its alphabet, the third to the eighth being digits. Real
// companies have codes of this form with a wrong check character: those of Xiamen,
// for one, that were issued with an M in the ninth place.
func SocialCreditForm(s string) bool {
	return len(s) == 18 && digits(s[2:8]) && strings.Trim(s, credit) == ""
}

// OrganisationCode reports whether s is an organisation code of China (GB
// 11714-1997): eight digits and capital letters and a check character modulo 11.
// It has the ninth to seventeenth place of a unified social credit code.
func OrganisationCode(s string) bool {
	if len(s) != 9 {
		return false
	}
	sum := 0
	for i, weight := range [...]int{3, 7, 9, 10, 5, 8, 4, 2} {
		value := strings.IndexByte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", s[i])
		if value < 0 {
			return false
		}
		sum += value * weight
	}
	return s[8] == "0X987654321"[sum%11]
}

// VietnamTaxCode reports whether s is a tax code of Viet Nam: ten digits with a
// check digit modulo 11, alone or with a branch of three digits after a hyphen.
// The 12 digits of an identity card, since July 2025 the tax code of a person, have
// no check digit, so that any 12 are accepted (Circular 86/2024/TT-BTC).
func VietnamTaxCode(s string) bool {
	if len(s) == 12 && digits(s) {
		return true
	}
	code, branch, hyphen := strings.Cut(s, "-")
	if len(code) != 10 || !digits(code) || hyphen && (len(branch) != 3 || !digits(branch)) {
		return false
	}
	rest := weighted(code[:9], 31, 29, 23, 19, 17, 13, 7, 5, 3) % 11
	return 10-rest == int(code[9]-'0')
}

// ThaiTaxID reports whether s is a 13 digit number of Thailand, of a person or of
// a company: the last digit checks the others modulo 11.
func ThaiTaxID(s string) bool {
	if len(s) != 13 || !digits(s) {
		return false
	}
	rest := weighted(s[:12], 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11
	return (11-rest)%10 == int(s[12]-'0')
}

// SingaporeUEN reports whether s is a unique entity number of Singapore: a
// business (8 digits and a letter), a local company (year, 5 digits and a
// letter), or another entity (century letter, year, two letters of its type, 4
// digits and a letter).
func SingaporeUEN(s string) bool {
	switch {
	case len(s) == 9 && digits(s[:8]):
		return s[8] == "XMKECAWLJDB"[weighted(s[:8], 10, 4, 9, 3, 8, 2, 7, 1)%11]
	case len(s) == 10 && digits(s[:9]):
		return s[9] == "ZKCMDNERGWH"[weighted(s[:9], 10, 8, 6, 4, 9, 7, 5, 3, 1)%11]
	case len(s) == 10 && strings.IndexByte("RST", s[0]) >= 0 && digits(s[1:3]) && digits(s[5:9]):
		return otherUEN(s)
	}
	return false
}

func otherUEN(s string) bool {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWX0123456789"
	sum := -5
	for i, weight := range [...]int{4, 3, 5, 3, 10, 2, 2, 5, 7} {
		value := strings.IndexByte(alphabet, s[i])
		if value < 0 {
			return false
		}
		sum += value * weight
	}
	return s[9] == alphabet[(sum%11+11)%11]
}

// IndonesiaNPWP reports whether s is a tax number of Indonesia: 15 digits, with or
// without the customary dots and hyphen, or 16 digits with a 0 before. The
// first nine of the 15 check by Luhn's rule. Any other 16 digits are a person's
// identity number, which has no check digit and is accepted.
func IndonesiaNPWP(s string) bool {
	s = strings.NewReplacer(".", "", "-", "").Replace(s)
	if len(s) == 16 && digits(s) {
		if s[0] != '0' {
			return true
		}
		s = s[1:]
	}
	if len(s) != 15 || !digits(s) {
		return false
	}
	sum := 0
	for i := range 9 {
		d := int(s[i] - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

func weighted(s string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	return sum
}
