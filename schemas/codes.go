package schemas

import "github.com/jacoelho/xsd/xsderrors"

// An outcome says what an error of the engine means to us.
type outcome uint8

const (
	internal   outcome = iota + 1 // ours, or the engine's: never the document's
	cancelled                     // the context ended
	malformed                     // the gate: the document is not acceptable XML
	structural                    // the schema: an element is missing, or is where it may not be
	invalid                       // the schema: anything else
)

// A meaning is the meaning of a code of the engine.
type meaning struct {
	outcome outcome
	code    string // ours, before the place is looked at
}

// meanings maps every code of the engine. A test fails if one is missing.
var meanings = map[xsderrors.Code]meaning{
	xsderrors.CodeUnsupportedDTD:      {malformed, CodeDTD},
	xsderrors.CodeUnsupportedExternal: {malformed, CodeSyntax},
	xsderrors.CodeUnsupportedEntity:   {malformed, CodeSyntax},
	xsderrors.CodeUnsupportedNonUTF8:  {malformed, CodeEncoding},
	xsderrors.CodeUnsupportedXML11:    {malformed, CodeSyntax},
	xsderrors.CodeValidationXML:       {malformed, CodeSyntax},
	xsderrors.CodeValidationLimit:     {malformed, CodeLimit},

	xsderrors.CodeValidationRoot:      {invalid, CodeUnknownKind},
	xsderrors.CodeValidationElement:   {structural, CodeUnexpected},
	xsderrors.CodeValidationContent:   {structural, CodeMissing},
	xsderrors.CodeValidationAttribute: {invalid, CodeAttribute},
	xsderrors.CodeValidationText:      {invalid, CodeContent},
	xsderrors.CodeValidationType:      {invalid, CodeType},
	xsderrors.CodeValidationFacet:     {invalid, CodeValue},
	xsderrors.CodeValidationNil:       {invalid, CodeContent},
	xsderrors.CodeValidationIdentity:  {invalid, CodeIdentity},

	xsderrors.CodeUnsupportedSchemaHint: {internal, ""}, // hints are taken out

	xsderrors.CodeValidationCanceled: {cancelled, ""},
	xsderrors.CodeCompileCanceled:    {cancelled, ""},

	xsderrors.CodeValidationOption:       {internal, ""},
	xsderrors.CodeValidationSession:      {internal, ""},
	xsderrors.CodeInternalInvariant:      {internal, ""},
	xsderrors.CodeUnsupportedRedefine:    {internal, ""},
	xsderrors.CodeUnsupportedRegex:       {internal, ""},
	xsderrors.CodeUnsupportedXSD11:       {internal, ""},
	xsderrors.CodeSchemaRead:             {internal, ""},
	xsderrors.CodeSchemaXML:              {internal, ""},
	xsderrors.CodeSchemaRoot:             {internal, ""},
	xsderrors.CodeSchemaDuplicate:        {internal, ""},
	xsderrors.CodeSchemaReference:        {internal, ""},
	xsderrors.CodeSchemaFacet:            {internal, ""},
	xsderrors.CodeSchemaOccurrence:       {internal, ""},
	xsderrors.CodeSchemaContentModel:     {internal, ""},
	xsderrors.CodeSchemaNoSources:        {internal, ""},
	xsderrors.CodeSchemaInvalidAttribute: {internal, ""},
	xsderrors.CodeSchemaIdentity:         {internal, ""},
	xsderrors.CodeSchemaLimit:            {internal, ""},
}
