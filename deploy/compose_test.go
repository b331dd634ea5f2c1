package deploy_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// The containers are what deploy/dev/up starts: the same Kafka, on loopback.
func TestCompose(t *testing.T) {
	text, err := os.ReadFile("compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			Image string   `yaml:"image"`
			Ports []string `yaml:"ports"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal(text, &compose); err != nil {
		t.Fatal(err)
	}
	up, err := os.ReadFile("dev/up")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^kafka_version=(.+)$`).FindSubmatch(up)
	if want := "apache/kafka:" + string(version[1]); compose.Services["kafka"].Image != want {
		t.Errorf("the image is %s, and up starts %s", compose.Services["kafka"].Image, want)
	}
	for name, port := range map[string]string{"kafka": "9092", "redis": "6379"} {
		ports := strings.Join(compose.Services[name].Ports, " ")
		if want := "127.0.0.1:" + port + ":" + port; ports != want {
			t.Errorf("%s listens on %q, want %q", name, ports, want)
		}
	}
}
