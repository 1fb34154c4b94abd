use crate::network::{Network, SELLER};
use counterfoil_client::Client;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// VAT categories of EN 16931 that are supported (UNTDID 5305).
const CATEGORIES: [&str; 10] = ["S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B"];

/// The corpus is no part of this repository: it is looked for beside it, or where `COUNTERFOIL_CORPUS` says.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("COUNTERFOIL_CORPUS").map_or(beside, PathBuf::from);
    folder.join("en16931/expected/documents.json").is_file().then_some(folder)
}

/// An XML document as text with the element names' prefixes taken off: enough to look up what a well-formed invoice says, by other
/// code than the code under test.
struct Document(String);

impl Document {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut out = String::with_capacity(text.len());
        for (at, part) in text.split('<').enumerate() {
            if at > 0 {
                let (slash, part) = part.strip_prefix('/').map_or(("", part), |part| ("/", part));
                let name_end = part.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(part.len());
                let name = part[..name_end].rsplit(':').next().unwrap_or_default();
                out += &format!("<{slash}{name}{}", &part[name_end..]);
            } else {
                out += part;
            }
        }
        Self(out)
    }

    fn root(&self) -> String {
        let element = self.0.split('<').find(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()));
        element.unwrap_or_default().chars().take_while(char::is_ascii_alphanumeric).collect()
    }

    /// What stands between the tags of the elements `name`, in order.
    fn inside(&self, name: &str) -> Vec<Self> {
        let mut found = Vec::new();
        let mut rest = self.0.as_str();
        while let Some(at) = rest.find(&format!("<{name}")) {
            rest = &rest[at + 1 + name.len()..];
            if !rest.starts_with(|c: char| c.is_whitespace() || c == '>') {
                continue;
            }
            let Some((_, content)) = rest.split_once('>') else { break };
            let Some(end) = content.find(&format!("</{name}>")) else { break };
            found.push(Self(content[..end].to_owned()));
            rest = &content[end..];
        }
        found
    }

    fn path(&self, names: &[&str]) -> Option<Self> {
        let (first, rest) = names.split_first()?;
        let inner = self.inside(first).into_iter().next()?;
        if rest.is_empty() { Some(inner) } else { inner.path(rest) }
    }

    fn text(&self) -> String {
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
        entities.iter().fold(self.0.trim().to_owned(), |text, (entity, c)| text.replace(entity, c))
    }

    fn minor(&self, names: &[&str]) -> Option<i64> {
        self.path(names).map(|amount| minor(&amount.text()))
    }

    /// How the seller can be found: BT-31, else BT-32, BT-30, BT-29.
    fn seller(&self) -> Option<(String, String)> {
        let party = self.path(&["AccountingSupplierParty", "Party"])?;
        let schemes = party.inside("PartyTaxScheme");
        let registered = |vat: bool| {
            schemes.iter().find_map(|scheme| {
                let kind = scheme.path(&["TaxScheme", "ID"]).map(|id| id.text());
                let id = scheme.path(&["CompanyID"])?.text();
                (kind.is_some_and(|kind| kind.eq_ignore_ascii_case("VAT")) == vat).then_some(id)
            })
        };
        let legal = || Some(party.path(&["PartyLegalEntity", "CompanyID"])?.text());
        let other = || Some(party.path(&["PartyIdentification", "ID"])?.text());
        let id = registered(true).or_else(|| registered(false)).or_else(legal).or_else(other)?;
        Some((id, party.path(&["PartyLegalEntity", "RegistrationName"])?.text()))
    }

    fn categories(&self) -> BTreeSet<String> {
        self.inside("TaxCategory").iter().filter_map(|category| Some(category.path(&["ID"])?.text())).collect()
    }
}

/// Hundredths of a decimal with at most two places.
fn minor(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let places = format!("{:0<2}", places.trim_end_matches('0'));
    assert_eq!(places.len(), 2, "{text} has at most two places");
    sign * format!("{whole}{places}").parse::<i64>().unwrap()
}

/// A document that is to be issued.
struct Clean {
    name: String,
    bytes: Vec<u8>,
    document: Document,
    seller: (String, String),
    number: String,
}

/// Those that the official rules call clean and whose categories are supported; says which are left out, and why.
fn clean(corpus: &Path) -> Vec<Clean> {
    let expected = fs::read(corpus.join("en16931/expected/documents.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let mut clean = Vec::new();
    for (name, verdict) in expected.as_object().unwrap() {
        let bytes = fs::read(corpus.join(name)).unwrap();
        let document = Document::read(&bytes);
        let left_out = |reason: &str| println!("left out: {name}: {reason}");
        if document.root() != "Invoice" {
            left_out(&format!("not a UBL Invoice but a {}", document.root()));
        } else if verdict.as_array().is_none_or(|broken| !broken.is_empty()) {
            left_out(&format!("the official rules say {verdict}"));
        } else if let Some(other) = document.categories().iter().find(|one| !CATEGORIES.contains(&one.as_str())) {
            left_out(&format!("VAT category {other} is not supported"));
        } else {
            let seller = document.seller().unwrap_or_else(|| panic!("{name} names a seller"));
            let number = document.path(&["ID"]).unwrap().text();
            clean.push(Clean { name: name.clone(), bytes, document, seller, number });
        }
    }
    clean
}

#[test]
fn every_clean_invoice_of_the_corpus_is_issued_on_four_processes_and_read_back_with_equal_totals() {
    let Some(corpus) = corpus() else {
        println!("skipped, no corpus");
        return;
    };
    let mut left = clean(&corpus);
    let (mut issued, mut ledgers) = (0, 0);
    // Some sellers of the corpus use a number in several files; a ledger takes it once, so the others go to another ledger.
    while !left.is_empty() {
        let mut numbers = BTreeSet::new();
        let (now, later) =
            left.into_iter().partition::<Vec<_>, _>(|one| numbers.insert((one.seller.0.clone(), one.number.clone())));
        issued += issue_all(&now);
        ledgers += 1;
        left = later;
    }
    println!("{issued} invoices issued and read back with equal totals, on {ledgers} ledgers");
    assert!(issued > 0, "the corpus has clean invoices");
}

/// Issues documents on a network of their own; how many.
fn issue_all(documents: &[Clean]) -> usize {
    let network = Network::start(4);
    let issuer = Client::new(network.client(0).url()).with_token(&network.token(&format!("{SELLER}/main")));
    let key = format!("{SELLER}/main").parse().unwrap();
    let mut registered = BTreeSet::new();
    let mut height = 0;
    for (at, Clean { name, bytes, document, seller, number }) in documents.iter().enumerate() {
        if registered.insert(&seller.0) {
            network.register(&seller.0, &seller.1, "en16931");
        }
        let answer = issuer
            .post("/v1/invoices", "application/xml", bytes, &key, Some(&format!("corpus-{at}")))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(answer["number"], *number, "{name}");
        height = height.max(answer["receipt"]["height"].as_u64().unwrap());
        read_back(&network, answer["id"].as_str().unwrap(), document, name);
    }
    network.agree(height);
    assert_eq!(network.count("invoice"), documents.len() as u64);
    documents.len()
}

/// Reads an invoice by its route and by SQL.
fn read_back(network: &Network, id: &str, document: &Document, name: &str) {
    const SQL: &str = "SELECT net_minor, tax_minor, total_minor, payable_minor, currency FROM invoice WHERE id = ?";
    let client = network.client(0);
    assert_eq!(client.get(&format!("/v1/invoices/{id}")).unwrap()["id"], id, "{name}");
    let rows = client.sql(SQL, &[id.into()]).unwrap().rows;
    let row = rows.first().unwrap_or_else(|| panic!("{name}: no row {id}"));
    let total = |member: &str| document.minor(&["LegalMonetaryTotal", member]);
    let currency = document.path(&["DocumentCurrencyCode"]).unwrap().text();
    let net = total("TaxExclusiveAmount").unwrap();
    let gross = total("TaxInclusiveAmount").unwrap();
    let expected = [net, gross - net, gross, total("PayableAmount").unwrap()].map(Value::from);
    assert_eq!(row[..4], expected, "{name}");
    assert_eq!(row[4], currency, "{name}");
}
