use super::{
    check::Mismatch,
    size::{Issued, Timed, timed},
};
use crate::member::Member;
use counterfoil_client::Client;

/// Pages that say the same whatever the invoice, and who asks: the authority where a page is about all invoices, a seller where about
/// his own.
const PLAIN: [(&str, &str); 22] = [
    ("/", "tax-bureau"),
    ("/invoices", "tax-bureau"),
    ("/invoices", "supplier-1"),
    ("/invoices?view=issued", "supplier-1"),
    ("/invoices?view=all&state=locked", "tax-bureau"),
    ("/invoices/new", "supplier-1"),
    ("/invoices/import", "supplier-1"),
    ("/tax", "tax-bureau"),
    ("/inbox", "supplier-1"),
    ("/inbox", "tax-bureau"),
    ("/blocks", "supplier-1"),
    ("/transactions", "supplier-1"),
    ("/tables", "supplier-1"),
    ("/tables/invoice", "supplier-1"),
    ("/tables/document_field", "supplier-1"),
    ("/sql", "supplier-1"),
    ("/accounts", "supplier-1"),
    ("/documents", "tax-bureau"),
    ("/members", "supplier-1"),
    ("/governance", "supplier-1"),
    ("/packages", "supplier-1"),
    ("/do/invoice.issue", "supplier-1"),
];

/// A page of the console of which there is one for each invoice.
type Of = (&'static str, &'static str, fn(&Issued) -> String);

const OF_INVOICE: [Of; 7] = [
    ("/check?number=&total=", "supplier-1", |one| format!("/check?number={}&total={}", one.number, one.total)),
    ("/search?q= a number", "supplier-1", |one| format!("/search?q={}", one.number)),
    ("/invoices/{id}", "tax-bureau", |one| format!("/invoices/{}", one.id)),
    ("/tables/invoice/{id}", "supplier-1", |one| format!("/tables/invoice/{}", one.id)),
    ("/tax/{taxpayer}", "tax-bureau", |one| format!("/tax/{}?month={}", one.seller, one.month)),
    ("/tax/{taxpayer}/input-tax", "tax-bureau", |one| format!("/tax/{}/input-tax?month={}", one.seller, one.month)),
    ("/tax/{taxpayer}/sales-book", "tax-bureau", |one| format!("/tax/{}/sales-book?month={}", one.seller, one.month)),
];

/// Times pages of the console of `member`, each once for each of `chosen`.
pub fn times(client: &Client, member: &Member, chosen: &[Issued]) -> Result<Vec<Timed>, Mismatch> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let show = |path: &str, seat: &str| {
        let cookie = format!("seat-{}={seat}/dev", member.id);
        let asked = agent.get(format!("{}{path}", client.url())).header("cookie", cookie).call();
        let shown = asked.and_then(|mut answer| Ok((answer.status(), answer.body_mut().read_to_string()?)));
        match shown {
            Ok((status, page)) if status.is_success() && page.contains("</html>") => Ok(()),
            Ok((status, _)) => Err(Mismatch::Wrong(format!("{path} answers {seat} with {status} and no page"))),
            Err(error) => Err(Mismatch::Wrong(format!("{path}: {error}"))),
        }
    };
    let name = |what: &str, seat: &str| format!("{what} to {seat}");
    let plain = PLAIN.into_iter().map(|(path, seat)| timed(name(path, seat), chosen, |_| show(path, seat)));
    let of_invoice =
        OF_INVOICE.into_iter().map(|(what, seat, path)| timed(name(what, seat), chosen, |one| show(&path(one), seat)));
    plain.chain(of_invoice).collect()
}
