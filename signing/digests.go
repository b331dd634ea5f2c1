package signing

import (
	"crypto"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"sync"

	"github.com/emmansun/gmsm/sm3"
)

// A Digest is a way to digest, named by URI.
type Digest struct {
	Name    string // such as "sha256"
	URI     string
	Allowed bool
	Why     string // it is refused
	Code    string // of the refusal

	hash crypto.Hash // what the standard library calls it, or 0
	size int
	idle *sync.Pool // of hash.Hash: one is needed for every piece that is digested
}

func idle(newHash func() hash.Hash) *sync.Pool {
	return &sync.Pool{New: func() any { return newHash() }}
}

// Rows of the digest table that are named elsewhere.
var (
	digestSHA256 = Digest{Name: "sha256", URI: "http://www.w3.org/2001/04/xmlenc#sha256", Allowed: true, hash: crypto.SHA256, size: sha256.Size, idle: idle(sha256.New)}
	digestSHA384 = Digest{Name: "sha384", URI: moreSpace + "sha384", Allowed: true, hash: crypto.SHA384, size: sha512.Size384, idle: idle(sha512.New384)}
	digestSHA512 = Digest{Name: "sha512", URI: "http://www.w3.org/2001/04/xmlenc#sha512", Allowed: true, hash: crypto.SHA512, size: sha512.Size, idle: idle(sha512.New)}
	digestSM3    = Digest{Name: "sm3", URI: gaccSpace + "sm3", Allowed: true, size: sm3.Size, idle: idle(sm3.New)}
)

// digests is every digest that is known, allowed or not.
var digests = []*Digest{
	&digestSHA256, &digestSHA384, &digestSHA512, &digestSM3,
	{Name: "sha1", URI: dsigSpace + "sha1", Why: whySHA1, Code: CodeSHA1},
	{Name: "sha224", URI: moreSpace + "sha224", Why: whyTrunc, Code: CodeSHA224},
	{Name: "md5", URI: moreSpace + "md5", Why: whyMD5, Code: CodeMD5},
}

// Digests returns the table of digests.
func Digests() []Digest {
	table := make([]Digest, len(digests))
	for i, d := range digests {
		table[i] = *d
	}
	return table
}

// digestByURI returns a row that is allowed, or a *Refusal.
func digestByURI(uri string) (*Digest, error) {
	for _, d := range digests {
		if d.URI != uri {
			continue
		}
		if !d.Allowed {
			return nil, refusal(d.Code, d.Name+" is refused: "+d.Why)
		}
		return d, nil
	}
	return nil, refusal(CodeAlgorithm, "the reference's digest algorithm is not known")
}

// Sum returns the digest of b, by an allowed row; of others, nothing.
func (d *Digest) Sum(b []byte) []byte {
	if d.idle == nil {
		return nil
	}
	return d.append(nil, b)
}

// take lends a hash, which is to be given back.
func (d *Digest) take() hash.Hash {
	h := d.idle.Get().(hash.Hash)
	h.Reset()
	return h
}

func (d *Digest) give(h hash.Hash) { d.idle.Put(h) }

// append appends the digest of b to dst.
func (d *Digest) append(dst, b []byte) []byte {
	h := d.take()
	defer d.give(h)
	_, _ = h.Write(b) // a hash never fails
	return h.Sum(dst)
}
