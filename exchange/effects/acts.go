package effects

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"beibu/exchange/facts"
	"beibu/schemas/paths"
)

// A Verb is what a document does to the life of a document.
type Verb string

// The verbs. Which of them may follow which is said in the transition table of the kind.
const (
	Issue     Verb = "issue"     // its first version is sent
	Amend     Verb = "amend"     // a later version is sent
	Reissue   Verb = "reissue"   // a later edition is sent, which names the one that was surrendered
	Duplicate Verb = "duplicate" // another copy is issued for a lost one
	Replace   Verb = "replace"   // another document takes its place
	Withdraw  Verb = "withdraw"  // its issuer takes it back
	Cancel    Verb = "cancel"    // its issuer or sender declares it void
	Present   Verb = "present"   // the goods cross a border under it
	Return    Verb = "return"    // the goods are back
	Discharge Verb = "discharge" // it is closed, and nothing is left to do under it
	Use       Verb = "use"       // another document relies on it
	Claim     Verb = "claim"     // proof of re-exportation is asked for
	Remind    Verb = "remind"    // it is asked for again
	Demand    Verb = "demand"    // payment is asked for, since there is no proof
	Prove     Verb = "prove"     // proof is given
)

// KindClaim is the kind of the life of a claim on a carnet, which is no document of its
// own. Its number is that of the carnet with the country in which the goods were imported.
const KindClaim = "ata-claim"

// An Act is one thing that a document does to a life: to its own if On is nil.
type Act struct {
	Does Verb     `json:"does"`
	On   *Account `json:"on,omitempty"`
	Path string   `json:"path,omitempty"` // of the reference, for faults
	Day  string   `json:"day,omitempty"`  // on which it acts, YYYY-MM-DD; "": not stated
	// Until is the last day of the document, if the act is on its own life.
	Until string `json:"until,omitempty"`
	// Likeness is the same for two documents of a kind that say the same of the same
	// goods, whatever their numbers. It is there if the act is on the own life of a
	// certificate.
	Likeness string `json:"likeness,omitempty"`
}

// A liver says how the life of a kind of document is read.
type liver struct {
	statuses map[string]Verb // by the status, in capitals, without hyphens and white space
	replaces []string        // roles of references to documents of the kind whose place it takes
	editions bool            // a later version is a new edition, and names the one before
	alike    bool            // two of the same content are one too many
}

// livers are the kinds whose documents have a life: others refer to them by a number that
// is of one issuer, and they are amended, replaced or withdrawn.
var livers = map[string]liver{
	"ata-carnet": {replaces: []string{""}, statuses: map[string]Verb{
		"DUPLICATE": Duplicate, "EXPORTED": Present, "IMPORTED": Present, "REEXPORTED": Present, "TRANSIT": Present,
		"REIMPORTED": Return, "DISCHARGED": Discharge, "REPLACED": Replace, "CANCELLED": Cancel,
	}},
	"import-licence": {replaces: []string{"replaced"}, editions: true},
	"export-licence": {replaces: []string{"replaced"}, editions: true},
	"certificate-of-origin": {alike: true, statuses: map[string]Verb{
		"WITHDRAWN": Withdraw, "CANCELLED": Cancel, "REPLACED": Replace,
	}},
	"sps-certificate": {replaces: []string{"replaced"}, alike: true, statuses: map[string]Verb{
		"70": Issue, "40": Withdraw, "64": Cancel, "44": Replace, // ePhyto status list, of UNCL 1373
	}},
	"health-permit":      {replaces: []string{"replaced"}},
	"health-certificate": {replaces: []string{"replaced"}, alike: true},

	"ata-reexportation-proof": {}, "ata-reexportation-request": {}, "ata-reexportation-reminder": {},
}

// IsIssued reports whether documents of a kind have a number that is of one issuer.
func IsIssued(kind string) bool {
	_, ok := livers[kind]
	return ok
}

// carriers are the kinds that rely on documents which they cite.
var carriers = []string{"import-declaration", "export-declaration", "transit-declaration", "certificate-of-origin", "sps-certificate"}

// mostActs bounds the acts of one document: on its own life, and on those of the first
// documents that it refers to. Of one with more, [Effects.Omitted] says so.
const mostActs = 100

// acts returns what a document does to lives. judged says that it does something else that
// is decided behind the record.
func acts(kind string, f facts.Facts, judged bool) (all []Act) {
	if own, ok := livers[kind]; ok {
		all = append(all, own.act(kind, f))
		all = append(all, own.replaced(kind, f)...)
	}
	all = append(all, used(kind, f)...)
	if slices.Contains(declarations, kind) {
		if verb := declared(f); verb != Issue || judged || len(all) > 0 {
			all = append([]Act{{Does: verb, Day: day(f.Issued)}}, all...)
		}
	}
	all = append(all, claimed(kind, f)...)
	return all
}

// act returns what a document does to its own life.
func (l liver) act(kind string, f facts.Facts) Act {
	verb, ok := l.statuses[status(f)]
	if !ok {
		verb = Issue
		if later(f.Version) {
			verb = Amend
		}
	}
	if own := AccountOf(kind, f.Number); l.editions && later(f.Version) {
		for _, r := range f.References() {
			if slices.Contains(l.replaces, r.Role) && AccountOf(kind, r.Number) == own {
				verb = Reissue
			}
		}
	}
	a := Act{Does: verb, Day: day(f.Issued), Until: day(f.Period().Until)}
	if l.alike {
		a.Likeness = likeness(f)
	}
	return a
}

// replaced returns the acts on the documents that a document takes the place of.
func (l liver) replaced(kind string, f facts.Facts) (all []Act) {
	if l.replaces == nil {
		return nil
	}
	own := AccountOf(kind, f.Number)
	for r := range f.ReferencesOutside() {
		of := AccountOf(kind, r.Number)
		if r.Kind != kind || !slices.Contains(l.replaces, r.Role) || r.Number == "" || of == own {
			continue
		}
		all = append(all, Act{Does: Replace, On: &of, Path: strings.Clone(r.At.Path()), Day: day(f.Issued)})
	}
	return all
}

// used returns the acts on the documents that a document relies on, each once.
func used(kind string, f facts.Facts) (all []Act) {
	lives := func(c facts.Citation) bool { _, ok := livers[c.Kind]; return ok }
	if !slices.Contains(carriers, kind) || !slices.ContainsFunc(f.Citations(), lives) {
		return nil // as most documents
	}
	own, seen := AccountOf(kind, f.Number), make(map[Account]bool)
	for _, r := range f.References() {
		of := AccountOf(r.Kind, r.Number)
		if _, lives := livers[r.Kind]; !lives || r.Role != "" || r.Number == "" || of == own || seen[of] {
			continue
		}
		seen[of] = true
		all = append(all, Act{Does: Use, On: &of, Path: strings.Clone(r.At.Path()), Day: day(f.Issued)})
	}
	return all
}

// declarations are the kinds whose life begins when something is decided about them.
var declarations = []string{"import-declaration", "export-declaration", "transit-declaration"}

// declared returns what a declaration does to its own life, by its function (UNCL 1225)
// and its version.
func declared(f facts.Facts) Verb {
	switch {
	case status(f) == "1":
		return Cancel
	case status(f) == "4", status(f) == "5", later(f.Version):
		return Amend
	}
	return Issue
}

// claims are the documents of a claim on a carnet, with what they do to it.
var claims = map[string]Verb{
	"ata-reexportation-request": Claim, "ata-reexportation-reminder": Remind, "ata-reexportation-proof": Prove,
}

// claimed returns the acts on the claims that a document is about, each once.
func claimed(kind string, f facts.Facts) (all []Act) {
	verb, ok := claims[kind]
	if !ok {
		return nil
	}
	if verb == Remind && status(f) == "CLETTER" { // the third letter demands payment
		verb = Demand
	}
	for _, r := range f.References() {
		if r.Kind != "ata-carnet" || r.Number == "" {
			continue
		}
		of := ClaimOn(r.Number, f.ImportCountry)
		if !slices.ContainsFunc(all, func(a Act) bool { return *a.On == of }) {
			all = append(all, Act{Does: verb, On: &of, Path: strings.Clone(r.At.Path()), Day: day(f.Issued)})
		}
	}
	return all
}

// ClaimOn returns the claim on a carnet in the country where the goods were imported.
func ClaimOn(carnet, country string) Account {
	return Account{KindClaim, AccountOf(KindClaim, carnet).Number + " " + strings.Clone(country)}
}

// Claimed returns the carnet of a claim.
func (a Account) Claimed() Account {
	number, _, _ := strings.Cut(a.Number, " ")
	return Account{"ata-carnet", number}
}

// later reports whether a version is not the first.
func later(version string) bool { return version != "" && version != "1" }

// status returns the status of a document in capitals, without hyphens and white space.
func status(f facts.Facts) string {
	return strings.ReplaceAll(paths.Fold(f.Status()), "-", "")
}

// likeness digests what a certificate says of its goods. It is "" if that is too little to
// know the goods by: without a vehicle, a container or a transport document, two
// consignments of a day may be alike.
func likeness(f facts.Facts) string {
	h := sha256.New()
	add := func(texts ...string) {
		for _, text := range texts {
			h.Write([]byte(strconv.Quote(paths.Fold(text))))
		}
		h.Write([]byte{'\n'})
	}
	var carried []string
	for _, c := range slices.Concat(f.Vehicles(), f.Containers()) {
		carried = append(carried, paths.Fold(c.Number))
	}
	for _, number := range f.TransportDocuments() {
		carried = append(carried, paths.Fold(number))
	}
	if len(carried) == 0 || len(f.Lines()) == 0 {
		return ""
	}
	slices.Sort(carried)
	add(carried...)
	add(f.ExportCountry, f.ImportCountry, day(f.Issued))
	for _, p := range f.Parties() {
		add(p.Role, p.Name)
	}
	for _, l := range f.Lines() {
		add(l.HS)
		for _, m := range measures(l) {
			add(m.Unit, m.Quantity.String())
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
