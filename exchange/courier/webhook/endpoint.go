package webhook

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
)

// testMessage is the body of a test, in the form that Standard Webhooks 1.0.0
// recommends. It has no document.
type testMessage struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		Party string `json:"party"`
	} `json:"data"`
}

// typeTest is the type of a test message.
const typeTest = "beibu.test"

// Test pushes one signed test message to the address of a party, and no document.
func (c *Carrier) Test(ctx context.Context, party string) (exchange.EndpointTest, error) {
	message := testMessage{Type: typeTest, Timestamp: time.Now().UTC()}
	message.Data.Party = party
	body, err := json.Marshal(message)
	if err != nil {
		return exchange.EndpointTest{}, fmt.Errorf("write test message: %w", err)
	}
	id := "test-" + uuid.NewString()
	r := c.post(ctx, id, http.Header{"Content-Type": {"application/json"}}, body)
	out := exchange.EndpointTest{Message: id, OK: r.status/100 == 2, Outcome: r.class(), Took: r.took}
	if r.tls != nil {
		out.TLS = tls.VersionName(r.tls.Version)
		out.Certificate = r.tls.PeerCertificates[0].NotAfter.UTC()
	}
	for _, k := range c.options.Keys {
		if public := k.Public(); public != "" {
			out.Keys = append(out.Keys, public)
		}
	}
	return out, nil
}
