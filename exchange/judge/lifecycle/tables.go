package lifecycle

import (
	"slices"

	"beibu/exchange/effects"
)

// states is a list of states.
type states = []State

// step returns the transitions of an act to a state.
func step(does effects.Verb, to State, from ...State) Step {
	return Step{Does: does, From: from, To: to}
}

// unseen returns the transition of an act that presupposes a document which the exchange
// has not seen.
func unseen(does effects.Verb, to State) Step {
	return Step{Does: does, From: states{Unknown}, To: to, Unseen: true}
}

// tables are the tables of all kinds, in alphabetical order. A document may be sent here
// first in any state in force, since the exchange may be newer than it is.
var tables = []Table{
	{
		// A claim on a carnet, in the country in which the goods were imported.
		Kind:   effects.KindClaim,
		Source: "ATA Convention, Article 7; Istanbul Convention, Annex A, Articles 8 to 10",
		States: states{Claimed, Reminded, PaymentDue, Proved},
		Steps: []Step{
			step(effects.Claim, Claimed, Unknown),
			step(effects.Claim, Same, Claimed, Reminded, PaymentDue), // for other items
			unseen(effects.Remind, Reminded),
			unseen(effects.Demand, PaymentDue),
			unseen(effects.Prove, Proved),
			step(effects.Remind, Reminded, Claimed, Reminded),
			step(effects.Demand, PaymentDue, Claimed, Reminded, PaymentDue),
			step(effects.Prove, Proved, Claimed, Reminded, PaymentDue, Proved),
		},
	},
	{
		Kind:   "ata-carnet",
		Source: "Istanbul Convention, Annex A, Article 5; chamber instructions: a duplicate or a replacement names the carnet",
		States: states{Issued, Duplicated, InUse, Returned, Discharged, Replaced, Cancelled},
		Steps: []Step{
			step(effects.Issue, Issued, Unknown),
			step(effects.Amend, Issued, Unknown),
			step(effects.Amend, Same, Issued, Duplicated, InUse, Returned),
			unseen(effects.Duplicate, Duplicated),
			step(effects.Duplicate, Duplicated, Issued, Duplicated, InUse, Returned),
			step(effects.Present, InUse, Unknown, Issued, Duplicated, InUse, Returned),
			step(effects.Return, Returned, Unknown, Issued, Duplicated, InUse, Returned),
			unseen(effects.Discharge, Discharged),
			step(effects.Discharge, Discharged, Issued, Duplicated, InUse, Returned, Discharged),
			unseen(effects.Replace, Replaced),
			step(effects.Replace, Replaced, Issued, Duplicated, InUse, Returned),
			unseen(effects.Cancel, Cancelled),
			step(effects.Cancel, Cancelled, Issued, Duplicated, Returned),
			step(effects.Use, Same, Unknown, Issued, Duplicated, InUse, Returned),
		},
	},
	{
		Kind:   "certificate-of-origin",
		Source: "ACFTA Revised Operational Certification Procedures; UBL 2.4, VersionID",
		States: states{Issued, Replaced, Withdrawn, Cancelled},
		Steps: slices.Concat(issued, withdrawn, []Step{
			step(effects.Amend, Issued, Unknown, Issued),
		}),
	},
	declaration("export-declaration"),
	licence("export-licence"),
	health("health-certificate"),
	health("health-permit"),
	declaration("import-declaration"),
	licence("import-licence"),
	{
		Kind:   "sps-certificate",
		Source: "ISPM 12, section 4, and the ePhyto status list: withdrawn and replaced are final",
		States: states{Issued, Replaced, Withdrawn, Cancelled},
		Steps:  slices.Concat(issued, withdrawn), Unordered: true,
	},
	declaration("transit-declaration"),
}

// issued are the transitions of a document that is issued once, replaced and relied on.
var issued = []Step{
	step(effects.Issue, Issued, Unknown),
	unseen(effects.Replace, Replaced),
	step(effects.Replace, Replaced, Issued),
	step(effects.Replace, Same, Replaced), // both the old and the new one say so
	step(effects.Use, Same, Unknown, Issued),
}

// withdrawn are the transitions by which an issuer takes a document back.
var withdrawn = []Step{
	unseen(effects.Withdraw, Withdrawn),
	step(effects.Withdraw, Withdrawn, Issued),
	unseen(effects.Cancel, Cancelled),
	step(effects.Cancel, Cancelled, Issued),
}

// licence returns the table of a licence: it is never edited, but surrendered and issued
// again.
func licence(kind string) Table {
	return Table{
		Kind:   kind,
		Source: "Chinese licence measures: changes mean surrender and re-issue with a reference",
		States: states{Issued, Replaced},
		Steps: slices.Concat(issued, []Step{
			step(effects.Reissue, Issued, Unknown, Issued),
			step(effects.Amend, Issued, Unknown),
		}),
	}
}

func health(kind string) Table {
	return Table{
		Kind:   kind,
		Source: "UBL 2.4, PreviousDocumentReference and VersionID",
		States: states{Issued, Replaced},
		Steps: slices.Concat(issued, []Step{
			step(effects.Amend, Issued, Unknown, Issued),
		}),
	}
}

// declaration returns the table of a declaration: it is amended or cancelled only while
// customs have not cleared it.
func declaration(kind string) Table {
	return Table{
		Kind:   kind,
		Source: "GACC receipt -623005 and the ACDD message guide: only in an eligible state",
		States: states{Lodged, Cancelled},
		Steps: []Step{
			step(effects.Issue, Lodged, Unknown),
			step(effects.Amend, Lodged, Unknown, Lodged),
			step(effects.Cancel, Cancelled, Unknown, Lodged),
		},
	}
}
