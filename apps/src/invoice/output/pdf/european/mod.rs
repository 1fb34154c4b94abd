//! An invoice of EN 16931 as it is printed: in English, on A4, as many pages as it takes.

mod flow;
mod terms;

use super::{
    Pdf, Unprintable,
    archive::{About, modules},
    canvas::{Align, Ink, Style},
};
use crate::invoice::en16931::Invoice;
use flow::{Flow, HALVES, HEAD, LINES, PAGE, PAIR, QR, SUMS, TAXES, TOP};
use terms::{address, buyer, figure, identifier, item, joined, period, price, reason, seller, text, title, vat};

/// Prints an invoice of EN 16931 as PDF/A-3 (ISO 19005-3, level U) with its UBL inside as `invoice.xml`, an alternative to the pages.
///
/// What the pages leave out is in the UBL: process, electronic addresses, classifications and attached documents. `qr` is what the QR
/// code says, if there is one.
pub fn pdf_en16931(invoice: &Invoice, qr: Option<&str>, ubl: &[u8]) -> Result<Pdf, Unprintable> {
    let qr = qr.map(modules).transpose()?;
    let title = format!("{} {}", title(invoice), text(&invoice.number));
    let mut flow = Flow::default();
    flow.title(&title);
    flow.head(invoice);
    flow.parties(invoice);
    flow.lines(invoice);
    flow.totals(invoice);
    flow.taxes(invoice);
    flow.payment(invoice);
    let pages = flow.pages();
    let about = About {
        author: invoice.seller.as_ref().and_then(|seller| seller.name.as_deref()).unwrap_or_default(),
        title: title.clone(),
        language: "en",
        time: (text(&invoice.issue_date), 0),
        size: PAGE,
        pages: pages.len(),
        xml: (ubl, "invoice.xml".to_owned()),
    };
    about.write(|canvas, at| {
        if let Some(qr) = qr.as_ref().filter(|_| at == 0) {
            canvas.modules(qr, (QR.1, TOP - 6_000), QR.0);
        }
        flow.draw(canvas, pages[at].clone());
        let foot = format!("{title} · Page {} of {}", at + 1, pages.len());
        canvas.fitted(PAGE.0 / 2, 289_000, Style::new(2_600, Ink::Black, Align::Middle), &foot, 180_000);
    })
}

/// The parts of an invoice, in their order.
impl Flow {
    fn head(&mut self, invoice: &Invoice) {
        let period = invoice.period.as_ref().map(period).unwrap_or_default();
        let object = invoice.object.as_ref().map(identifier).unwrap_or_default();
        for (word, text) in [
            ("Number", text(&invoice.number)),
            ("Issued", text(&invoice.issue_date)),
            ("Due", text(&invoice.due_date)),
            ("Tax point", text(&invoice.tax_point_date)),
            ("Period", period.as_str()),
            ("Currency", text(&invoice.currency)),
            ("Buyer's reference", text(&invoice.buyer_reference)),
            ("Project", text(&invoice.project)),
            ("Contract", text(&invoice.contract)),
            ("Purchase order", text(&invoice.purchase_order)),
            ("Sales order", text(&invoice.sales_order)),
            ("Receiving advice", text(&invoice.receiving_advice)),
            ("Despatch advice", text(&invoice.despatch_advice)),
            ("Tender or lot", text(&invoice.tender)),
            ("Object", object.as_str()),
            ("Buyer's account", text(&invoice.accounting_reference)),
        ] {
            self.pair(&HEAD, word, text);
        }
        for preceding in &invoice.preceding {
            let earlier = joined(", ", [text(&preceding.number), text(&preceding.issue_date)]);
            self.pair(&HEAD, "Earlier invoice", &earlier);
        }
    }

    fn parties(&mut self, invoice: &Invoice) {
        self.header(&HALVES, &["Seller", "Buyer"]);
        let seller = invoice.seller.as_ref().map(seller).unwrap_or_default();
        let buyer = invoice.buyer.as_ref().map(buyer).unwrap_or_default();
        self.row(&HALVES, Ink::Black, &[&seller, &buyer]);
        self.gap();
        if let Some(payee) = &invoice.payee {
            let ids = [&payee.id, &payee.legal_id].map(|id| id.as_ref().map(identifier).unwrap_or_default());
            self.pair(&PAIR, "Payee", &joined(", ", [text(&payee.name), &ids[0], &ids[1]]));
        }
        if let Some(representative) = &invoice.representative {
            let address = representative.address.as_ref().map(address).unwrap_or_default();
            let text = joined("\n", [text(&representative.name), text(&representative.vat_id), &address]);
            self.pair(&PAIR, "Tax representative", &text);
        }
        if let Some(delivery) = &invoice.delivery {
            let address = delivery.address.as_ref().map(address).unwrap_or_default();
            let location = delivery.location.as_ref().map(identifier).unwrap_or_default();
            let text = joined("\n", [text(&delivery.date), text(&delivery.name), &location, &address]);
            self.pair(&PAIR, "Delivered", &text);
        }
    }

    fn lines(&mut self, invoice: &Invoice) {
        let head = self.header(&LINES, &["No.", "Item", "Quantity", "Price", "VAT", "Net amount"]);
        let from = self.end();
        for line in &invoice.lines {
            let quantity = joined(" ", [figure(&line.quantity), text(&line.unit)]);
            let vat = line.vat.as_ref().map(vat).unwrap_or_default();
            let texts = [text(&line.id), &item(line), &quantity, &price(line), &vat, figure(&line.net)];
            self.row(&LINES, Ink::Black, &texts);
        }
        self.repeat(head, from);
    }

    fn totals(&mut self, invoice: &Invoice) {
        self.gap();
        let from = self.end();
        for (word, all) in [("Allowance", &invoice.allowances), ("Charge", &invoice.charges)] {
            for allowance in all {
                let vat = allowance.vat.as_ref().map(vat).unwrap_or_default();
                let word = joined(" ", [word, &reason(allowance), &vat]);
                self.pair(&SUMS, &word, figure(&allowance.amount));
            }
        }
        let Some(totals) = &invoice.totals else { return };
        let currency = text(&invoice.currency);
        for (word, amount) in [
            ("Sum of lines", &totals.lines),
            ("Sum of allowances", &totals.allowances),
            ("Sum of charges", &totals.charges),
            ("Total without VAT", &totals.net),
            ("VAT", &totals.tax),
            ("Total with VAT", &totals.total),
            ("Paid before", &totals.prepaid),
            ("Rounding", &totals.rounding),
        ] {
            self.pair(&SUMS, word, figure(amount));
        }
        self.pair(&SUMS, &format!("Due for payment, {currency}"), figure(&totals.payable));
        let accounting = format!("VAT in {}", text(&invoice.tax_currency));
        self.pair(&SUMS, &accounting, figure(&totals.tax_accounting));
        self.rule(from);
    }

    fn taxes(&mut self, invoice: &Invoice) {
        self.header(&TAXES, &["VAT", "Rate", "Taxable", "Tax", "Exemption reason"]);
        for tax in &invoice.breakdown {
            let rate = tax.rate.as_ref().map(|rate| format!("{}%", rate.text())).unwrap_or_default();
            let reason = joined(" ", [text(&tax.reason), text(&tax.reason_code)]);
            let texts = [text(&tax.category), &rate, figure(&tax.net), figure(&tax.tax), &reason];
            self.row(&TAXES, Ink::Black, &texts);
        }
    }

    fn payment(&mut self, invoice: &Invoice) {
        self.gap();
        self.pair(&PAIR, "Payment terms", text(&invoice.payment_terms));
        for payment in &invoice.payment {
            self.pair(&PAIR, "Means of payment", &joined(" ", [text(&payment.means_text), text(&payment.means)]));
            self.pair(&PAIR, "Payment reference", text(&payment.remittance));
            for to in &payment.credit_transfers {
                let account = joined(", ", [text(&to.account), text(&to.name), text(&to.provider)]);
                self.pair(&PAIR, "Account to pay to", &account);
            }
            if let Some(card) = &payment.card {
                self.pair(&PAIR, "Paid by card", &joined(", ", [text(&card.number), text(&card.holder)]));
            }
            if let Some(debit) = &payment.direct_debit {
                let debit = joined(", ", [text(&debit.mandate), text(&debit.creditor), text(&debit.account)]);
                self.pair(&PAIR, "Direct debit", &debit);
            }
        }
        for note in &invoice.notes {
            self.pair(&PAIR, "Note", &joined(": ", [text(&note.subject), text(&note.text)]));
        }
        for document in &invoice.documents {
            let parts = [text(&document.reference), text(&document.description), text(&document.location)];
            self.pair(&PAIR, "Document", &joined(", ", parts));
        }
    }
}
