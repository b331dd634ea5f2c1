package exchange

import "slices"

// A State says how far an exchange or a delivery has come, in the words of
// ETSI EN 319 522-3 table 2. An event has the name of the state it leads to.
type State string

// The states.
const (
	SubmissionAcceptance   State = "SubmissionAcceptance"   // accepted: kept, sealed, not yet handed to receivers
	SubmissionHeld         State = "SubmissionHeld"         // accepted, and waiting for a person to release it (ours; EN 319 522 has none)
	SubmissionRejection    State = "SubmissionRejection"    // refused: by a check at the door, or by the person who looked at a held one
	ContentConsignment     State = "ContentConsignment"     // ready for the receiver
	ContentHandover        State = "ContentHandover"        // fetched by the receiver, or pushed to it
	ConsignmentAcceptance  State = "ConsignmentAcceptance"  // acknowledged by the receiver: final
	ConsignmentRejection   State = "ConsignmentRejection"   // refused by the receiver, with a cause
	ContentHandoverFailure State = "ContentHandoverFailure" // given up: expired unacknowledged
)

// HandoverAttempt is the name of an event that changes no state: an attempt to hand a
// delivery over was answered or failed, and its cause says how.
const HandoverAttempt State = "HandoverAttempt"

// transitions is the one table of what may follow what in a delivery.
var transitions = map[State][]State{
	"":                     {ContentConsignment},
	ContentConsignment:     {ContentHandover, ConsignmentAcceptance, ConsignmentRejection, ContentHandoverFailure},
	ContentHandover:        {ContentHandover, ConsignmentAcceptance, ConsignmentRejection, ContentHandoverFailure},
	ConsignmentRejection:   {ConsignmentAcceptance, ContentConsignment},
	ContentHandoverFailure: {ConsignmentAcceptance, ContentConsignment},
	ConsignmentAcceptance:  {},
}

// Open reports whether the receiver still has something to do.
func (s State) Open() bool { return s == ContentConsignment || s == ContentHandover }

// Failed reports whether a delivery came to a bad end that a replay can mend.
func (s State) Failed() bool { return s == ConsignmentRejection || s == ContentHandoverFailure }

// States returns every state, in the order of a journey.
func States() []State {
	return []State{
		SubmissionAcceptance, SubmissionHeld, SubmissionRejection, ContentConsignment,
		ContentHandover, ConsignmentAcceptance, ConsignmentRejection, ContentHandoverFailure,
	}
}

// may reports whether next may follow s in a delivery.
func (s State) may(next State) bool {
	return slices.Contains(transitions[s], next)
}
