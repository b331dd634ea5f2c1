package acceptor

func isDecimal(v []byte) bool {
	digits, _ := scan(v)
	return digits > 0
}

func isInteger(v []byte) bool {
	digits, dot := scan(v)
	return digits > 0 && !dot
}

// scan reads a number with or without a sign and a dot. It returns how many digits
// there are, or 0 if it is no number.
func scan(v []byte) (digits int, dot bool) {
	for i, c := range v {
		switch {
		case isDigit(c):
			digits++
		case c == '.' && !dot:
			dot = true
		case (c == '-' || c == '+') && i == 0:
		default:
			return 0, false
		}
	}
	return digits, dot
}

// A decimal is what is to know of a number: how many digits are written, in all and
// behind the dot, and the whole numbers around it.
type decimal struct {
	digits, fraction int
	floor, ceiling   int64
}

// mostDigits bounds the numbers that are compared.
const mostDigits = 15

// readDecimal reads a number that isDecimal lets pass, or returns false if it is long.
func readDecimal(v []byte) (decimal, bool) {
	var d decimal
	negative, behind, more := false, false, false
	for _, c := range v {
		switch c {
		case '-':
			negative = true
		case '+':
		case '.':
			behind = true
		default:
			d.digits++
			if behind {
				d.fraction++
				more = more || c != '0'
			} else {
				d.floor = d.floor*10 + int64(c-'0')
			}
		}
		if d.digits > mostDigits {
			return decimal{}, false
		}
	}
	d.ceiling = d.floor
	if more {
		d.ceiling++
	}
	if negative {
		d.floor, d.ceiling = -d.ceiling, -d.floor
	}
	return d, true
}
