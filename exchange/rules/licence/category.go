package licence

import "strings"

// The document codes of the Chinese customs declaration under which a licence
// is cited (rule L19 names 1, 7, O and v; the others are common practice).
const (
	importCodes    = "127Ov" // licence, dual-use licence, automatic licences
	exportCodes    = "34Gxy" // dual-use licence, licence, dual-use (targeted), processing trade, border trade
	automaticCodes = "7Ov"   // automatic import licences
	dualUseCodes   = "23G"   // dual-use items and technologies, precursor chemicals among them
	ordinaryExport = "4xy"   // export licences that are not for dual-use items
	ordinaryImport = "1"
)

// isOneOf tells whether a category code is one of codes.
func isOneOf(codes, code string) bool {
	return len(code) == 1 && strings.Contains(codes, code)
}
