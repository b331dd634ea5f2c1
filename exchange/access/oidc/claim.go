package oidc

import (
	"strings"

	"beibu/exchange"
)

// valuesAt returns the texts of a claim: one text, or a list. The path is the name of the
// claim, or names with dots between, each in the claim before it. A claim that is absent
// has no values: some issuers omit it if a person is in no group.
func valuesAt(claims map[string]any, path string) ([]string, error) {
	var at any = claims
	if claim, whole := claims[path]; whole { // such as https://example.org/roles
		at = claim
	} else {
		for name := range strings.SplitSeq(path, ".") {
			inner, _ := at.(map[string]any)
			at = inner[name]
		}
	}
	switch claim := at.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{claim}, nil
	case []any:
		values := make([]string, 0, len(claim))
		for _, one := range claim {
			value, isText := one.(string)
			if !isText {
				return nil, unreadable(path)
			}
			values = append(values, value)
		}
		return values, nil
	}
	return nil, unreadable(path)
}

// unreadable is the failure of a claim of another type.
func unreadable(path string) error {
	return failure(exchange.Forbidden, "sign-in-refused", exchange.Because(
		"the claim %s of the issuer's token is no list of texts", "身份提供方令牌中的声明 %s 不是文本列表", path,
	))
}
