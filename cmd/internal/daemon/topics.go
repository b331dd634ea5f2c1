package daemon

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/exchange"
	"beibu/exchange/cloudevents"
	"beibu/exchange/courier"
	topic "beibu/exchange/courier/kafka"
	"beibu/exchange/courier/webhook"
	"beibu/exchange/operator/reading"
	"beibu/exchange/topics"
	"beibu/queue/kafka"
)

// openTopics connects to the topics of the parties, if there is Kafka. The
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
	d.life.onClose("topics", func(context.Context) error {
		err := d.topics.Close()
		connection.Transport.CloseIdleConnections()
		return err
	})
	return d.wireTopics(broker)
}

// wireTopics makes what carries to and receives from the topics of the parties.
func (d *Daemon) wireTopics(broker *topics.Broker) error {
	counted, err := d.metrics.CountTopics()
	if err != nil {
		return err
	}
	d.courier = d.newCourier(courier.DefaultSchedule, counted)
	d.inbox = &topics.Inbox{Broker: broker, Admission: counted.Admission(d.admission), Group: d.config.Kafka.TopicPrefix + "inbound.", Log: d.log}
	return nil
}

// newCourier returns a courier that carries what is in the record.
func (d *Daemon) newCourier(s courier.Schedule, m courier.Meter) *courier.Courier {
	return &courier.Courier{
		Journal: d.index, Bodies: d.store, Recorder: d.recorder, Changed: d.index.Changed,
		Schedule: s, GiveUp: d.config.Delivery.ExpireAfter, BreakAfter: d.config.Delivery.BreakAfter, Breakers: d.index, Personal: d.personal, Meter: m, Log: d.log,
	}
}

// personal is courier.Courier's. A document that cannot be opened counts as one of which
// it is not known.
func (d *Daemon) personal(p courier.Parcel) (values []string, known bool) {
	document, err := d.unseal(p.Envelope)
	if err == nil {
		values, known, err = reading.Values(d.current.Load().InForce, p.Exchange, document)
	}
	if err != nil {
		d.log.Warn("what is personal in a document cannot be read, the answer of its receiver is not recorded", zap.Stringer("exchange", p.Exchange.ID), zap.Error(err))
	}
	return values, known
}

// serveTopics begins to carry to and to receive from the topics in force, and
// stops and continues as parties are suspended and resumed.
func (d *Daemon) serveTopics() {
	d.life.onStop("topics of parties", d.jobs.stop)
	d.topicsServed.Store(true)
	d.work("topics of suspended parties", func(ctx context.Context) error {
		for {
			changed := d.shut.Changed() // before suspensions are read, so that no change is missed
			d.assignTopics()
			select {
			case <-changed:
			case <-ctx.Done():
				return nil
			}
		}
	})
}

// assignTopics begins and ends the work at the topics of parties, as the
// configuration in force and the suspensions say. Nothing begins before the public
// listener does.
func (d *Daemon) assignTopics() {
	d.assigning.Lock()
	defer d.assigning.Unlock()
	if d.topicsServed.Load() {
		d.jobs.assign(d.partyJobs())
	}
}

// The names of jobs, before the id of a party. Elections and consumer groups have
// them too.
const (
	deliverJob = "deliver."
	inboundJob = "inbound."
	folderJob  = "folder."
)

// partyJobs are the jobs for the topics, addresses and folders of parties. What is
// addressed to a suspended party waits, and so does what it has written to its topic or
// put into its folder.
func (d *Daemon) partyJobs() []job {
	now, watched := d.current.Load(), d.watched.Load()
	var jobs []job
	for _, p := range now.Parties.All() {
		if d.shut.Includes(now.InForce, p.ID) {
			continue
		}
		if d.courier != nil {
			jobs = append(jobs, d.topicJobs(p)...)
		}
		if push, ok := watched.pushes[p.ID]; ok {
			jobs = append(jobs, d.pushJob(p, push))
		}
		if at, ok := watched.folders[p.ID]; ok {
			jobs = append(jobs, d.folderJobs(p, at)...)
		}
	}
	return jobs
}

// topicJobs are the jobs for the topics of a party. One daemon of those that share the
// log carries to a topic; all of them share an inbound topic.
func (d *Daemon) topicJobs(p exchange.Party) []job {
	var jobs []job
	if p.Deliver.Topic != "" {
		name := deliverJob + p.ID
		jobs = append(jobs, job{name, p.Deliver, d.asLeader(name, func(ctx context.Context) error {
			return d.courier.Run(ctx, d.traces.Receiver(courier.Receiver{
				Party: p.ID, Carrier: topic.NewTopic(d.topics, p.Deliver.Topic), Acknowledges: p.Deliver.ByReceiver(),
			}))
		})})
	}
	if p.Inbound.Topic != "" {
		jobs = append(jobs, job{inboundJob + p.ID, p.Inbound, func(ctx context.Context) error {
			return d.inbox.Receive(ctx, p.ID, p.Inbound)
		}})
	}
	return jobs
}

// endpoints test the addresses and folders that the configuration in force has.
type endpoints struct{ *Daemon }

// Test is operator.Endpoints'.
func (d endpoints) Test(ctx context.Context, party string) (exchange.EndpointTest, error) {
	if at, ok := d.watched.Load().folders[party]; ok {
		return testFolders(ctx, at), nil
	}
	push, ok := d.watched.Load().pushes[party]
	if !ok {
		return exchange.EndpointTest{}, fmt.Errorf("the configuration in force has no address and no folder of %s any more", party)
	}
	carrier := webhook.New(push.Options)
	defer carrier.Close()
	return carrier.Test(ctx, party)
}

// pushJob is the job that pushes to the address of a party. One daemon of those that
// share the log does it. Another key or setting is another job, which begins once the one
// before it has ended.
func (d *Daemon) pushJob(p exchange.Party, push config.LoadedPush) job {
	name := deliverJob + p.ID
	return job{name, push.Fingerprint, d.asLeader(name, func(ctx context.Context) error {
		carrier := webhook.New(push.Options)
		defer carrier.Close()
		return d.newCourier(courier.Schedule{Steps: push.Steps}, d.pushed).Run(ctx, d.traces.Receiver(carrier.Receiver(p.ID, p.Push.ByReceiver())))
	})}
}
