package exchange

// An Outlet says that a party takes its deliveries from a topic of its own in
// Kafka, and not from its mailbox. The zero value says that it does not.
type Outlet struct {
	Topic       string
	Acknowledge Acknowledger // "" is ByBroker
}

// An Acknowledger says whose word it is that a delivery has arrived.
type Acknowledger string

// The acknowledgers.
const (
	ByBroker   Acknowledger = "broker"   // all replicas of the topic have it
	ByReceiver Acknowledger = "receiver" // the receiver says so itself, as it would for its mailbox
)

// ByReceiver reports whether the receiver acknowledges by itself.
func (o Outlet) ByReceiver() bool { return o.Acknowledge == ByReceiver }

// An Inlet says that a party sends documents by a topic in Kafka and is
// answered on another. Whoever may write to the topic speaks for the party.
// The zero value says that it does not.
type Inlet struct {
	Topic   string
	Replies string
}
