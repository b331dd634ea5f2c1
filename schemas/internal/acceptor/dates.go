package acceptor

func isDate(v []byte) bool {
	rest, ok := day(v)
	return ok && isZone(rest)
}

func isDateTime(v []byte) bool {
	rest, ok := day(v)
	return ok && len(rest) > 0 && rest[0] == 'T' && isTime(rest[1:])
}

// isTime reports whether a value is a time of the day, below 24:00:00.
func isTime(v []byte) bool {
	const length = len("hh:mm:ss")
	if len(v) < length || v[2] != ':' || v[5] != ':' {
		return false
	}
	if h, m, s := two(v), two(v[3:]), two(v[6:]); h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59 {
		return false
	}
	rest := v[length:]
	if len(rest) > 0 && rest[0] == '.' {
		digits := 1
		for digits < len(rest) && isDigit(rest[digits]) {
			digits++
		}
		if digits == 1 {
			return false
		}
		rest = rest[digits:]
	}
	return isZone(rest)
}

// day reads a day of a year of four digits, and returns what is behind it.
func day(v []byte) (rest []byte, ok bool) {
	const length = len("yyyy-mm-dd")
	if len(v) < length || v[4] != '-' || v[7] != '-' {
		return nil, false
	}
	century, year, month, of := two(v), two(v[2:]), two(v[5:]), two(v[8:])
	if century < 0 || year < 0 || century+year == 0 || month < 1 || month > 12 || of < 1 {
		return nil, false
	}
	last := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if year = century*100 + year; month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		last = 29
	}
	return v[length:], of <= last
}

// isZone reports whether a value is a time zone, or none.
func isZone(v []byte) bool {
	if len(v) == 0 || len(v) == 1 && v[0] == 'Z' {
		return true
	}
	if len(v) != len("+hh:mm") || v[0] != '+' && v[0] != '-' || v[3] != ':' {
		return false
	}
	h, m := two(v[1:]), two(v[4:])
	return h >= 0 && m >= 0 && m <= 59 && (h < 14 || h == 14 && m == 0)
}

// two reads two digits, or returns -1.
func two(v []byte) int {
	if !isDigit(v[0]) || !isDigit(v[1]) {
		return -1
	}
	return int(v[0]-'0')*10 + int(v[1]-'0')
}
