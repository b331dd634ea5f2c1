package telemetry

import (
	"bytes"
	"fmt"
	"io"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// NewLog returns a log that writes to w, one line an event, at a level (debug,
// info, warn or error) and in a format (json or console). Nothing is sampled
// away: each request and each delivery has its line. Writes are serialised, so
// w need not be.
func NewLog(w io.Writer, level, format string) (*zap.Logger, error) {
	at, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, fmt.Errorf("read log level: %w", err)
	}
	encoding := zap.NewProductionEncoderConfig()
	encoding.TimeKey = "time"
	encoding.EncodeTime = utc
	encoding.EncodeDuration = zapcore.SecondsDurationEncoder
	var encoder zapcore.Encoder
	switch format {
	case "json":
		encoder = zapcore.NewJSONEncoder(encoding)
	case "console":
		encoding.EncodeLevel = zapcore.CapitalLevelEncoder
		encoder = zapcore.NewConsoleEncoder(encoding)
	default:
		return nil, fmt.Errorf("read log format: %q is neither json nor console", format)
	}
	out := zapcore.Lock(zapcore.AddSync(visible{w}))
	return zap.New(zapcore.NewCore(encoder, out, at), zap.AddStacktrace(zapcore.DPanicLevel)), nil
}

// utc writes times as the API does: RFC 3339, in UTC, to the microsecond.
func utc(t time.Time, to zapcore.PrimitiveArrayEncoder) { timeForm(t.UTC(), to) }

var timeForm = zapcore.TimeEncoderOfLayout("2006-01-02T15:04:05.000000Z")

// visible writes lines of a log with every invisible character shown. Encoders
// escape control characters, but neither format characters nor those that turn
// the direction of text around (UAX #9), which a stranger may have put into a
// document number to mislead whoever reads the log. In JSON the escapes mean the
// same characters.
type visible struct{ to io.Writer }

// Write writes a whole line, as a zap core does.
func (v visible) Write(line []byte) (int, error) {
	if isASCII(line) || !bytes.ContainsFunc(line, invisible) {
		return v.to.Write(line)
	}
	shown := make([]byte, 0, len(line)+16)
	for _, r := range string(line) {
		switch {
		case !invisible(r):
			shown = utf8.AppendRune(shown, r)
		case r > 0xffff: // JSON has UTF-16 escapes alone (RFC 8259 section 7)
			high, low := utf16.EncodeRune(r)
			shown = fmt.Appendf(shown, `\u%04x\u%04x`, high, low)
		default:
			shown = fmt.Appendf(shown, `\u%04x`, r)
		}
	}
	if _, err := v.to.Write(shown); err != nil {
		return 0, err
	}
	return len(line), nil // zap compares with what it gave
}

// isASCII reports whether a line has characters of ASCII alone, as nearly all have.
func isASCII(line []byte) bool {
	for _, b := range line {
		if b > unicode.MaxASCII {
			return false
		}
	}
	return true
}

// invisible reports whether a character of a line of the log is to be shown as an
// escape. Tabs and the line's end are the encoder's own.
func invisible(r rune) bool {
	return r > unicode.MaxASCII && (!unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r))
}
