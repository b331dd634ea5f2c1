# The few commands, by short names.

.PHONY: run test ci bench release

run:
	go run ./cmd/beibud

test:
	go test ./...

ci:
	.ci/run

bench:
	go test -run '^$$' -bench . ./schemas ./signing ./queue/... ./exchange ./cmd/beibud

release:
	go run ./deploy/release
