package journal

import (
	"fmt"
	"slices"
	"strings"

	"beibu/exchange"
)

// application marks the file as ours in its header ("BeiJ").
const application = 0x4265694a

// states gives each state, and each other step of a timeline, its number in the file.
var states = append(exchange.States(), exchange.HandoverAttempt)

// number returns the number of a state in the file.
func number(s exchange.State) int64 { return int64(slices.Index(states, s)) }

// stateOf returns the state with a number.
func stateOf(n int64) exchange.State {
	if n < 0 || n >= int64(len(states)) {
		return ""
	}
	return states[n]
}

// unsettled is the SQL for rows that an index of unfinished business leaves out.
// A query must have it word for word for SQLite to use such an index.
func unsettled() string { return fmt.Sprintf("state <> %d", number(exchange.ConsignmentAcceptance)) }

// handed is the SQL for rows that are handed over and not acknowledged, with the
// same condition on its use.
func handed() string { return fmt.Sprintf("state = %d", number(exchange.ContentHandover)) }

// again is the SQL for rows of table delivery, under the name d, that are handed over
// for the second time or more: few, if receivers are well.
func again() string { return "d." + handed() + " AND d.handovers > 1" }

// tables is the whole schema. Exchanges are kept by the sequence of their
// entries, which is the one order over all of them: the other tables name it
// as entry. A position in the log is no order, since its partitions grow at
// different speeds. Table hour bounds, for each hour, the sequences of what
// was accepted, refused or consigned in it.
func tables() []string {
	return slices.Concat(exchangeTables(), termTables(), deliveryTables(), refusalTables(), eventTables(), activityTables(), alertTables(), viewTables())
}

// exchangeTables are those of exchanges.
//
// Table exchange has what the entry says, and its rows never change. Table journey has
// what has become of the exchange: all its deliveries, the newest answers to it (see
// answers.go) and the newest steps of its timeline, packed (see packed.go); rules is the term
// of its faults, and versions says that another exchange has its sender, kind and number. Table
// timeline has the steps before those, if there
// are many. Table answer has the exchanges that answer another one; what they say is in
// their heads.
func exchangeTables() []string {
	return []string{
		`CREATE TABLE exchange (
			sequence INTEGER PRIMARY KEY,
			position INTEGER NOT NULL,
			id       BLOB NOT NULL,
			sender   INTEGER NOT NULL,
			kind     INTEGER NOT NULL,
			number   TEXT NOT NULL,
			digest   BLOB NOT NULL,
			body     INTEGER NOT NULL,
			head     BLOB NOT NULL) STRICT`,
		`CREATE UNIQUE INDEX exchange_id ON exchange (id)`,
		`CREATE INDEX exchange_number ON exchange (number)`,
		`CREATE TABLE journey (
			entry      INTEGER PRIMARY KEY,
			sender     INTEGER NOT NULL,
			rules      INTEGER NOT NULL,
			at         INTEGER NOT NULL,
			express    INTEGER NOT NULL,
			state      INTEGER NOT NULL,
			versions   INTEGER NOT NULL,
			deliveries BLOB NOT NULL,
			answers    BLOB NOT NULL,
			steps      BLOB NOT NULL) STRICT`,
		`CREATE INDEX journey_state ON journey (state) WHERE ` + unsettled(),
		`CREATE TABLE timeline (
			entry    INTEGER NOT NULL,
			sequence INTEGER NOT NULL,
			steps    BLOB NOT NULL,
			PRIMARY KEY (entry, sequence)) STRICT, WITHOUT ROWID`,
		`CREATE TABLE answer (
			answered INTEGER NOT NULL,
			entry    INTEGER NOT NULL,
			PRIMARY KEY (answered, entry)) STRICT, WITHOUT ROWID`,
		`CREATE TABLE hour (
			hour  INTEGER PRIMARY KEY,
			first INTEGER NOT NULL,
			last  INTEGER NOT NULL) STRICT`,
	}
}

// termTables are those of what exchanges are found by.
//
// Tables term and filed are the index of senders, kinds and receivers (see filed.go).
// exchange_id is for all that names an exchange, exchange_number and journey_state are
// for these two filters of lists. Table lookup is for what nearly every
// document has of its own, such as a container: of each key (see keyOf) the entries. A
// document has no row there for its own number if exchange_number finds it. Refusals are
// there too, under keys of their own.
func termTables() []string {
	return []string{
		`CREATE TABLE term (
			id   INTEGER PRIMARY KEY,
			role INTEGER NOT NULL,
			name TEXT NOT NULL,
			UNIQUE (role, name)) STRICT`,
		`CREATE TABLE filed (
			slot    INTEGER PRIMARY KEY,
			entries BLOB NOT NULL) STRICT`,
		`CREATE TABLE lookup (
			key   INTEGER NOT NULL,
			entry INTEGER NOT NULL,
			PRIMARY KEY (key, entry)) STRICT, WITHOUT ROWID`,
	}
}

// deliveryTables are those of deliveries, of which most are open.
//
// Table delivery has those deliveries that are not acknowledged, and is the index of
// itself: for mailboxes, replays and expiry. delivery_leased is for the ends of leases,
// delivery_again for what is failing, delivery_failed for the counts of what has failed,
// delivery_retried for those of what is carried again: failure is why it failed last, at
// tried, and since when it fails. All stay small however many exchanges are kept.
//
// A delivery is behind while another one of the same sender, kind and number to the same
// receiver is open and was accepted before it, by the record. Its time to be acknowledged
// counts from changed: it came to its state, or its turn came. Table turn has the open
// deliveries of all exchanges with versions, and is empty for those whose numbers are all
// different. turn_out is for those that are out, turn_leased for the ends of their leases.
//
// Table later has those that were consigned after the acceptance (see
// [exchange.Delivery.Later]), acknowledged or not, and the sequence of the event that did
// so last. The place of any other delivery is that of its entry.
func deliveryTables() []string {
	return []string{
		`CREATE TABLE delivery (
			state     INTEGER NOT NULL,
			receiver  TEXT NOT NULL,
			behind    INTEGER NOT NULL,
			express   INTEGER NOT NULL,
			entry     INTEGER NOT NULL,
			sender    INTEGER NOT NULL,
			rules     INTEGER NOT NULL,
			consigned INTEGER NOT NULL,
			changed   INTEGER NOT NULL,
			leased    INTEGER NOT NULL,
			handovers INTEGER NOT NULL,
			cause     TEXT NOT NULL,
			failure   TEXT NOT NULL,
			since     INTEGER NOT NULL,
			tried     INTEGER NOT NULL,
			next      INTEGER NOT NULL,
			PRIMARY KEY (state, receiver, behind, express, entry)) STRICT, WITHOUT ROWID`,
		`CREATE TABLE turn (
			receiver TEXT NOT NULL,
			number   TEXT NOT NULL,
			sender   INTEGER NOT NULL,
			kind     INTEGER NOT NULL,
			entry    INTEGER NOT NULL,
			state    INTEGER NOT NULL,
			express  INTEGER NOT NULL,
			leased   INTEGER NOT NULL,
			freed    INTEGER NOT NULL,
			PRIMARY KEY (receiver, number, sender, kind, entry)) STRICT, WITHOUT ROWID`,
		`CREATE INDEX turn_out ON turn (receiver, number, sender, kind, leased) WHERE ` + handed(),
		`CREATE INDEX turn_leased ON turn (receiver, leased) WHERE leased > 0`,
		`CREATE TABLE later (
			receiver TEXT NOT NULL,
			entry    INTEGER NOT NULL,
			sequence INTEGER NOT NULL,
			PRIMARY KEY (receiver, entry)) STRICT, WITHOUT ROWID`,
		`CREATE UNIQUE INDEX later_sequence ON later (receiver, sequence, entry)`,
		`CREATE INDEX delivery_leased ON delivery (receiver, behind, leased, handovers) WHERE ` + handed(),
		`CREATE INDEX delivery_again ON delivery (receiver, handovers, entry, leased) WHERE ` + strings.ReplaceAll(again(), "d.", ""),
		`CREATE INDEX delivery_failed ON delivery (cause, receiver, state, sender, rules, changed, express, entry) WHERE ` + failed(),
		`CREATE INDEX delivery_retried ON delivery (failure, receiver, sender, rules, since, tried, next, express, entry) WHERE ` + retried,
	}
}

// refusalTables are those of refusals.
//
// Table refusal holds refusals and counts of refusals, by the sequence of their events.
// They are filed under their own terms. refusal_open is for documents that were refused
// before a number was read, and are accepted later. refusal_kept adds up the bytes of a
// sender that are kept, by when they end.
func refusalTables() []string {
	return []string{
		`CREATE TABLE refusal (
			sequence INTEGER PRIMARY KEY,
			id       BLOB NOT NULL,
			sender   TEXT NOT NULL,
			kind     TEXT NOT NULL,
			number   TEXT NOT NULL,
			digest   BLOB NOT NULL,
			at       INTEGER NOT NULL,
			repeats  INTEGER NOT NULL,
			last     INTEGER NOT NULL,
			accepted INTEGER NOT NULL,
			name     TEXT NOT NULL,
			detail   BLOB NOT NULL,
			size     INTEGER NOT NULL,
			kept     INTEGER NOT NULL) STRICT`,
		`CREATE UNIQUE INDEX refusal_id ON refusal (id)`,
		`CREATE INDEX refusal_number ON refusal (number) WHERE number <> ''`,
		`CREATE INDEX refusal_digest ON refusal (digest) WHERE digest <> x''`,
		`CREATE INDEX refusal_open ON refusal (digest) WHERE ` + openRefusals,
		`CREATE INDEX refusal_kept ON refusal (sender, kept, size) WHERE kept > 0`,
	}
}

// eventTables are those of other subjects.
//
// Table event holds the events of all other subjects, but for the items of replay runs,
// which can be many: table run_item has those, run_count how many are in each state, and
// run the runs. run_item_open finds the items of a delivery that have no outcome.
func eventTables() []string {
	return []string{
		`CREATE TABLE event (
			sequence INTEGER PRIMARY KEY,
			kind     INTEGER NOT NULL,
			subject  TEXT NOT NULL,
			name     TEXT NOT NULL,
			at       INTEGER NOT NULL,
			cause    BLOB) STRICT`,
		`CREATE INDEX event_subject ON event (kind, subject)`,
		`CREATE TABLE run (
			sequence INTEGER PRIMARY KEY,
			id       TEXT NOT NULL,
			party    TEXT NOT NULL,
			active   INTEGER NOT NULL,
			body     BLOB NOT NULL) STRICT`,
		`CREATE UNIQUE INDEX run_id ON run (id)`,
		`CREATE INDEX run_active ON run (active)`,
		`CREATE TABLE run_item (
			run      INTEGER NOT NULL,
			number   INTEGER NOT NULL,
			entry    INTEGER NOT NULL,
			receiver TEXT NOT NULL,
			attempt  INTEGER NOT NULL,
			after    INTEGER NOT NULL,
			state    INTEGER NOT NULL,
			changed  INTEGER NOT NULL,
			before   TEXT NOT NULL,
			cause    TEXT NOT NULL,
			PRIMARY KEY (run, number)) STRICT, WITHOUT ROWID`,
		`CREATE INDEX run_item_state ON run_item (run, state, number)`,
		`CREATE INDEX run_item_open ON run_item (entry, receiver) WHERE ` + openItem(),
		`CREATE TABLE run_count (
			run   INTEGER NOT NULL,
			state INTEGER NOT NULL,
			items INTEGER NOT NULL,
			PRIMARY KEY (run, state)) STRICT, WITHOUT ROWID`,
	}
}

// activityTables are those of what parties do.
//
// Table activity has the last failure of each side of a party, and the circuit breaker of
// a receiver that has one. Table activity_hour has the hours in which a side did anything,
// and how much failed in each; of each side, those of activityHours before its newest are
// kept.
func activityTables() []string {
	return []string{
		`CREATE TABLE activity (
			party   TEXT NOT NULL,
			side    INTEGER NOT NULL,
			failed  INTEGER NOT NULL,
			cause   BLOB,
			next    INTEGER NOT NULL,
			opened  INTEGER NOT NULL,
			opening BLOB,
			PRIMARY KEY (party, side)) STRICT, WITHOUT ROWID`,
		`CREATE TABLE activity_hour (
			party  TEXT NOT NULL,
			side   INTEGER NOT NULL,
			hour   INTEGER NOT NULL,
			active INTEGER NOT NULL,
			failed INTEGER NOT NULL,
			PRIMARY KEY (party, side, hour)) STRICT, WITHOUT ROWID`,
	}
}

// alertTables are those of alerts.
//
// Table alert has all alerts by the sequence in which they fired, and that in which they
// were resolved, or 0. Table alert_taken has up to which sequence each address has taken
// all of these.
func alertTables() []string {
	return []string{
		`CREATE TABLE alert (
			fired    INTEGER PRIMARY KEY,
			resolved INTEGER NOT NULL,
			ended    INTEGER NOT NULL,
			id       TEXT NOT NULL,
			detail   BLOB NOT NULL,
			at       INTEGER NOT NULL) STRICT`,
		`CREATE UNIQUE INDEX alert_firing ON alert (id) WHERE resolved = 0`,
		`CREATE INDEX alert_resolved ON alert (resolved) WHERE resolved > 0`,
		`CREATE TABLE alert_taken (
			address TEXT PRIMARY KEY,
			upto    INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
	}
}

// viewTables are those of saved views: table view has each, by its id. view_owner finds
// those of a person, view_shared those that others see.
func viewTables() []string {
	return []string{
		`CREATE TABLE view (
			id     TEXT PRIMARY KEY,
			owner  TEXT NOT NULL,
			shared TEXT NOT NULL,
			body   BLOB NOT NULL) STRICT, WITHOUT ROWID`,
		`CREATE INDEX view_owner ON view (owner)`,
		`CREATE INDEX view_shared ON view (shared) WHERE shared <> ''`,
	}
}
