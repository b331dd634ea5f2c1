// Package ata holds the rules of ATA carnets and of the claims that follow them
// (ATA-…): Annex A to the Istanbul Convention of 1990, the ATA Convention of
// 1961, the model form, and what customs administrations publish about its use.
// What takes two documents to see, such as a carnet altered after issue, is not
// here. Where only practice speaks, a rule warns, unless arithmetic decides.
//
// # How a carnet is read
//
// UBL 2.4 says less than the paper form. The rules read it so:
//
//   - The general list is Shipment/GoodsItem. An item's number is its
//     SequenceNumberID, or its ID where it has none; column 3 is Quantity,
//     column 5 is ValueAmount or DeclaredStatisticsValueAmount, column 6 is
//     OriginAddress/Country. A set lists its parts in ContainedGoodsItem.
//   - The totals stand in Shipment/TotalGoodsItemQuantity and in
//     Shipment/Consignment/TotalInvoiceAmount.
//   - The carnet is valid in Shipment/ExportCountry, and in every
//     FinalDestinationCountry and TransitCountry of its consignments; one more
//     consignment stands for one more country of destination.
//   - A GoodsItemPassportCounterfoil holds at most one GoodsItem. A voucher for
//     several items is therefore several counterfoils that share the ID of
//     their VoucherDocumentReference, one for each item.
//   - What a counterfoil is for, its latest reference says: a
//     ReimportationDocumentReference makes it a re-importation, else a
//     ReexportationDocumentReference a re-exportation, else an
//     ImportationDocumentReference an importation, else an
//     ExportationDocumentReference an exportation. With none of them it is a
//     transit where its VoucherDocumentReference/DocumentType says "Transit",
//     and otherwise not used yet.
//   - The earlier reference on a later counterfoil is what it discharges: the
//     ImportationDocumentReference of a re-exportation names the importation.
//   - The first ImportationDocumentReference of an importation is the entry;
//     each further one is an extension of the stay that customs granted.
//   - An AdditionalDocumentReference of type 955 (UNCL 1001) is an earlier
//     carnet: one that this carnet duplicates where CopyIndicator is true, and
//     one that it replaces otherwise.
package ata
