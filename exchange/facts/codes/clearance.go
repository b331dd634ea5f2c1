package codes

// A Clearance is what an answer of customs decides on what a declaration draws.
type Clearance string

// The clearances.
const (
	Cleared     Clearance = "cleared"     // the goods were released or cleared: what was drawn is consumed
	Invalidated Clearance = "invalidated" // the declaration is void: what was drawn is given back
)

// clearances are the codes that decide, by their lists: released (08), cleared (09) and
// invalidated (10) of WCO responses; released (800) and closed (899) of the Chinese platform.
var clearances = map[string]map[string]Clearance{
	WCO:  {"08": Cleared, "09": Cleared, "10": Invalidated},
	GACC: {"800": Cleared, "899": Cleared},
}

// ClearanceBy returns what a code of a list decides, and false if it decides nothing.
func ClearanceBy(list, code string) (Clearance, bool) {
	list, known := AnswerList(list)
	c, decides := clearances[list][code]
	return c, known && decides
}
