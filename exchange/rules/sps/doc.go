// Package sps holds the rules of sanitary and phytosanitary certificates
// (UN/CEFACT SPSCertificate 17, as the IPPC ePhyto exchange uses it). The schema
// asks for little more than the frame; what ISPM 12 wants to be filled in is
// asked for here. Codes follow the rows of the rule table: SPS-13 is row S13,
// and letters part a row that takes several checks.
package sps
