package config

import (
	"cmp"
	"fmt"
	"strings"

	"beibu/cmd/internal/secret"
	"beibu/exchange/access"
)

// credentials reads the keys and certificates of Access.
func (l *Loaded) credentials(src *source) {
	for i, a := range l.Access {
		c := access.Credential{Name: a.Name, Party: a.Party, BreakGlass: a.BreakGlass, KeySHA256: strings.ToLower(a.KeySHA256)}
		key := fmt.Sprintf("access[%d]", i)
		c.Grants = src.grants(key, a)
		if a.KeyFile != "" {
			apiKey, err := secret.Key(a.KeyFile)
			if err != nil {
				src.note(key+".keyFile", "%s", cause(err))
			} else {
				c.KeySHA256 = HashKey(apiKey)
			}
		}
		if a.Certificate != "" {
			spki, err := publicKeyHash(a.Certificate)
			if err != nil {
				src.note(key+".certificate", "%s", cause(err))
			}
			c.SPKISHA256 = spki
		}
		l.Credentials = append(l.Credentials, c)
	}
	l.checkTwice(src)
}

// checkTwice notes what two entries of Access have in common, so that nobody
// could say which of them is calling.
func (l *Loaded) checkTwice(src *source) {
	first := make(map[string]int)
	for i, c := range l.Credentials {
		for _, mark := range []struct{ key, what, value string }{
			{cmp.Or(given(l.Access[i].KeyFile, "keyFile"), "keySHA256"), "the API key", given(c.KeySHA256, "key "+c.KeySHA256)},
			{"certificate", "the public key of the certificate", given(c.SPKISHA256, "certificate "+c.SPKISHA256)},
		} {
			if earlier, taken := first[mark.value]; taken && mark.value != "" {
				src.note(fmt.Sprintf("access[%d].%s", i, mark.key), "%s is that of access[%d] too", mark.what, earlier)
			} else {
				first[mark.value] = i
			}
		}
	}
}

// given returns then if value is not empty.
func given(value, then string) string {
	if value == "" {
		return ""
	}
	return then
}

// grants returns what an entry of Access gives: that of its own roles first, and then its
// Grants. Their scopes are bound later.
func (s *source) grants(key string, a Access) []access.Grant {
	all := []access.Grant{{Roles: s.roles(key, a)}}
	for i, g := range a.Grants {
		at := fmt.Sprintf("%s.grants[%d]", key, i)
		if len(g.Roles) == 0 {
			s.note(at, "roles are missing")
		}
		all = append(all, access.Grant{Roles: s.staffRoles(at, g.Roles, access.Limits{})})
	}
	return all
}

// roles returns the roles that an entry of Access gives beside its Grants.
func (s *source) roles(key string, a Access) access.Role {
	if a.BreakGlass {
		if a.Operator || len(a.Roles)+len(a.Grants) > 0 || a.Party != "" || !a.Scope.IsZero() {
			s.note(key+".breakGlass", "a break-glass account has all roles for everything, and speaks for no party: write nothing else of the kind")
		}
		return access.StaffRoles
	}
	if a.Operator {
		if len(a.Roles) > 0 {
			s.note(key+".roles", "operator: true is all roles already; write one of the two")
		}
		return access.StaffRoles
	}
	return s.staffRoles(key, a.Roles, a.Scope)
}

// staffRoles returns the roles with some names.
func (s *source) staffRoles(key string, names []string, scope access.Limits) access.Role {
	var roles access.Role
	for i, name := range names {
		role, known := access.ParseStaffRole(name)
		if !known {
			s.note(fmt.Sprintf("%s.roles[%d]", key, i), "%q is none of %s", name, strings.Join(access.StaffRoles.Names(), ", "))
		}
		roles |= role
	}
	if len(names) == 0 && !scope.IsZero() {
		s.note(key+".scope", "a scope limits roles, and there are none")
	}
	return roles
}

// bindAccess binds parties and scopes of Access to what exists. file is the one that
// has the parties.
func (l *Loaded) bindAccess(src *source, file string) {
	for i, a := range l.Access {
		key, grants := fmt.Sprintf("access[%d]", i), l.Credentials[i].Grants
		l.bindParty(src, key, a.Party, file)
		grants[0].Scope = l.bindScope(src, key, a.Scope)
		for n, g := range a.Grants {
			grants[n+1].Scope = l.bindScope(src, fmt.Sprintf("%s.grants[%d]", key, n), g.Scope)
		}
	}
}

// bindParty notes a party that does not exist.
func (l *Loaded) bindParty(src *source, key, party, file string) {
	if _, ok := l.Parties.Get(party); party != "" && !ok {
		src.note(key+".party", "there is no party %q in %s", party, file)
	}
}

// bindScope returns a scope, and notes limits that do not exist.
func (l *Loaded) bindScope(src *source, key string, limits access.Limits) *access.Scope {
	if l.Catalog == nil {
		return nil // why there is none is noted already
	}
	var kinds []string
	for _, t := range l.Catalog.Kinds() {
		kinds = append(kinds, string(t.Kind))
	}
	scope, err := access.NewScope(limits, l.Parties, kinds)
	if err != nil {
		src.note(key+".scope", "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return scope
}
