// Package folder is the carrier for receivers that take their deliveries from a folder
// of their own: on a disk, or on an SFTP server.
//
// What it promises:
//
//   - A delivery is three files named after the exchange id: the document as the sender
//     wrote it, the sealed envelope, and what else is known of it. The document comes
//     last, so that a delivery is whole when its document is there. Each file appears
//     whole.
//   - A repeat writes the same files with the same bytes, but for the number of the
//     attempt. The same exchange never has another name.
//   - It makes no folders. What is missing, full or may not be written is a failure of
//     the receiver: it is retried, and the timeline shows it.
package folder

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/courier"
	"beibu/exchange/files"
)

// DefaultSteps are the waits after failures: a folder is near, and whoever mends it
// wants to see that it works.
func DefaultSteps() []time.Duration {
	return []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute}
}

// The bounds of a batch. One that was started is finished if the receiver is suspended.
const (
	together  = 16
	batchTime = 10 * time.Second // after which no other delivery is started
)

// A Carrier is a [courier.Carrier] to the folder of one receiver.
type Carrier struct {
	Tree    files.Tree
	Open    func(envelope []byte) (document []byte, err error) // verifies the seal
	Timeout time.Duration                                      // of one delivery
}

// Receiver returns what a courier needs to write to the folder of a party.
func (c *Carrier) Receiver(party string, acknowledges bool) courier.Receiver {
	return courier.Receiver{
		Party: party, Carrier: c, Acknowledges: acknowledges, Together: together, Within: batchTime + c.Timeout + time.Second,
	}
}

// Carry is courier.Carrier's. Its error is a [courier.Error].
func (c *Carrier) Carry(ctx context.Context, parcels ...courier.Parcel) ([]courier.Outcome, error) {
	began := time.Now()
	outcomes := make([]courier.Outcome, 0, len(parcels))
	for _, p := range parcels {
		if len(outcomes) > 0 && time.Since(began) > batchTime {
			break
		}
		o, err := c.deliver(ctx, p)
		outcomes = append(outcomes, o)
		if err != nil {
			return outcomes, err
		}
	}
	return outcomes, nil
}

// classEnvelope is the class of an envelope that cannot be opened.
const classEnvelope = "envelope"

// deliver writes one delivery, and returns an error if the folder fails.
func (c *Carrier) deliver(ctx context.Context, p courier.Parcel) (courier.Outcome, error) {
	began := time.Now()
	attempt := func(class, words string) exchange.Cause {
		return exchange.Cause{Code: class, Reason: fmt.Sprintf("%s, after %d ms", words, time.Since(began).Milliseconds())}
	}
	document, err := c.Open(p.Envelope)
	if err != nil {
		return courier.Outcome{Failure: &courier.Error{Err: err}, Attempt: attempt(classEnvelope, "the envelope cannot be opened")}, nil
	}
	described, err := json.Marshal(MetadataOf(p))
	if err == nil {
		err = c.write(ctx, p.Exchange.ID.String(), document, p.Envelope, described)
	}
	if err != nil {
		class := files.Class(err)
		said := &courier.Said{Request: "write " + files.In + "/" + p.Exchange.ID.String() + files.DocumentSuffix, Err: err}
		return courier.Outcome{Attempt: attempt(class, words(class)), Said: said}, &courier.Error{Err: err, Refused: files.Refused(err)}
	}
	return courier.Outcome{State: exchange.ContentHandover, Attempt: attempt(files.ClassWritten, "written")}, nil
}

// write writes the files of a delivery, the document last.
func (c *Carrier) write(ctx context.Context, id string, document, envelope, described []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	for _, file := range []struct {
		suffix  string
		content []byte
	}{
		{files.MetadataSuffix, described},
		{files.EnvelopeSuffix, envelope},
		{files.DocumentSuffix, document},
	} {
		if err := c.Tree.Write(ctx, files.In+"/"+id+file.suffix, file.content); err != nil {
			return &files.FolderError{Folder: files.In, Err: err}
		}
	}
	return nil
}

// words says what a class of failure means.
func words(class string) string {
	return map[string]string{
		files.ClassMissing: "the folder is missing", files.ClassDenied: "the folder may not be written", files.ClassFull: "there is no room",
		files.ClassConnect: "no connection", files.ClassHostKey: "the server has another host key", files.ClassLogin: "the server refuses the login",
		files.ClassTimeout: "not written in time", files.ClassIrregular: "something else is in its place", files.ClassOther: "writing failed",
	}[class]
}

// Metadata is what is beside a document and its envelope.
type Metadata struct {
	ExchangeID      string      `json:"exchangeId"`
	Attempt         int         `json:"attempt"`
	Sender          string      `json:"sender"`
	Kind            string      `json:"kind"`
	DocumentNumber  string      `json:"documentNumber"`
	DocumentVersion string      `json:"documentVersion,omitempty"`
	DigestSHA256    string      `json:"digestSHA256"` // of the document
	Size            int         `json:"size"`         // of the document
	AcceptedAt      answer.Time `json:"acceptedAt"`
	Express         bool        `json:"express"`
	AnswerTo        []string    `json:"answerTo,omitempty"` // ids of the exchanges that the document answers
	Traceparent     string      `json:"traceparent"`        // W3C Trace Context
}

// MetadataOf returns what is written of a delivery.
func MetadataOf(p courier.Parcel) Metadata {
	x := p.Exchange
	return Metadata{
		ExchangeID: x.ID.String(), Attempt: x.Deliveries[0].Attempt, Sender: x.Identity.Sender, Kind: x.Identity.Kind,
		DocumentNumber: x.Identity.Number, DocumentVersion: x.Identity.Version, DigestSHA256: hex.EncodeToString(x.Digest[:]),
		Size: x.Size, AcceptedAt: answer.TimeOf(x.AcceptedAt), Express: x.Express, AnswerTo: x.AnswerTo(), Traceparent: p.Traceparent().String(),
	}
}
