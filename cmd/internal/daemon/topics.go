package daemon

import (
	"context"

	"beibu/exchange"
	"beibu/exchange/topics"
	"beibu/queue/kafka"
)

// openTopics connects to the topics of the parties, where there is Kafka. The
// connections are their own, so that a slow topic takes none from the log.
func (d *Daemon) openTopics() error {
	if len(d.config.Kafka.Brokers) == 0 {
		return nil
	}
	connection, err := kafka.Connect(d.kafkaOptions())
	if err != nil {
		return err
	}
	broker := topics.NewBroker(topics.Connection{
		Brokers: connection.Brokers, Transport: connection.Transport, Join: connection.Join,
	}, sealedSize(int(d.config.Limits.Document)))
	d.life.onStop("topics", func(context.Context) error { return broker.Close() })
	counted, err := d.metrics.CountTopics()
	if err != nil {
		return err
	}
	d.courier = &topics.Courier{
		Broker: broker, Journal: d.index, Bodies: d.store, Recorder: d.recorder, Changed: d.index.Changed, Tally: counted, Log: d.log,
	}
	d.inbox = &topics.Inbox{Broker: broker, Admission: counted.Admission(d.admission), Group: d.config.Kafka.TopicPrefix + "inbound.", Log: d.log}
	return nil
}

// serveTopics begins to carry to and to receive from the topics in force.
func (d *Daemon) serveTopics() {
	d.life.onStop("topics of parties", d.jobs.stop)
	d.jobs.assign(d.topicJobs(d.current.Load().Parties))
}

// topicJobs are what the topics of parties ask for. One daemon of those that
// share the log carries to a topic; all of them share an inbound topic. What
// is addressed to a suspended party waits, and what it sends is answered.
func (d *Daemon) topicJobs(parties *exchange.Parties) []job {
	if d.courier == nil {
		return nil
	}
	var jobs []job
	for _, p := range parties.All() {
		if p.Deliver.Topic != "" && !p.Suspended {
			name := "deliver." + p.ID
			jobs = append(jobs, job{name, p.Deliver, d.asLeader(name, func(ctx context.Context) error {
				return d.courier.Carry(ctx, p.ID, p.Deliver)
			})})
		}
		if p.Inbound.Topic != "" {
			jobs = append(jobs, job{"inbound." + p.ID, p.Inbound, func(ctx context.Context) error {
				return d.inbox.Receive(ctx, p.ID, p.Inbound)
			}})
		}
	}
	return jobs
}
