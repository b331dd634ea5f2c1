package values

import "fmt"

// MarshalText returns the exact figure in decimal, without an exponent and without zeros
// at its end; "" if it is none. It fails if the figure has no end in decimal, as a third.
func (f Figure) MarshalText() ([]byte, error) {
	if !f.stated {
		return nil, nil
	}
	value := f.Rat()
	places, exact := value.FloatPrec()
	if !exact {
		return nil, fmt.Errorf("write figure: %s has no end in decimal", value)
	}
	return []byte(value.FloatString(places)), nil
}

// UnmarshalText reads what MarshalText has written: an xs:decimal of at most
// [NumberLimit] characters, or nothing.
func (f *Figure) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*f = Figure{}
		return nil
	}
	value, ok := read(text)
	if !ok {
		return fmt.Errorf("read figure: %.64q is no decimal number of at most %d characters", text, NumberLimit)
	}
	*f = value
	return nil
}

// Equal reports whether both figures are the same number, or both are none.
func (f Figure) Equal(other Figure) bool { return f.stated == other.stated && f.Cmp(other) == 0 }

// IsZero reports whether the figure is none, so that JSON can leave it out.
func (f Figure) IsZero() bool { return !f.stated }
