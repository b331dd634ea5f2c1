// Package ata holds the rules of ATA carnets and of the claims that follow them
// (ATA-…): Annex A to the Istanbul Convention of 1990, the ATA Convention of
// 1961, the model form, and what customs administrations publish about its use.
// A rule that needs two documents, such as one about a carnet that was altered
// after issue, is not here. If the source is practice only, a rule warns, unless
// arithmetic decides.
//
// # How a carnet is read
//
// UBL 2.4 says less than the paper form. The rules read it as follows:
//
//   - The general list is Shipment/GoodsItem. An item's number is its
//     SequenceNumberID, or its ID if it has none; column 3 is Quantity,
//     column 5 is ValueAmount or DeclaredStatisticsValueAmount, column 6 is
//     OriginAddress/Country. A set lists its parts in ContainedGoodsItem.
//   - The totals are Shipment/TotalGoodsItemQuantity and
//     Shipment/Consignment/TotalInvoiceAmount.
//   - The carnet is valid in Shipment/ExportCountry, and in every
//     FinalDestinationCountry and TransitCountry of its consignments; each
//     consignment has one country of destination.
//   - A GoodsItemPassportCounterfoil holds at most one GoodsItem. A voucher for
//     several items is therefore several counterfoils that share the ID of
//     their VoucherDocumentReference, one for each item.
//   - The latest reference of a counterfoil says what it records: a
//     ReimportationDocumentReference makes it a re-importation, else a
//     ReexportationDocumentReference a re-exportation, else an
//     ImportationDocumentReference an importation, else an
//     ExportationDocumentReference an exportation. With none of them it is a
//     transit if its VoucherDocumentReference/DocumentType is "Transit",
//     and otherwise not used yet.
//   - The earlier reference on a later counterfoil is what it discharges: the
//     ImportationDocumentReference of a re-exportation names the importation.
//   - The first ImportationDocumentReference of an importation is the entry;
//     each further one is an extension of the stay that customs granted.
//   - An AdditionalDocumentReference of type 955 (UNCL 1001) is an earlier
//     carnet: one that this carnet duplicates if CopyIndicator is true, and
//     one that it replaces otherwise.
package ata
