package ata

import (
	"slices"
	"strconv"

	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/signing/strict"
)

// The sources of the rules of transactions.
const (
	eata         = "International Chamber of Commerce, eATA help pages (support.atacarnet.iccwbo.org), 2026"
	chinasRecord = "China's record of ATA carnets: VISA_ER, VISA_DATE, DECLARATION_PORT"
)

// transactionRules are about one state of one movement of goods under a carnet. What the
// carnet still lets do is not for them: the judge decides that.
var transactionRules = []rules.Rule{
	{
		Code: "ATA-40", Kinds: transactions(), Severity: rules.Reject, Source: eata + ": six use cases of paper and digital",
		EN:    "{0} transaction without {1}",
		ZH:    "介质为{0}的通关记录缺少{1}",
		Reads: []rules.Input{transactionAt, transactionMedium, transactionState, transactionTravel, transactionCounterfoil, transactionVoucher},
		Check: checkMediumNeeds,
	},
	{
		Code: "ATA-40B", Kinds: transactions(), Severity: rules.Reject, Source: eata + ": six use cases of paper and digital",
		EN:    "{0} transaction with {1}, which only {2} ones have",
		ZH:    "介质为{0}的通关记录不应有{1}，只有介质为{2}的才有",
		Reads: []rules.Input{transactionAt, transactionMedium, transactionTravel, transactionCounterfoil, transactionVoucher, transactionCommitment},
		Check: checkMediumExcludes,
	},
	{
		Code: "ATA-41", Kinds: transactions(), Severity: rules.Reject,
		Source: "Irish Revenue; HMRC, ATACPD06200, boxes H(b) and H(c); HMRC, ATA carnet handbook: the second transit voucher closes the first",
		EN:     "{0} without the counterfoil or the transaction that it discharges, closes or extends",
		ZH:     "{0}未注明其核销、关闭或延期的存根编号或通关记录编号",
		Reads:  []rules.Input{transactionAt, transactionMovement, transactionState, earlierCounterfoil, earlierTransaction},
		Check:  checkEarlier,
	},
	{
		Code: "ATA-42", Kinds: transactions(), Severity: rules.Reject, Source: "ATA voucher, boxes F and H: the items that the voucher is for",
		EN:    "{0} names {1} items; an extension names none, each other movement names at least one",
		ZH:    "{0}列明{1}项货物；延期不列货物，其他移动至少列明一项",
		Reads: []rules.Input{transactionAt, transactionMovement, transactionState, transactionItem},
		Check: checkItemsNamed,
	},
	{
		Code: "ATA-42B", Kinds: transactions(), Severity: rules.Reject,
		Source: "ATA voucher, boxes F and H: the items that the voucher is for",
		EN:     "items {0} to {1}: a range goes upwards, and is of all pieces of each item, without a quantity",
		ZH:     "第{0}至{1}项：范围应由小到大，且指各项全部件数，不得注明数量",
		Reads:  []rules.Input{transactionItem, itemLast, itemQuantity},
		Check:  checkItemRange,
	},
	{
		Code: "ATA-42C", Kinds: transactions(), Severity: rules.Reject,
		Source: "ATA voucher, boxes F and H: the items that the voucher is for",
		EN:     "item {0} is named twice",
		ZH:     "第{0}项重复列出",
		Reads:  []rules.Input{transactionItem, itemLast},
		Check:  checkItemTwice,
	},
	{
		Code: "ATA-43", Kinds: transactions(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 7", From: law.IstanbulConvention(),
		EN:    "{0} without the final date for re-exportation",
		ZH:    "{0}未注明最迟复运出境日期",
		Reads: []rules.Input{transactionAt, transactionMovement, transactionState, transactionFinal},
		Check: checkFinalStated,
	},
	{
		Code: "ATA-44", Kinds: transactions(), Severity: rules.Reject,
		Source: eata + ": the reason of a rejection or a cancellation is for the same customs territory",
		EN:     "{0} with {1} of the two: the reason, or the number of the document that has it; a rejection or cancellation has one, nothing else has any",
		ZH:     "{0}：原因与载明原因的单证编号有{1}项；拒绝或撤销须有其中一项，其他状态均不得有",
		Reads:  []rules.Input{transactionAt, transactionState, transactionReason, reasonDocument},
		Check:  checkReason,
	},
	{
		Code: "ATA-45", Kinds: transactions(), Severity: rules.Reject,
		Source: eata + ": a cancellation needs the holder's code and the officer",
		EN:     "{0} without {1}",
		ZH:     "{0}缺少{1}",
		Reads:  []rules.Input{transactionAt, transactionState, transactionMedium, transactionCommitment, transactionProof},
		Check:  checkCancellation,
	},
	{
		Code: "ATA-46", Kinds: transactions(), Severity: rules.Reject,
		Source: "ATA voucher: yellow in the country of issue, white and blue elsewhere",
		EN:     "{0} in {1}; the carnet was issued in {2}",
		ZH:     "在{1}办理{0}；单证册由{2}签发",
		Reads:  []rules.Input{transactionMovement, transactionCountry, issuingCountry},
		Check:  checkTerritory,
	},
	{
		Code: "ATA-46B", Kinds: transactions(), Severity: rules.Reject,
		Source: "The UN/LOCODE of a place begins with its country",
		EN:     "customs office {0} is not in {1}",
		ZH:     "海关{0}不在{1}",
		Reads:  []rules.Input{transactionCountry, transactionOffice},
		Check:  checkTransactionOffice,
	},
	{
		Code: "ATA-47", Kinds: transactions(), Severity: rules.Warn, Source: chinasRecord,
		EN:    "committed in China without an endorsement",
		ZH:    "在中国办结的通关记录没有签注",
		Reads: []rules.Input{transactionAt, transactionState, transactionCountry, transactionEndorsement},
		Check: checkEndorsement,
	},
}

// The paths of a transaction.
var (
	transactionAt          = rules.NewPath("Movement")
	transactionMovement    = transactionAt.To("MovementCode")
	transactionState       = transactionAt.To("StateCode")
	transactionMedium      = transactionAt.To("MediumCode")
	issuingCountry         = transactionAt.To("IssuingCountryCode")
	transactionCountry     = transactionAt.To("CountryCode")
	transactionOffice      = transactionAt.To("CustomsOffice/LocationID")
	transactionVoucher     = transactionAt.To("VoucherID")
	transactionCounterfoil = transactionAt.To("CounterfoilID")
	earlierCounterfoil     = transactionAt.To("EarlierCounterfoilID")
	earlierTransaction     = transactionAt.To("EarlierTransactionID")
	transactionFinal       = transactionAt.To("FinalReexportationDate")
	transactionTravel      = transactionAt.To("TravelCode")
	transactionCommitment  = transactionAt.To("CancellationCommitment")
	transactionProof       = transactionAt.To("CancellationProof")
	transactionReason      = transactionAt.To("Reason")
	reasonDocument         = transactionAt.To("ReasonDocumentID")
	transactionEndorsement = transactionAt.To("Endorsement")
	transactionItem        = transactionAt.To("Item")
	itemLast               = transactionItem.To("LastItemID")
	itemQuantity           = transactionItem.To("Quantity")
)

// The states and media of transactions, and a movement.
const (
	prepared  = "prepared"
	committed = "committed"
	rejected  = "rejected"
	cancelled = "cancelled"

	paper   = "paper"
	digital = "digital"
	mixed   = "mixed"

	extension = "extension"
)

// moved is the movement of a transaction; none if it states none.
func moved(d *rules.Document) (m facts.Movement) {
	if all := d.Facts.Movements(); len(all) > 0 {
		m = all[0]
	}
	return m
}

// goesAhead reports whether a state is one of a transaction that moves goods, or will.
func goesAhead(state string) bool { return state == prepared || state == committed }

func checkMediumNeeds(d *rules.Document, report rules.Report) {
	m := moved(d)
	if !goesAhead(m.State) {
		return
	}
	needs := func(medium string, at *rules.Path, name string) {
		if (m.Medium == medium || m.Medium == mixed) && d.First(at).Text() == "" {
			report(d.First(transactionAt), m.Medium, name)
		}
	}
	needs(digital, transactionTravel, "TravelCode")
	if m.State == committed && m.Movement != extension {
		needs(paper, transactionVoucher, "VoucherID")
		needs(paper, transactionCounterfoil, "CounterfoilID")
	}
}

func checkMediumExcludes(d *rules.Document, report rules.Report) {
	m := moved(d)
	excludes := func(medium string, at *rules.Path, name string) {
		other := map[string]string{paper: digital, digital: paper}[medium]
		if m.Medium == medium && d.First(at).Text() != "" {
			report(d.First(at), m.Medium, name, other+", "+mixed)
		}
	}
	excludes(paper, transactionTravel, "TravelCode")
	excludes(paper, transactionCommitment, "CancellationCommitment")
	excludes(digital, transactionVoucher, "VoucherID")
	excludes(digital, transactionCounterfoil, "CounterfoilID")
}

// later are the movements that need an earlier one.
var later = []string{"re-exportation", "transit-destination", "home-use", "warehousing", "destruction", extension}

func checkEarlier(d *rules.Document, report rules.Report) {
	m := moved(d)
	if goesAhead(m.State) && slices.Contains(later, m.Movement) && m.Discharges == "" {
		report(d.First(transactionAt), m.Movement)
	}
}

func checkItemsNamed(d *rules.Document, report rules.Report) {
	m, items := moved(d), d.All(transactionItem)
	if goesAhead(m.State) && (m.Movement == extension) != (len(items) == 0) {
		report(d.First(transactionAt), m.Movement, strconv.Itoa(len(items)))
	}
}

func checkItemRange(d *rules.Document, report rules.Report) {
	for _, line := range d.Facts.Lines() {
		if line.Through == "" {
			continue
		}
		first, _ := values.NumberOf(line.Number)
		last, _ := values.NumberOf(line.Through)
		if first.Cmp(last) > 0 || line.Quantity.At.Exists() {
			report(line.At, line.Number, line.Through)
		}
	}
}

func checkItemTwice(d *rules.Document, report rules.Report) {
	seen := make(map[int]bool)
	for _, line := range d.Facts.Lines() {
		first, last, ok := numbers(line)
		for n := first; ok && n <= last; n++ {
			if seen[n] {
				report(line.At, strconv.Itoa(n))
				break
			}
			seen[n] = true
		}
	}
}

// mostNumber is the highest number of an item that the schema allows.
const mostNumber = 9999

// numbers returns the first and the last number of a line, and false if it has none.
func numbers(line facts.Line) (first, last int, ok bool) {
	first, err := strconv.Atoi(line.Number)
	if err != nil || first < 1 || first > mostNumber {
		return 0, 0, false
	}
	if line.Through == "" {
		return first, first, true
	}
	last, err = strconv.Atoi(line.Through)
	return first, last, err == nil && last <= mostNumber
}

func checkFinalStated(d *rules.Document, report rules.Report) {
	m := moved(d)
	if m.State == committed && (m.Movement == "importation" || m.Movement == extension) && m.FinalDay.IsZero() {
		report(d.First(transactionAt), m.Movement)
	}
}

func checkReason(d *rules.Document, report rules.Report) {
	m, stated := moved(d), 0
	for _, at := range []strict.Node{d.First(transactionReason), d.First(reasonDocument)} {
		if at.Text() != "" {
			stated++
		}
	}
	want := 0
	if m.State == rejected || m.State == cancelled {
		want = 1
	}
	if m.State != "" && stated != want {
		report(d.First(transactionAt), m.State, strconv.Itoa(stated))
	}
}

// checkCancellation asks for no code of a transaction on paper alone: nobody gave one.
func checkCancellation(d *rules.Document, report rules.Report) {
	switch m := moved(d); {
	case m.Medium == paper || m.Medium == "":
	case m.State == prepared && m.Commitment == "":
		report(d.First(transactionAt), m.State, "CancellationCommitment")
	case m.State == cancelled && m.Proof == "":
		report(d.First(transactionAt), m.State, "CancellationProof")
	}
}

func checkTerritory(d *rules.Document, report rules.Report) {
	m, issued := moved(d), d.First(issuingCountry).Text()
	if m.Movement == "" || m.Country == "" || issued == "" {
		return
	}
	atHome := m.Movement == "exportation" || m.Movement == "re-importation"
	if atHome != (m.Country == issued) {
		report(d.First(transactionCountry), m.Movement, m.Country, issued)
	}
}

func checkTransactionOffice(d *rules.Document, report rules.Report) {
	at, country := d.First(transactionOffice), d.First(transactionCountry).Text()
	if office := at.Text(); len(office) > 2 && country != "" && office[:2] != country {
		report(at, office, country)
	}
}

func checkEndorsement(d *rules.Document, report rules.Report) {
	m := moved(d)
	if m.State == committed && m.Country == "CN" && !d.First(transactionEndorsement).Exists() {
		report(d.First(transactionAt))
	}
}
