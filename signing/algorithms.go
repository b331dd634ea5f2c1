package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"

	"github.com/emmansun/gmsm/sm2"
)

// Namespaces and identifiers of XML Signature Syntax and Processing 1.1, of
// RFC 9231, and of the customs specification GACC 202205 §6 for SM2 and SM3,
// which no registry names.
const (
	dsigSpace = "http://www.w3.org/2000/09/xmldsig#"
	moreSpace = "http://www.w3.org/2001/04/xmldsig-more#"
	gaccSpace = "http://www.chinaport.gov.cn/2022/04/xmldsig#"

	envelopedURI = dsigSpace + "enveloped-signature"
)

// An Algorithm is a way to sign, named by URI.
type Algorithm struct {
	Name    string // such as "ecdsa-sha256"
	URI     string
	Allowed bool
	Why     string // it is refused
	Code    string // of the refusal

	family family
	digest *Digest // of SignedInfo; none if the family has its own
}

// UsesUserID reports whether a user id enters the signature beside the message.
func (a *Algorithm) UsesUserID() bool { return a.family == familySM2 }

// A family is a kind of key.
type family uint8

const (
	noFamily family = iota
	familyRSA
	familyECDSA
	familyEd25519
	familySM2
)

const (
	whySHA1  = "SHA-1 collisions can be made: two documents would share a signature"
	whyMD5   = "MD5 collisions are made in seconds: two documents would share a signature"
	whyHMAC  = "whoever can check an HMAC can forge it, so it proves nothing to others"
	whyDSA   = "DSA is withdrawn (FIPS 186-5) and no party has such a key"
	whyPSS   = "the parties agreed on PKCS #1 v1.5 for RSA; one form for each key leaves no choice to an attacker"
	whyTrunc = "a digest of less than 256 bits is below the level of the keys"
)

// Rows of the algorithm table that are named elsewhere.
var (
	rsaSHA256   = Algorithm{Name: "rsa-sha256", URI: moreSpace + "rsa-sha256", Allowed: true, family: familyRSA, digest: &digestSHA256}
	ecdsaSHA256 = Algorithm{Name: "ecdsa-sha256", URI: moreSpace + "ecdsa-sha256", Allowed: true, family: familyECDSA, digest: &digestSHA256}
	ecdsaSHA384 = Algorithm{Name: "ecdsa-sha384", URI: moreSpace + "ecdsa-sha384", Allowed: true, family: familyECDSA, digest: &digestSHA384}
	ed25519Pure = Algorithm{Name: "eddsa-ed25519", URI: "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519", Allowed: true, family: familyEd25519}
	sm2SM3      = Algorithm{Name: "sm2-sm3", URI: gaccSpace + "sm2-sm3", Allowed: true, family: familySM2}
)

// algorithms is every algorithm that is known, allowed or not.
var algorithms = []*Algorithm{
	&ecdsaSHA256, &ecdsaSHA384,
	{Name: "ecdsa-sha512", URI: moreSpace + "ecdsa-sha512", Allowed: true, family: familyECDSA, digest: &digestSHA512},
	&rsaSHA256,
	{Name: "rsa-sha384", URI: moreSpace + "rsa-sha384", Allowed: true, family: familyRSA, digest: &digestSHA384},
	{Name: "rsa-sha512", URI: moreSpace + "rsa-sha512", Allowed: true, family: familyRSA, digest: &digestSHA512},
	&ed25519Pure, &sm2SM3,
	{Name: "rsa-sha1", URI: dsigSpace + "rsa-sha1", Why: whySHA1, Code: CodeSHA1},
	{Name: "dsa-sha1", URI: dsigSpace + "dsa-sha1", Why: whySHA1, Code: CodeSHA1},
	{Name: "dsa-sha256", URI: "http://www.w3.org/2009/xmldsig11#dsa-sha256", Why: whyDSA, Code: CodeDSA},
	{Name: "ecdsa-sha1", URI: moreSpace + "ecdsa-sha1", Why: whySHA1, Code: CodeSHA1},
	{Name: "ecdsa-sha224", URI: moreSpace + "ecdsa-sha224", Why: whyTrunc, Code: CodeSHA224},
	{Name: "rsa-sha224", URI: moreSpace + "rsa-sha224", Why: whyTrunc, Code: CodeSHA224},
	{Name: "rsa-md5", URI: moreSpace + "rsa-md5", Why: whyMD5, Code: CodeMD5},
	{Name: "hmac-sha1", URI: dsigSpace + "hmac-sha1", Why: whyHMAC, Code: CodeHMAC},
	{Name: "hmac-sha256", URI: moreSpace + "hmac-sha256", Why: whyHMAC, Code: CodeHMAC},
	{Name: "hmac-sha384", URI: moreSpace + "hmac-sha384", Why: whyHMAC, Code: CodeHMAC},
	{Name: "hmac-sha512", URI: moreSpace + "hmac-sha512", Why: whyHMAC, Code: CodeHMAC},
	{Name: "rsa-pss-sha256", URI: "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", Why: whyPSS, Code: CodePSS},
	{Name: "rsa-pss", URI: "http://www.w3.org/2007/05/xmldsig-more#rsa-pss", Why: whyPSS, Code: CodePSS},
}

// Algorithms returns the table: every known algorithm, whether it is allowed,
// and if not, why.
func Algorithms() []Algorithm {
	table := make([]Algorithm, len(algorithms))
	for i, a := range algorithms {
		table[i] = *a
	}
	return table
}

// algorithmByURI returns a row that is allowed, or a *Refusal.
func algorithmByURI(uri string) (*Algorithm, error) {
	for _, a := range algorithms {
		if a.URI != uri {
			continue
		}
		if !a.Allowed {
			return nil, refusal(a.Code, a.Name+" is refused: "+a.Why)
		}
		return a, nil
	}
	return nil, refusal(CodeAlgorithm, "the signature's algorithm is not known")
}

// Sizes of an RSA modulus, in bits. A larger one would cost a verifier more
// than it is worth to anybody.
const (
	minimumRSA = 2048
	maximumRSA = 8192
)

// AlgorithmFor returns the algorithm by which a key signs here, or a
// *Refusal if no such key may sign.
func AlgorithmFor(public crypto.PublicKey) (*Algorithm, error) {
	f, why := familyOf(public)
	switch f {
	case familyRSA:
		return &rsaSHA256, nil
	case familyEd25519:
		return &ed25519Pure, nil
	case familySM2:
		return &sm2SM3, nil
	case familyECDSA:
		if public.(*ecdsa.PublicKey).Curve == elliptic.P384() {
			return &ecdsaSHA384, nil
		}
		return &ecdsaSHA256, nil
	case noFamily:
	}
	return nil, refusal(CodeWeakKey, why)
}

// AlgorithmWith returns the algorithm by which a key signs here with a digest,
// such as "sha512", or a *Refusal if there is none. Ed25519 and SM2 have
// their own digest.
func AlgorithmWith(public crypto.PublicKey, digest string) (*Algorithm, error) {
	usual, err := AlgorithmFor(public)
	if err != nil {
		return nil, err
	}
	for _, a := range algorithms {
		if a.Allowed && a.family == usual.family && a.digest != nil && a.digest.Name == digest {
			return a, nil
		}
	}
	return nil, refusal(CodeKeyType, "the key does not sign with "+digest)
}

// algorithmByName returns the allowed row with a name for a kind of key.
func algorithmByName(name string, of family) (*Algorithm, error) {
	for _, a := range algorithms {
		if a.Allowed && a.Name == name && a.family == of {
			return a, nil
		}
	}
	return nil, refusal(CodeKeyType, "the key does not sign by "+name)
}

// familyOf classes a key, or says why it is not allowed.
func familyOf(public crypto.PublicKey) (family, string) {
	switch key := public.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < minimumRSA {
			return noFamily, "an RSA key of less than 2048 bits"
		}
		if key.N.BitLen() > maximumRSA {
			return noFamily, "an RSA key of more than 8192 bits"
		}
		return familyRSA, ""
	case ed25519.PublicKey:
		if len(key) != ed25519.PublicKeySize {
			return noFamily, "an Ed25519 key of the wrong length"
		}
		return familyEd25519, ""
	case *ecdsa.PublicKey:
		if sm2.IsSM2PublicKey(key) {
			return familySM2, ""
		}
		if key.Curve == elliptic.P256() || key.Curve == elliptic.P384() {
			return familyECDSA, ""
		}
		return noFamily, "an elliptic curve other than P-256, P-384 and SM2"
	}
	return noFamily, "a key that is not RSA, ECDSA, Ed25519 or SM2"
}
