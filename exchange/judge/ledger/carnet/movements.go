package carnet

// A place is where goods can be.
type place string

// The places.
const (
	home  place = "home"  // in the country of issue
	way   place = "way"   // outside it, and under no transaction
	under place = "under" // in a customs territory, under an importation or a transit
	ended place = "ended" // there for good
	still place = ""      // the movement moves nothing
)

// A kind says what a movement does.
type kind struct {
	from, to place
	of       string // the movement that it discharges, closes or extends; "": none
	whole    bool   // it closes all that is left of that at once
	late     bool   // it may be made after the last day of the carnet: the goods must be able to leave
	voucher  bool   // it uses one
	final    bool   // it sets the final date of re-exportation
}

// kinds are the movements: of yellow vouchers, of white ones, of blue ones, and the extension
// of a stay, which has none.
var kinds = map[string]kind{
	"exportation":    {from: home, to: way, voucher: true},
	"re-importation": {from: way, to: home, late: true, voucher: true},

	"importation":    {from: way, to: under, voucher: true, final: true},
	"re-exportation": {from: under, to: way, of: "importation", late: true, voucher: true},
	"home-use":       {from: under, to: ended, of: "importation", late: true, voucher: true},
	"warehousing":    {from: under, to: ended, of: "importation", late: true, voucher: true},
	"destruction":    {from: under, to: ended, of: "importation", late: true, voucher: true},

	"transit-departure":   {from: way, to: under, voucher: true},
	"transit-destination": {from: under, to: way, of: "transit-departure", whole: true, late: true, voucher: true},

	"extension": {from: still, to: still, of: "importation", final: true},
}

// A stay is how long goods may stay in a country at most.
type stay struct {
	months     int // from the entry, and by each extension
	extensions int
}

// stays are those of countries that limit them: GACC decree 157 (2007) and its successor.
var stays = map[string]stay{"CN": {months: 6, extensions: 3}}

// mostTransactions bounds those of one carnet.
const mostTransactions = 1000
