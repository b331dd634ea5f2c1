package signing

import (
	"crypto"
	"errors"
)

// What tests outside of the package look at.

func DERFromFixed(fixed []byte) ([]byte, error) {
	der, ok := derFromFixed(nil, fixed, len(fixed)/2)
	if !ok {
		return nil, errors.New("not two halves")
	}
	return der, nil
}

func FixedFromDER(der []byte) ([]byte, error) { return fixedFromDER(nil, der, 32) }

func VerifySM2(public crypto.PublicKey, message, fixed, userID []byte) error {
	return sm2SM3.verify(public, message, fixed, sm2Options{userID: userID})
}

func SignSM2(signer crypto.Signer, message []byte) ([]byte, error) {
	return sm2SM3.sign(nil, signer, message, nil)
}
