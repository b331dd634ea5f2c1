package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"beibu/exchange/rules"
	"beibu/signing"
	"beibu/signing/strict"
)

// A SignaturePolicy says of which kinds of document a party's signature is
// required or refused, and by which algorithms it may sign. Of other kinds a
// signature is optional: it is verified if it is there.
type SignaturePolicy struct {
	Required   []string
	Refused    []string
	Algorithms []string         // such as ecdsa-sha256; none means all that are allowed
	ForKinds   []KindAlgorithms // in the place of Algorithms, for some kinds
}

// KindAlgorithms are those by which a party may sign some kinds of document.
type KindAlgorithms struct {
	Kinds      []string
	Algorithms []string
}

// of returns the policy for a kind.
func (p SignaturePolicy) of(kind string) signing.Policy {
	policy := signing.Policy{Algorithms: p.Algorithms}
	for _, some := range p.ForKinds {
		if slices.Contains(some.Kinds, kind) {
			policy.Algorithms = some.Algorithms
		}
	}
	switch {
	case slices.Contains(p.Required, kind):
		policy.Presence = signing.Required
	case slices.Contains(p.Refused, kind):
		policy.Presence = signing.Refused
	}
	return policy
}

// A Signature is what was found good of the signature in a document. It is
// zero if the document has none.
type Signature struct {
	Signer      string `json:"signer"`            // the party whose key it is
	Algorithm   string `json:"algorithm"`         // such as "ecdsa-sha256"
	Certificate string `json:"certificateSHA256"` // of the key's certificate, lower-case hexadecimal
}

// A Trusted document was checked, and has a signature that counts or needs
// none. Only [InForce.Verify] makes one, and intake takes nothing else, so nothing
// unverified can be accepted.
type Trusted struct {
	checked   Checked
	signature Signature
}

// Signature returns what was verified.
func (t Trusted) Signature() Signature { return t.signature }

// Verify judges the signature of a checked document by the keys and the policy of
// its sender, at the time when it was received, over the very bytes: those from which
// the tree was made that the document was checked by. It fails with
// an *[Error]: the one of [Checked.Err], or one of kind [Untrusted] with the code of
// the refusal (see package signing).
func (f *InForce) Verify(c Checked) (Trusted, error) {
	if err := c.Err(); err != nil {
		return Trusted{}, err
	}
	var policy signing.Policy
	var signers []signing.Signer
	if party, ok := f.Parties.Get(c.document.Sender); ok {
		policy, signers = party.Signatures.of(c.kind), party.Signers
	}
	if !c.signed && policy.Presence != signing.Required {
		c.tree = nil
		return Trusted{checked: c}, nil
	}
	verified, err := f.Verifier.VerifyTree(c.tree, signing.Terms{Signers: signers, At: c.document.Received, Policy: policy})
	if refusal, ok := errors.AsType[*signing.Refusal](err); ok {
		return Trusted{}, &Error{
			Op: "verify signature", Kind: Untrusted, Code: refusal.Code, More: c.more,
			Faults: append(Faults{signatureFault(refusal)}, c.faults...),
		}
	}
	if err != nil {
		return Trusted{}, &Error{Op: "verify signature", Kind: Internal, Err: err}
	}
	c.tree, c.document.Bytes = nil, verified.Document() // nothing else is kept
	return Trusted{checked: c, signature: signatureOf(verified)}, nil
}

func signatureOf(v signing.Verified) Signature {
	if v.Certificate() == nil {
		return Signature{}
	}
	digest := sha256.Sum256(v.Certificate().Raw)
	return Signature{Signer: v.Signer(), Algorithm: v.Algorithm(), Certificate: hex.EncodeToString(digest[:])}
}

// signatureSpace is the namespace of XML Signature (W3C, 11 April 2013).
const signatureSpace = "http://www.w3.org/2000/09/xmldsig#"

// isSigned reports whether a document contains an element of XML Signature. If it does
// not, the verifier need not look at it, since the verifier is given the same tree and
// finds a signature exactly at such an element. Most documents without a signature do
// not have the namespace at all.
func isSigned(root strict.Node) bool {
	if !slices.Contains(root.Tree().Spaces(), signatureSpace) {
		return false
	}
	for n := range root.Descendants() {
		if n.Space() == signatureSpace {
			return true
		}
	}
	return root.Space() == signatureSpace
}

// signatureFault turns what the verifier refused into a fault.
func signatureFault(r *signing.Refusal) Fault {
	zh, ok := signatureZH[r.Code]
	if !ok {
		zh = "单证的电子签名不符合要求。"
	}
	return Fault{
		Code: r.Code, Severity: rules.Reject.String(), Path: "/", Line: r.Line, Column: r.Column,
		Message: Text{EN: r.Reason, ZH: zh}, Source: "XML Signature 1.1; Beibu design: trust in XML",
	}.clip(maxText)
}

// signatureZH says in Chinese what each refusal of a sender's signature means.
var signatureZH = map[string]string{
	signing.CodeMissing:     "该类单证必须由发送方签名，但单证没有签名。",
	signing.CodeShape:       "签名结构有误：缺少元素，或元素位置不对。",
	signing.CodePlace:       "签名不在允许的位置：应为根元素的最后一个子元素，或位于 UBL 扩展中。",
	signing.CodeSecond:      "单证含有一个以上的签名。",
	signing.CodeUnwanted:    "该类单证不得带有签名。",
	signing.CodeObject:      "发送方签名不得含有 Object 元素。",
	signing.CodeForm:        "SignedInfo 不是所允许的形式。",
	signing.CodeReferences:  "签名只能有一个引用。",
	signing.CodeURI:         "签名引用的不是整份单证。",
	signing.CodeTransform:   "签名使用了不允许的变换。",
	signing.CodeXPath:       "签名不得使用 XPath 变换。",
	signing.CodeXSLT:        "签名不得使用 XSLT 变换。",
	signing.CodeMethod:      "签名使用了不允许的规范化方法。",
	signing.CodeComments:    "签名不得使用带注释的规范化方法。",
	signing.CodePrefixes:    "签名的规范化方法不得带有前缀列表（InclusiveNamespaces）。",
	signing.CodeAlgorithm:   "签名算法或摘要算法未知。",
	signing.CodeSHA1:        "签名使用了强度不足的摘要算法 SHA-1。",
	signing.CodeMD5:         "签名使用了强度不足的摘要算法 MD5。",
	signing.CodeSHA224:      "签名所用摘要算法的长度不足 256 位。",
	signing.CodeDSA:         "不接受 DSA 签名。",
	signing.CodePSS:         "不接受采用 PSS 填充的 RSA 签名。",
	signing.CodeKeyType:     "签名算法与签名者的密钥类型不符。",
	signing.CodeWeakKey:     "该类密钥强度不足，不得用于签名。",
	signing.CodePolicy:      "该参与方不得以此算法签署该类单证。",
	signing.CodeHMAC:        "不接受消息认证码（HMAC）作为签名。",
	signing.CodeTruncated:   "签名值或摘要值长度不足。",
	signing.CodeDuplicateID: "标识符重复出现。",
	signing.CodeComment:     "已签名的单证不得含有注释。",
	signing.CodeType:        "已签名的单证含有 xsi:type，所用规范化方法不能覆盖其前缀。",
	signing.CodeDigest:      "单证在签名之后被改动。",
	signing.CodeValue:       "签名值与发送方登记的密钥不符。",
	signing.CodeUntrusted:   "签名所用密钥未由发送方登记。",
	signing.CodeExpired:     "发送方登记的签名密钥已经失效。",
	signing.CodeNotYet:      "发送方登记的签名密钥尚未生效。",
	signing.CodeCertificate: "签名证书有误、当时无效，或不用于签名。",
	signing.CodeChain:       "签名证书不能追溯到该参与方的认证机构。",
	signing.CodeRevoked:     "签名证书已被吊销。",
	signing.CodeStatus:      "无法确认签名证书是否已被吊销。",
	signing.CodeProperties:  "签名属性（XAdES）与签名不符。",
	signing.CodeTimestamp:   "时间戳无效。",
}
