package proof

import (
	"crypto"
	"crypto/ed25519"
	"errors"
	"fmt"
)

// ErrReceiptKey means that the key that signs the receipt at a position is not
// here. No other key may sign it.
var ErrReceiptKey = errors.New("the key of this receipt is not here")

// A KeyLog says which key signs the receipt at each position of the log, and in
// which epoch that position is, alike on every node.
type KeyLog interface {
	// KeyAt returns the id of the key at a position. It fails if that is not known
	// here yet.
	KeyAt(position int64) (id string, err error)
	// LaterKeys returns the keys that came after the first one.
	LaterKeys() []LaterKey
	// Epochs returns the epochs that came after the first one.
	Epochs() []Epoch
}

// A LaterKey is the id of a key, and for each partition of the log its first
// position, or 0 if the key is not in force there yet. The position p is in the
// partition (p-1) mod n of n.
type LaterKey struct {
	ID    string
	First []int64
}

// Receipts makes the receipts of a log. A receipt is made of values in the log
// alone, so the same exchange always has the same receipt, byte for byte, whichever
// node makes it, and whichever key signs new ones by then.
type Receipts struct {
	first   string
	signers map[string]receiptSigner
	log     KeyLog
}

// NewReceipts returns the maker of receipts of a log that has one key.
func NewReceipts(key crypto.Signer, id string) (*Receipts, error) {
	return NewReceiptsOf(onlyKey(id), id, map[string]crypto.Signer{id: key})
}

// NewReceiptsOf returns the maker of receipts of a log with the id of its first
// key and all keys that are here, by id. All must be Ed25519.
func NewReceiptsOf(log KeyLog, first string, keys map[string]crypto.Signer) (*Receipts, error) {
	r := &Receipts{first: first, signers: make(map[string]receiptSigner), log: log}
	for id, key := range keys {
		signer, err := newReceiptSigner(id, key)
		if err != nil {
			return nil, err
		}
		r.signers[id] = signer
	}
	return r, nil
}

// onlyKey is a log whose key never changed.
type onlyKey string

// KeyAt returns the key.
func (k onlyKey) KeyAt(int64) (string, error) { return string(k), nil }

// LaterKeys returns none.
func (onlyKey) LaterKeys() []LaterKey { return nil }

// Epochs returns none.
func (onlyKey) Epochs() []Epoch { return nil }

// Make signs a receipt with the key and the epoch at its position. It fails with
// ErrReceiptKey if that key is not here.
func (r *Receipts) Make(receipt Receipt) (string, error) {
	signer, epoch, err := r.at(receipt.Position)
	if err != nil {
		return "", err
	}
	receipt.Epoch = epoch
	return signer.sign(ReceiptType, receipt)
}

// at returns the key at a position, and the epoch there: 0 if it is the first one.
func (r *Receipts) at(position int64) (signer receiptSigner, epoch int64, err error) {
	id, err := r.log.KeyAt(position)
	if err != nil {
		return signer, 0, fmt.Errorf("find receipt key: %w", err)
	}
	signer, here := r.signers[id]
	if !here {
		return signer, 0, fmt.Errorf("sign receipt at %d by %s: %w", position, id, ErrReceiptKey)
	}
	if epoch = epochAt(r.log.Epochs(), position); epoch == FirstEpoch {
		epoch = 0
	}
	return signer, epoch, nil
}

// Epochs returns the epochs of the log after the first one.
func (r *Receipts) Epochs() []Epoch { return r.log.Epochs() }

// Missing returns the ids of the keys of the log that are not here.
func (r *Receipts) Missing() (ids []string) {
	if _, here := r.signers[r.first]; !here {
		ids = append(ids, r.first)
	}
	for _, later := range r.log.LaterKeys() {
		if _, here := r.signers[later.ID]; !here {
			ids = append(ids, later.ID)
		}
	}
	return ids
}

// Keys returns the public keys of the log that are here, each with its bounds, the
// first one first. A key without a position is not among them.
func (r *Receipts) Keys() []ReceiptKey {
	later := r.log.LaterKeys()
	all := append([]LaterKey{{ID: r.first}}, later...)
	keys := make([]ReceiptKey, 0, len(all))
	for i, k := range all {
		signer, here := r.signers[k.ID]
		public, ok := ed25519.PublicKey(nil), false
		if here {
			public, ok = signer.key.Public().(ed25519.PublicKey)
		}
		if ok {
			keys = append(keys, ReceiptKey{Public: public, ID: k.ID, From: k.First, Until: until(i, all)})
		}
	}
	return keys
}

// until returns, for each partition, the first position of the key that follows key k
// of all, or 0. It returns nil if none follows anywhere. A key after k at the same
// position follows it too: then k signs nothing there.
func until(k int, all []LaterKey) (end []int64) {
	for i, next := range all {
		for p, at := range next.First {
			from := int64(0)
			if k > 0 {
				from = all[k].First[p]
			}
			follows := at > from || at == from && i > k
			if at == 0 || !follows || k > 0 && from == 0 {
				continue
			}
			if end == nil {
				end = make([]int64, len(next.First))
			}
			if end[p] == 0 || at < end[p] {
				end[p] = at
			}
		}
	}
	return end
}
