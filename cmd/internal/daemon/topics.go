package daemon

import (
	"context"

	"beibu/exchange"
	"beibu/exchange/cloudevents"
	"beibu/exchange/courier"
	topic "beibu/exchange/courier/kafka"
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
	d.topics = cloudevents.NewWriter(connection.Brokers, connection.Transport, sealedSize(int(d.config.Limits.Document)))
	broker := topics.NewBroker(topics.Connection{
		Brokers: connection.Brokers, Transport: connection.Transport, Join: connection.Join,
	}, d.topics)
	d.life.onStop("topics", func(context.Context) error {
		err := d.topics.Close()
		connection.Transport.CloseIdleConnections()
		return err
	})
	counted, err := d.metrics.CountTopics()
	if err != nil {
		return err
	}
	d.courier = &courier.Courier{
		Journal: d.index, Bodies: d.store, Recorder: d.recorder, Changed: d.index.Changed,
		Schedule: courier.DefaultSchedule, GiveUp: d.config.Delivery.ExpireAfter, Meter: counted, Log: d.log,
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
				return d.courier.Run(ctx, courier.Receiver{
					Party: p.ID, Carrier: topic.NewTopic(d.topics, p.Deliver.Topic), Acknowledges: p.Deliver.ByReceiver(),
				})
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
