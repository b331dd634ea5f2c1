package kinds

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/testdata"
)

// samplesOf returns the good samples of a kind.
func samplesOf(kind string) ([]testdata.Sample, error) {
	all, err := testdata.Samples()
	var good []testdata.Sample
	for _, s := range all {
		if s.Kind == kind && s.Good {
			good = append(good, s)
		}
	}
	return good, err
}

// Sample returns a good document of a kind that is valid at a time and has a
// number of its own, made of the sample with a name, or of the first that can be.
// It was checked as a document that is sent in is. It fails with an *exchange.Error
// of kind NotFound if there is no such sample.
func (b Book) Sample(ctx context.Context, kind, name string, at time.Time) ([]byte, error) {
	samples, err := samplesOf(kind)
	if err != nil {
		return nil, &exchange.Error{Op: "read samples", Kind: exchange.Internal, Err: err}
	}
	known := false
	for _, s := range samples {
		if name != "" && s.Name != name {
			continue
		}
		known = true
		if document, _, err := b.fresh(ctx, s, sampleDigits, at); err != nil || document != nil {
			return document, err
		}
	}
	if _, ok := builtIn[kind]; !ok {
		if _, err := b.Show(kind, at); err != nil {
			return nil, err
		}
	}
	why := exchange.Because("there is no sample of %s that is valid today", "%s 没有今天有效的样例", kind)
	if !known {
		why = exchange.Because("there is no such sample of %s; GET /v1/kinds/%s and beibuctl kinds show %s list them",
			"%s 没有该样例；GET /v1/kinds/%s 和 beibuctl kinds show %s 列出全部样例", kind, kind, kind)
	}
	return nil, &exchange.Error{Op: "find sample", Kind: exchange.NotFound, Code: "unknown-sample", Err: why}
}

// received is the day on which the samples are good as they are.
var received = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// sampleDigits are how many random digits a new number ends with, tried in order; 0
// means as many digits as the old one has.
var sampleDigits = []int{7, 6, 0}

// fresh moves the dates of a sample to a time and gives it a new number. Some
// documents hold for a calendar year, so whole years are tried too; and some
// numbers have a fixed length, so the new one may need to be as long as the old. It
// returns nil if the sample cannot be made good.
func (b Book) fresh(ctx context.Context, s testdata.Sample, tried []int, at time.Time) ([]byte, exchange.Checked, error) {
	old, err := b.check(ctx, s.Bytes, at)
	if err != nil {
		return nil, old, err
	}
	number := old.Identity().Number
	today := at.UTC().Truncate(24 * time.Hour)
	years := today.Year() - received.Year()
	moves := []func(time.Time) time.Time{
		func(t time.Time) time.Time { return t.Add(today.Sub(received)) },
		func(t time.Time) time.Time { return t.AddDate(years, 0, 0) },
		func(t time.Time) time.Time { return t.AddDate(years-1, 0, 0) },
	}
	for _, move := range moves {
		for _, digits := range tried {
			moved := moveDates(s.Bytes, move)
			document := moved
			if number != "" {
				document = testdata.Numbered(moved, number, renumber(number, digits, years))
			}
			checked, err := b.check(ctx, document, at)
			if err != nil {
				return nil, checked, err
			}
			if checked.Valid() && len(checked.Faults()) == 0 {
				return document, checked, nil
			}
		}
	}
	return nil, old, nil
}

func (b Book) check(ctx context.Context, document []byte, at time.Time) (exchange.Checked, error) {
	checked, err := b.InForce.Checks.Find(ctx, exchange.Document{Bytes: document, Received: at})
	if err != nil {
		return exchange.Checked{}, &exchange.Error{Op: "check sample", Kind: exchange.Internal, Err: err}
	}
	return checked, nil
}

// dates are how the samples write days: as XML Schema does, and in the compact forms
// of UN/CEFACT.
var dates = regexp.MustCompile(`>(\d{4}-\d{2}-\d{2})|DateTimeString[^<>]*>(\d{8})`)

// moveDates moves every day in a document.
func moveDates(document []byte, move func(time.Time) time.Time) []byte {
	return dates.ReplaceAllFunc(document, func(match []byte) []byte {
		layout := "20060102"
		if bytes.Contains(match[len(match)-3:], []byte("-")) {
			layout = time.DateOnly
		}
		begin := len(match) - len(layout)
		day, err := time.Parse(layout, string(match[begin:]))
		if err != nil {
			return match
		}
		return append(match[:begin:begin], move(day).Format(layout)...)
	})
}

var (
	lastDigits = regexp.MustCompile(`\d+\D*$`)
	yearsIn    = regexp.MustCompile(`2026|\b26|/26/|E26`)
)

// renumber returns a number that is another one with other digits at its end, as
// many as given or, for 0, as many as there are, and with its year moved.
func renumber(number string, digits, years int) string {
	if years != 0 {
		first := true
		number = yearsIn.ReplaceAllStringFunc(number, func(match string) string {
			if !first {
				return match
			}
			first = false
			year := received.Year() + years
			if match == strconv.Itoa(received.Year()) {
				return strconv.Itoa(year)
			}
			return strings.Replace(match, "26", fmt.Sprintf("%02d", year%100), 1)
		})
	}
	at := lastDigits.FindStringIndex(number)
	if at == nil {
		return number + "-" + random(max(digits, 6))
	}
	run := number[at[0]:]
	rest := strings.TrimLeft(run, "0123456789")
	length := len(run) - len(rest)
	if digits == 0 || length > digits {
		keep := max(0, length-6)
		return number[:at[0]] + run[:keep] + random(length-keep) + rest
	}
	return number[:at[0]] + random(digits) + rest
}

// random returns so many digits, of which the first is not 0.
func random(digits int) string {
	var b strings.Builder
	for i := range digits {
		least := 0
		if i == 0 {
			least = 1
		}
		b.WriteByte(byte('0' + least + rand.IntN(10-least))) //nolint:gosec // a sample's number is no secret
	}
	return b.String()
}
