package main

import (
	"beibu/exchange/proof"
	"beibu/signing"
	"beibu/signing/strict"
)

// writing says how those who are trusted write SM2 signatures, where they do
// not write them as most do. A signature does not tell it.
type writing struct {
	UserID string            `name:"user-id" placeholder:"ID" help:"User id that enters their SM2 signatures, where it is not the usual one."`
	DER    bool              `name:"der" help:"Their SM2 signatures may be ASN.1 DER."`
	Alias  map[string]string `mapsep:"none" placeholder:"URI=MEANS" help:"Identifier that they write for an algorithm or digest, and the one that it means. May be given again."`
}

// apply gives every signer what the flags say. A user id that was published
// with a certificate stays where no other is given.
func (w *writing) apply(t proof.Trust) {
	for i := range t.Signers {
		if w.UserID != "" {
			t.Signers[i].UserID = []byte(w.UserID)
		}
		t.Signers[i].AllowDER = w.DER
	}
}

// verifier returns one that knows the aliases.
func (w *writing) verifier() (*signing.Verifier, error) {
	v, err := signing.NewVerifier(strict.Limits{}, w.Alias)
	if err != nil {
		return nil, hinted{err, "such as --alias urn:theirs=http://www.chinaport.gov.cn/2022/04/xmldsig#sm3"}
	}
	return v, nil
}
