// Package console is the web console: pages for the people who run the exchange and for
// those of its parties. It translates, and nothing else: requests into the same use cases
// that package httpapi calls, and what they return into HTML. Every page is an address and
// every action a form, so that all of it works without scripts.
//
// A new screen is three things:
//
//  1. a row in [Server.screens]: pattern, right, title, place in the navigation, handler;
//  2. a Go file with the handler, func (s *Server) showX(v *visit) error, which calls a use
//     case and ends with return v.render("x", data);
//  3. templates/x.html, which contains {{define "x"}} … {{end}}.
//
// Texts are in the template, in both languages: {{t "Parties" "参与方"}}. What a role may
// not do is not shown: {{if may "suspend party"}} … {{end}}. An action is a row whose
// pattern is a POST and whose handler ends with return v.redirect(v.back("/console/x")), or
// with return v.again(err, "x", data), which shows the form with what was typed. A part
// that follows the record is a row with live set, whose handler ends with return
// v.follow("x-rows", read). A test signs in with w.visit(t, operator).
//
// It promises:
//
//   - Nothing is shown to a caller that package access does not permit.
//   - The secret of a caller is in no address, in no page and in no cookie.
//   - A session ends with its credential, at once.
//   - Every answer has the same headers of security, errors included.
package console
