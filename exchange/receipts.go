package exchange

import (
	"errors"
	"strconv"

	"beibu/exchange/proof"
	"beibu/queue"
)

// ReceiptKeySetting is the name of the shared setting of the log whose value is
// the id of the key that signs receipts.
const ReceiptKeySetting = "receiptKey"

// EpochSetting is the name of the shared setting of the log whose value is the
// epoch, in decimal. It begins with [proof.FirstEpoch].
const EpochSetting = "epoch"

// ReceiptKeys says which key signs each receipt, and its epoch, as the log has it. It implements
// [proof.KeyLog].
type ReceiptKeys struct{ Log queue.Settings }

// KeyAt returns the id of the key at a position.
func (k ReceiptKeys) KeyAt(position int64) (string, error) {
	return k.Log.SettingAt(ReceiptKeySetting, position)
}

// LaterKeys returns the keys that came after the first one.
func (k ReceiptKeys) LaterKeys() []proof.LaterKey {
	boundaries := k.Log.Boundaries(ReceiptKeySetting)
	keys := make([]proof.LaterKey, 0, len(boundaries))
	for _, b := range boundaries {
		keys = append(keys, proof.LaterKey{ID: b.Value, First: b.First})
	}
	return keys
}

// Epochs returns the epochs that came after the first one.
func (k ReceiptKeys) Epochs() []proof.Epoch { return Epochs(k.Log.Boundaries(EpochSetting)) }

// Epochs returns the epochs that the changes of [EpochSetting] began.
func Epochs(boundaries []queue.Boundary) []proof.Epoch {
	if len(boundaries) == 0 {
		return nil
	}
	epochs := make([]proof.Epoch, 0, len(boundaries))
	for _, b := range boundaries {
		if number, err := strconv.ParseInt(b.Value, 10, 64); err == nil { // the daemon writes nothing else
			epochs = append(epochs, proof.Epoch{Number: number, First: b.First})
		}
	}
	return epochs
}

// Receipt returns the receipt of an exchange, the same at every call. It fails
// with an [Error] of kind Unavailable if this node does not have the key that
// signs it, or does not know yet which one does.
func (f *InForce) Receipt(x Exchange) (string, error) {
	receipt, err := f.Receipts.Make(x.Receipt())
	switch {
	case err == nil:
		return receipt, nil
	case errors.Is(err, proof.ErrReceiptKey), errors.Is(err, queue.ErrUnavailable):
		return "", &Error{Op: "make receipt", Kind: Unavailable, Err: err}
	}
	return "", &Error{Op: "make receipt", Kind: Internal, Err: err}
}
