// Package exchange is the domain of Beibu: it takes one document from the party that
// sends it to the parties that must have it. This page is the architecture, and the
// place to start reading.
//
// # The path of a document
//
//	HTTP, Kafka topic ─▶ admission ─▶ Intake.Accept ─▶ log (owns the number?) ─▶ receipt
//	                                                    │
//	                              Dispatch.Run ◀────────┘
//	                                   │
//	                                   ▼
//	                                 record ─▶ journal (the index) ─▶ lists, timelines
//	                                   ▲                │
//	                                   └─── courier ◀───┘
//	                                           │
//	                                           ▼
//	                                  mailbox, Kafka topic
//
// Package admission checks what the caller may do. [Intake.Accept] checks the document
// (gate and schema, business rules, signature), finds its receivers, seals it, and
// appends it to the log. The log decides which document owns the number. [Dispatch.Run]
// reads each owner from the log and publishes it to the record, with a delivery for
// each receiver. A courier carries each delivery and records the result. The journal is
// an index that is folded from the record, so it can be rebuilt at any time. [Hold]
// decides held exchanges, package operator/replay starts failed deliveries again, and
// [Suspensions] stops a party on every node.
//
// # The states of a delivery
//
// The names are those of ETSI EN 319 522-3:
//
//	SubmissionAcceptance ─▶ ContentConsignment ─▶ ContentHandover ─▶ ConsignmentAcceptance
//	        │ held                 ▲   │                │
//	        ▼                      │   └──────┬─────────┤
//	  SubmissionHeld ──released────┤          ▼         ▼
//	        │              replay  ├── ContentHandoverFailure (expired)
//	        ▼                      └── ConsignmentRejection   (refused)
//	SubmissionRejection
//
// # What always holds
//
// Each line names the tests that prove it:
//
//   - An accepted document is on disk before its sender receives the answer:
//     TestDurableBeforeTheAnswer, TestCrashesAtEveryPoint.
//   - One identity (sender, kind, number, version) has one content: TestRivals,
//     TestResendAndConflict.
//   - The same document sent again gets the same exchange id and the same receipt, byte
//     for byte: TestResendReturnsTheSameExchange, TestResendWhateverHasChanged.
//   - Every accepted document reaches each of its receivers at least once, is given up
//     with a cause, or waits for a person: TestCrashes, TestExpiry, TestHold.
//   - A document that is refused is in the record before its sender receives the answer,
//     or is counted there; a flood takes a fixed number of records:
//     TestEveryRefusal, TestFloodOfRefusals.
//   - The bytes received are never altered, so a receiver that sees an exchange id twice
//     sees the same bytes twice: TestAccept, TestDocumentAndEnvelope.
//   - A delivery that was acknowledged is never sent again:
//     TestReplayNeverRepeatsWhatWasAcknowledged.
//   - A replay run survives the death of any process: no item is started twice, and none
//     is forgotten: TestDeathAtEveryAppend, TestTwoLeaders.
//   - The spans of a document are one trace over all daemons, and change neither the
//     receipt nor the envelope: TestOneTraceOverTwoDaemons, TestTraceOfAResend.
//   - An exchange that is readdressed keeps its id, document, number and first envelope; of
//     two events that readdress it to a receiver, the first in the record counts:
//     TestReaddress, TestDeathWhileReaddressing, TestTwoLeadersReaddress.
//   - A run as routed now sends only what its plan names, and only if the routes still lead
//     there: TestRoutesChangedSinceThePlan.
//   - Nobody approves a run of their own: TestApprovalOfOnesOwn.
//   - The first verdict on a held exchange in the record counts: TestTwoVerdicts.
//   - What needs a joint approval goes to nobody before its turn; one refusal ends it, and
//     what was decided on one content never counts for another: TestApproval, TestRefusal,
//     TestChangedContent.
//   - The record alone decides the state of a delivery, and no clock does:
//     TestClocksDecideNothing, TestFoldIsTheModel.
//   - The package imports none of its adapters, and no HTTP: TestDomainKnowsNoAdapters,
//     TestDependencies.
//
// # Glossary
//
// One word has one meaning, in code, logs, metrics, the API and the documentation:
//
//   - document: what a party sends, byte for byte
//   - exchange: one document's journey, with an id that anyone can compute
//   - party: an organisation that sends or receives
//   - kind: what a document is, such as ata-carnet
//   - fault: one breach found in a document
//   - refusal: a document that was not accepted, and the reason
//   - envelope: the sealed form in which a document travels
//   - seal: Beibu's signature on an envelope
//   - receipt: the signed answer to a sender: accepted, when, which bytes
//   - log: the ordered store that decides who owns a document number
//   - owner: the first document with a number in the log
//   - epoch: a part of a log; a new one is started when a log was restored from a copy
//     and may lack documents
//   - record: the one ordered history of everything that happened
//   - event: one step in the record
//   - sequence: the position of an event in the record
//   - offset: the position of a message in a Kafka partition
//   - lag: how far a consumer is behind the end of what it reads
//   - leader: the one node that does a job for all, such as carrying to a topic
//   - snapshot: a saved state from which a restart continues
//   - projection: a table that is folded from the record
//   - index: the projection that lists and searches read
//   - delivery: one exchange to one receiver
//   - attempt: one try of a delivery; a replay starts the next
//   - lease: the time in which a delivery is reserved for one caller
//   - courier: the loop that carries deliveries to receivers
//   - carrier: one way to carry deliveries, such as a Kafka topic
//   - mailbox: the place from which a receiver fetches its deliveries
//   - hold: an exchange waits for an operator's decision
//   - verdict: the decision on a held exchange
//   - replay: failed deliveries are started again under the same ids
//   - round: the joint approval of one exchange, on which several parties decide, step by
//     step, before it goes to its receivers
//   - readdress: an exchange is sent to one more receiver, by the routes in force, in an
//     envelope of its own
//   - run: one execution of a replay plan, in steps
//   - trace: the spans of one document's journey, for a tracing system
//   - claim: a short reservation of a number in Redis, which saves work
package exchange
