package carnet

import "beibu/exchange/facts/values"

// A Code says why a document about a carnet is refused. It never changes its meaning.
type Code string

// The codes of transactions.
const (
	CodeItem        Code = "carnet.item"         // an item is not on the general list
	CodeUnit        Code = "carnet.unit"         // a quantity is not in the unit of the general list
	CodeExceeded    Code = "carnet.exceeded"     // more is moved than is there
	CodeCountry     Code = "carnet.country"      // the carnet is not valid in the country
	CodePeriod      Code = "carnet.period"       // the day is outside the validity of the carnet
	CodeFinalDay    Code = "carnet.final-date"   // the final date is after the last day of the carnet, or a stay is too long
	CodeEarlier     Code = "carnet.earlier"      // what it discharges, closes or extends is not known there
	CodeWhole       Code = "carnet.transit-open" // the end of a transit does not close all of it
	CodeCounterfoil Code = "carnet.counterfoil"  // the counterfoil is of another transaction
	CodeVoucher     Code = "carnet.voucher"      // the voucher is of another transaction, or not one of the carnet
	CodeVouchers    Code = "carnet.vouchers"     // all vouchers are used
	CodeState       Code = "carnet.state"        // the transaction cannot come to this state from its own
	CodeUnprepared  Code = "carnet.not-prepared" // the holder has not prepared it
	CodeDiffers     Code = "carnet.differs"      // it is not what the holder prepared
	CodeProof       Code = "carnet.cancellation" // the holder's cancellation code is not proved
	CodeSender      Code = "carnet.sender"       // another party committed or rejected it
	CodeUsed        Code = "carnet.used"         // its goods have moved on, so that it cannot be cancelled
	CodeExtensions  Code = "carnet.extensions"   // the stay was extended as often as may be
	CodeReplaced    Code = "carnet.replaced"     // another carnet has taken the goods over
	CodeFull        Code = "carnet.transactions" // more transactions than are kept
)

// The codes of carnets.
const (
	CodeActivated Code = "carnet.activated"     // customs have committed a transaction: the association changes it no more
	CodeGrown     Code = "carnet.list-grown"    // a later version has more on its general list
	CodeGoods     Code = "carnet.goods"         // it covers other goods than the carnet that it replaces
	CodeEnd       Code = "carnet.duplicate-end" // it ends on another day than the carnet that it duplicates
)

// A Refusal is why a document cannot do what it says. What its code is not about is empty.
type Refusal struct {
	Code  Code
	Item  int           // of the general list
	Left  values.Figure // of it, at the place that the goods leave
	Want  values.Figure
	Unit  string
	Value string // what the document says: a country, a day, a number, a state
	Known string // what is known of that
	// Rest is where the other pieces of the item are.
	Rest []Rest
}

// A Rest is how much of an item is at a place.
type Rest struct {
	Place    string // home, way, or a country
	Quantity values.Figure
}
