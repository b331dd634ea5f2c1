package telemetry

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// recentBytes bounds the lines that a [Recent] keeps.
const recentBytes = 256 << 10

// perDocument are the lines that every document or request writes. As long as nothing is
// wrong with it, such a line is not kept: under load there would soon be no others.
var perDocument = []string{"request", "delivery", "document by topic"}

// A Recent keeps the newest lines of a log in memory, for a support bundle.
type Recent struct {
	encoder zapcore.Encoder

	mu    sync.Mutex
	lines [][]byte // guarded by mu; the oldest first
	size  int      // guarded by mu
}

// NewRecent returns a Recent without lines.
func NewRecent() *Recent {
	encoding := zap.NewProductionEncoderConfig()
	encoding.TimeKey, encoding.EncodeTime, encoding.EncodeDuration = "time", utc, zapcore.SecondsDurationEncoder
	return &Recent{encoder: zapcore.NewJSONEncoder(encoding)}
}

// Watch returns a log that writes as log does, and of which r keeps lines.
func (r *Recent) Watch(log *zap.Logger) *zap.Logger {
	return log.WithOptions(zap.WrapCore(func(next zapcore.Core) zapcore.Core {
		return zapcore.NewTee(next, &recentCore{LevelEnabler: next, recent: r})
	}))
}

// keep adds a line, and drops the oldest ones if there is no room.
func (r *Recent) keep(line []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
	for r.size += len(line); r.size > recentBytes; r.lines = r.lines[1:] {
		r.size -= len(r.lines[0])
	}
}

// Lines returns the lines, oldest first, as JSON. What could name a person or be a secret
// is left out: see [private].
func (r *Recent) Lines() []byte {
	r.mu.Lock()
	lines := slices.Clone(r.lines)
	r.mu.Unlock()
	var out bytes.Buffer
	for _, line := range lines {
		_, _ = visible{&out}.Write(private(line)) // a buffer takes everything
	}
	return out.Bytes()
}

// people are fields of lines that name people, or where they work.
var people = []string{"caller", "actor", "remote", "user", "subject"}

// secrets find what is an address or a number of a person, or a secret, in a text.
var secrets = regexp.MustCompile(`(?s)-----BEGIN .*?-----END [A-Z ]+-----` + // a key
	`|(?i:\b(?:bearer|basic) +)[^\s"]+|whs(?:k|ec)_[^\s"]+` + // credentials
	`|[^\s@"'<>(]+@[^\s@"'<>)]+` + // an address of mail, or a password in a URL
	`|\+\d[\d ()-]{6,}\d|\b1[3-9]\d{9}\b`) // a telephone number

// hidden is written in place of what was left out.
const hidden = "[left out]"

// private returns a line without what could name a person or be a secret.
func private(line []byte) []byte {
	var fields map[string]any
	if json.Unmarshal(line, &fields) != nil {
		return []byte("{\"msg\":\"" + hidden + "\"}\n")
	}
	for _, key := range people {
		if _, has := fields[key]; has {
			fields[key] = hidden
		}
	}
	kept, err := json.Marshal(scrub(fields))
	if err != nil {
		return nil
	}
	return append(kept, '\n')
}

// scrub hides secrets in every text of a value.
func scrub(v any) any {
	switch v := v.(type) {
	case string:
		return secrets.ReplaceAllString(v, hidden)
	case []any:
		for i := range v {
			v[i] = scrub(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = scrub(v[key])
		}
	}
	return v
}

// recentCore is the zapcore.Core of a Recent.
type recentCore struct {
	zapcore.LevelEnabler
	recent *Recent
	with   []zapcore.Field
}

// With is zapcore.Core's.
func (c *recentCore) With(fields []zapcore.Field) zapcore.Core {
	return &recentCore{c.LevelEnabler, c.recent, append(slices.Clip(c.with), fields...)}
}

// Check is zapcore.Core's.
func (c *recentCore) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !c.Enabled(e.Level) || e.Level < zapcore.InfoLevel || e.Level == zapcore.InfoLevel && slices.Contains(perDocument, e.Message) {
		return checked
	}
	return checked.AddCore(e, c)
}

// Write is zapcore.Core's.
func (c *recentCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	line, err := c.recent.encoder.Clone().EncodeEntry(e, append(slices.Clip(c.with), fields...))
	if err != nil {
		return err
	}
	defer line.Free()
	c.recent.keep(bytes.Clone(line.Bytes()))
	return nil
}

// Sync is zapcore.Core's.
func (c *recentCore) Sync() error { return nil }
