package ratings

import (
	"fmt"

	"beibu/exchange"
)

// A Grade is one of the five grades of GB/T 39734-2020. The zero value is none.
type Grade uint8

// The grades, from the worst to the best.
const (
	NoGrade Grade = iota
	VeryDissatisfied
	Dissatisfied
	BasicallySatisfied
	Satisfied
	VerySatisfied
)

// grades are the names of grades in the API, and for people.
var grades = [...]struct {
	name string
	text exchange.Text
}{
	NoGrade:            {"", exchange.Text{EN: "not given", ZH: "未评价"}},
	VeryDissatisfied:   {"very-dissatisfied", exchange.Text{EN: "very dissatisfied", ZH: "非常不满意"}},
	Dissatisfied:       {"dissatisfied", exchange.Text{EN: "dissatisfied", ZH: "不满意"}},
	BasicallySatisfied: {"basically-satisfied", exchange.Text{EN: "basically satisfied", ZH: "基本满意"}},
	Satisfied:          {"satisfied", exchange.Text{EN: "satisfied", ZH: "满意"}},
	VerySatisfied:      {"very-satisfied", exchange.Text{EN: "very satisfied", ZH: "非常满意"}},
}

// Grades returns the five grades, the best first, as the national scheme lists them.
func Grades() []Grade {
	return []Grade{VerySatisfied, Satisfied, BasicallySatisfied, Dissatisfied, VeryDissatisfied}
}

// ParseGrade returns the grade with a name, and false if there is none.
func ParseGrade(name string) (Grade, bool) {
	for _, g := range Grades() {
		if grades[g].name == name {
			return g, true
		}
	}
	return NoGrade, false
}

// String returns the name of the grade, such as "very-satisfied". That of none is "".
func (g Grade) String() string { return grades[g.known()].name }

// Text returns the grade for people.
func (g Grade) Text() exchange.Text { return grades[g.known()].text }

func (g Grade) known() Grade {
	if int(g) >= len(grades) {
		return NoGrade
	}
	return g
}

// Bad reports whether the department has to mend what the grade is for.
func (g Grade) Bad() bool { return g == VeryDissatisfied || g == Dissatisfied }

// MarshalText returns the name.
func (g Grade) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads a name. "" is no grade.
func (g *Grade) UnmarshalText(text []byte) error {
	one, known := ParseGrade(string(text))
	if !known && len(text) > 0 {
		return fmt.Errorf("there is no grade %q", text)
	}
	*g = one
	return nil
}

// Indicators are the online indicators of GB/T 39735-2020 beside the rating as a whole.
// Each may be left out.
type Indicators struct {
	Efficiency  Grade `json:"efficiency,omitzero"`  // how long it took
	Guide       Grade `json:"guide,omitzero"`       // whether the guide to the item is accurate
	Convenience Grade `json:"convenience,omitzero"` // how much had to be handed in and done
	Operability Grade `json:"operability,omitzero"` // whether the system is easy to use
}

// An Indicator is one of [Indicators].
type Indicator struct {
	Name string // in the API
	Text exchange.Text
	Of   func(*Indicators) *Grade
}

// AllIndicators returns the indicators in the order of the scheme.
func AllIndicators() []Indicator {
	return []Indicator{
		{"efficiency", exchange.Text{EN: "Efficiency", ZH: "办事效率"}, func(i *Indicators) *Grade { return &i.Efficiency }},
		{"guide", exchange.Text{EN: "Accuracy of the guide", ZH: "办事指南准确度"}, func(i *Indicators) *Grade { return &i.Guide }},
		{"convenience", exchange.Text{EN: "Convenience", ZH: "办事便捷度"}, func(i *Indicators) *Grade { return &i.Convenience }},
		{"operability", exchange.Text{EN: "Operability of the system", ZH: "系统可操作性"}, func(i *Indicators) *Grade { return &i.Operability }},
	}
}
