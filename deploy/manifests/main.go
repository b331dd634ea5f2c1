// Command manifests checks what a chart renders as a Kubernetes API server reads it:
// every field is known and of its type, no field is there twice, and every pod is let
// into a namespace of the strictest Pod Security Standard. It is a module of its own, so
// that Kubernetes is not among the daemon's dependencies.
//
//	helm template gulf deploy/helm/beibu | go run -C deploy/manifests .
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	yamlstream "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

func main() {
	n, err := check(os.Stdin)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(n, "resources are fine")
}

// check reads resources in YAML and returns how many there are, or everything that is
// wrong with them.
func check(in io.Reader) (n int, err error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, appsv1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return 0, err
		}
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	pods, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return 0, err
	}
	var wrong []error
	for documents := yamlstream.NewYAMLReader(bufio.NewReader(in)); ; n++ {
		text, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return n, errors.Join(wrong...)
		}
		if err != nil {
			return n, err
		}
		resource, kind, err := decoder.Decode(text, nil, nil)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%w in\n%s", err, text))
			continue
		}
		if set, ok := resource.(*appsv1.StatefulSet); ok {
			restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
			for _, r := range pods.EvaluatePod(restricted, &set.Spec.Template.ObjectMeta, &set.Spec.Template.Spec) {
				if !r.Allowed {
					wrong = append(wrong, fmt.Errorf("%s %s: %s: %s", kind.Kind, set.Name, r.ForbiddenReason, r.ForbiddenDetail))
				}
			}
		}
	}
}
