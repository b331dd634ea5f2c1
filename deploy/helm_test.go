package deploy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"beibu/signing/signingtest"
)

// A resource is what the chart gives to Kubernetes.
type resource struct {
	Kind string            `yaml:"kind"`
	Data map[string]string `yaml:"data"`
	Spec struct {
		Replicas int `yaml:"replicas"`
		Template struct {
			Spec podSpec `yaml:"spec"`
		} `yaml:"template"`
	} `yaml:"spec"`
}

type podSpec struct {
	AutomountServiceAccountToken *bool `yaml:"automountServiceAccountToken"`
	SecurityContext              struct {
		RunAsNonRoot   bool              `yaml:"runAsNonRoot"`
		RunAsUser      int               `yaml:"runAsUser"`
		SeccompProfile map[string]string `yaml:"seccompProfile"`
	} `yaml:"securityContext"`
	Containers []container `yaml:"containers"`
}

type container struct {
	Image           string `yaml:"image"`
	SecurityContext struct {
		AllowPrivilegeEscalation *bool               `yaml:"allowPrivilegeEscalation"`
		ReadOnlyRootFilesystem   bool                `yaml:"readOnlyRootFilesystem"`
		Capabilities             map[string][]string `yaml:"capabilities"`
	} `yaml:"securityContext"`
}

// helm runs Helm on the chart, and returns what it printed.
func helm(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), signingtest.Tool(t, "helm"), args...).CombinedOutput()
	return string(out), err
}

// manifests returns what the chart renders with values.
func manifests(t *testing.T, values string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(file, []byte(values), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := helm(t, "template", "gulf", "helm/beibu", "--kube-version", "1.33.0", "--values", file)
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return out, nil
}

// rendered returns the resources of the chart with values, by their kinds.
func rendered(t *testing.T, values string) (map[string]resource, error) {
	t.Helper()
	out, err := manifests(t, values)
	if err != nil {
		return nil, err
	}
	all := make(map[string]resource)
	for text := range strings.SplitSeq(out, "\n---\n") {
		var r resource
		if err := yaml.Unmarshal([]byte(text), &r); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		all[r.Kind] = r
	}
	return all, nil
}

func TestChartIsLinted(t *testing.T) {
	if out, err := helm(t, "lint", "--strict", "helm/beibu"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

const twoNodes = `
replicas: 2
keys: {secret: beibu-keys}
parties: |
  parties: []
  routes: []
config:
  tls: {certificate: /run/beibu/tls.crt, key: /run/beibu/tls.key}
  kafka: {brokers: ["kafka-0:9092"], replication: 3}
  access:
    - {name: duty operator, operator: true, keyFile: /run/beibu/operator.key}
`

// Every container runs without rights and with nothing to write but its volumes, and two
// daemons are never taken away at once.
func TestChart(t *testing.T) {
	for name, c := range map[string]struct {
		values  string
		kinds   int
		budget  bool
		pods    int
		parties bool
	}{"one node": {"{}", 4, false, 1, false}, "two nodes": {twoNodes, 5, true, 2, true}} {
		t.Run(name, func(t *testing.T) {
			all, err := rendered(t, c.values)
			if err != nil {
				t.Fatal(err)
			}
			pod := all["StatefulSet"].Spec.Template.Spec
			if _, budget := all["PodDisruptionBudget"]; len(all) != c.kinds || budget != c.budget || all["StatefulSet"].Spec.Replicas != c.pods {
				t.Errorf("%d kinds, %d pods", len(all), all["StatefulSet"].Spec.Replicas)
			}
			s := pod.SecurityContext
			if !s.RunAsNonRoot || s.RunAsUser != 65532 || s.SeccompProfile["type"] != "RuntimeDefault" || pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken {
				t.Errorf("the pod: %+v", pod)
			}
			for _, one := range pod.Containers {
				s := one.SecurityContext
				if s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || !s.ReadOnlyRootFilesystem || fmt.Sprint(s.Capabilities["drop"]) != "[ALL]" || !strings.Contains(one.Image, ":") {
					t.Errorf("%s: %+v", one.Image, s)
				}
			}
			checkConfiguration(t, all["ConfigMap"].Data, c.parties)
		})
	}
}

const allValues = twoNodes + `
nodeSelector: {disk: fast}
tolerations: [{key: customs, operator: Exists, effect: NoSchedule}]
persistence: {size: 5Gi, storageClass: fast}
podAnnotations: {team: customs}
metricsFrom: [{namespaceSelector: {matchLabels: {name: monitoring}}}]
`

// Kubernetes knows every field of what the chart renders, and lets its pods into a namespace
// of the strictest Pod Security Standard.
func TestChartIsKubernetes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds types of Kubernetes")
	}
	usual := func(s string) string { return s }
	for name, c := range map[string]struct {
		values string
		change func(string) string
		want   string
	}{
		"one node":        {"{}", usual, "5 resources are fine"},
		"all values":      {allValues, usual, "6 resources are fine"},
		"unknown field":   {"{}", strings.NewReplacer("  replicas:", "  replica:").Replace, `unknown field "spec.replica"`},
		"another type":    {"{}", strings.NewReplacer("containerPort: 8443", "containerPort: https").Replace, "containerPort"},
		"field twice":     {"{}", strings.NewReplacer("enableServiceLinks:", "automountServiceAccountToken:").Replace, "already set"},
		"unknown version": {"{}", strings.NewReplacer("apps/v1", "apps/v1beta9").Replace, `no kind "StatefulSet"`},
		"too many rights": {"{}", strings.NewReplacer("runAsNonRoot: true", "runAsNonRoot: false").Replace, "runAsNonRoot"},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := manifests(t, c.values)
			if err != nil {
				t.Fatal(err)
			}
			check := exec.CommandContext(t.Context(), "go", "run", ".")
			check.Dir, check.Stdin = "manifests", strings.NewReader(c.change(text))
			out, err := check.CombinedOutput()
			if fine := strings.Contains(c.want, "fine"); (err == nil) != fine || !strings.Contains(string(out), c.want) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// checkConfiguration has the daemon check what the chart configures it with.
func checkConfiguration(t *testing.T, files map[string]string, parties bool) {
	t.Helper()
	dir := t.TempDir()
	certificate, key := selfSigned(t)
	for name, content := range map[string][]byte{
		"tls.crt": certificate, "tls.key": key, "operator.key": []byte(strings.Repeat("k", 44)), "parties.yaml": []byte(files["parties.yaml"]),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"seal.pem", "receipt.pem"} {
		if err := os.WriteFile(filepath.Join(dir, name), key, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.NewReplacer("/run/beibu-keys", dir, "/run/beibu/", dir+"/", "/etc/beibu/", dir+"/").Replace(files["beibud.yaml"])
	file := filepath.Join(dir, "beibud.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "run", "../cmd/beibud", "config", "check", file).CombinedOutput()
	if said := string(out); err != nil || !strings.Contains(said, "data in /var/lib/beibu/data") || strings.Contains(said, "(built in)") == parties {
		t.Errorf("%v: %s in\n%s", err, said, text)
	}
}

// selfSigned returns a certificate and its key, in PEM.
func selfSigned(t *testing.T) (certificate, private []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"beibu"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
}

// What cannot work is refused before anything is installed.
func TestChartRefuses(t *testing.T) {
	for values, want := range map[string]string{
		"replicas: 2": "config.kafka.brokers must be set",
		"{replicas: 2, config: {kafka: {brokers: [k:9092]}}}": "keys.secret must be set",
		"config: {listen: 127.0.0.1:1}":                       "at '/config'",
		"replica: 2":                                          "replica",
		"config: {keysFrom: /elsewhere}":                      "at '/config'",
	} {
		if _, err := rendered(t, values); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", values, err)
		}
	}
}
