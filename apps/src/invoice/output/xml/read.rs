use super::{BLUE, ORDINARY, PAYEE, RED, REVIEWER, SIMPLIFIED, SPECIAL, Unreadable};
use crate::invoice::{
    AMOUNT_MAX, Contact, ITEMS_MAX, Item, Kind, Preference,
    date::{is_date, is_time},
    decimal::{Decimal, Fixed},
    output::{Bureau, Colour, Face, Party, capitals, face::split_name},
    ubl::{
        Problem,
        tree::{self, Element, Space},
    },
};

type Or<T> = Result<T, Unreadable>;

/// Reads an invoice of the Chinese platform.
///
/// Elements that [`Face`] has no place for are left out, such as the bureau's signature; those that it has stand once, in their place,
/// and say the same as each other: the number, and the total in figures and in capitals.
pub fn read(bytes: &[u8]) -> Or<Face> {
    let root = tree::parse(bytes)?;
    if (root.space, root.name.as_str()) != (Space::Absent, "EInvoice") {
        let detail = format!("the root element is {}, not EInvoice without a namespace", root.label());
        return Err(Unreadable::new(Problem::Root, "", detail));
    }
    let root = Place { element: &root, path: "/EInvoice".to_owned() };
    let (data, bureau) = (root.one("EInvoiceData")?, root.one("TaxSupervisionInfo")?);
    let (basic, labels) = (data.one("BasicInformation")?, root.one("Header")?.one("InherentLabel")?);
    let additional = data.first("AdditionalInformation")?;
    let total = basic.fixed("TotalTax-includedAmount")?;
    let mut face = Face {
        kind: kind(&labels)?,
        number: number(&root, &bureau)?,
        issue_date: issue_date(&bureau)?,
        requested: basic.checked("RequestTime", "YYYY-MM-DD HH:MM:SS", is_time)?,
        colour: colour(&labels, &data, total)?,
        seller: party(&data, "Seller")?,
        buyer: party(&data, "Buyer")?,
        items: items(&data)?,
        net: basic.fixed("TotalAmWithoutTax")?,
        tax: basic.fixed("TotalTaxAm")?,
        total,
        remark: additional.as_ref().map(|place| place.text("Remark")).transpose()?.flatten(),
        payee: None,
        reviewer: None,
        drawer: basic.text("Drawer")?,
        bureau: Bureau {
            code: bureau.checked("TaxBureauCode", "11 digits", |code| digits(code, 11))?,
            name: bureau.required("TaxBureauName")?,
        },
    };
    let capitals = "TotalTax-includedAmountInChinese";
    basic.checked(capitals, &capitals::in_capitals(total), |text| capitals::says(text, total))?;
    if let Some(additional) = &additional {
        particulars(additional, &mut face)?;
    }
    Ok(face)
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn kind(labels: &Place<'_>) -> Or<Kind> {
    let label = labels.one("GeneralOrSpecialVAT")?;
    let code = label.checked("LabelCode", "01 or 02", |code| [SPECIAL, ORDINARY].contains(&code))?;
    Ok(if code == SPECIAL { Kind::Special } else { Kind::Ordinary })
}

fn number(root: &Place<'_>, bureau: &Place<'_>) -> Or<String> {
    let number = bureau.checked("InvoiceNumber", "20 digits", |number| digits(number, 20))?;
    root.one("Header")?.checked("EIid", &format!("the number {number}"), |text| text == number)
}

fn issue_date(bureau: &Place<'_>) -> Or<String> {
    let issued = bureau.checked("IssueTime", "YYYY-MM-DD", |text| is_date(text) || is_time(text))?;
    Ok(issued.split(' ').next().unwrap_or_default().to_owned())
}

fn colour(labels: &Place<'_>, data: &Place<'_>, total: Fixed<2>) -> Or<Colour> {
    let label = labels.one("InIssuType")?;
    let code = label.checked("LabelCode", "Y or N", |code| [BLUE, RED].contains(&code))?;
    let red = data.first("SpecificInformation")?.map(|place| place.first("RedEInvoice")).transpose()?.flatten();
    if (total.0 < 0) != (code == RED) {
        let detail =
            format!("an invoice of {total} cannot have the mark {code}: red letters, and only they, are below zero");
        return Err(Unreadable::new(Problem::Value, label.path, detail));
    }
    match red {
        Some(red) if code == RED => {
            Ok(Colour::Red { blue: red.required("OriginalInvoiceCode")?, confirmation: red.text("CreditNoteNumber")? })
        }
        Some(red) => Err(Unreadable::new(Problem::Unexpected, red.path, "only red letters have it")),
        None if code == RED => {
            Err(Unreadable::new(Problem::Value, &data.path, "SpecificInformation/RedEInvoice is missing"))
        }
        None => Ok(Colour::Blue),
    }
}

fn party(data: &Place<'_>, who: &str) -> Or<Party> {
    let place = data.one(&format!("{who}Information"))?;
    let text = |name: &str| place.text(&format!("{who}{name}"));
    Ok(Party {
        name: place.required(&format!("{who}Name"))?,
        taxpayer: text("IdNum")?,
        contact: Contact {
            address: text("Addr")?,
            telephone: text("TelNum")?,
            email: None,
            bank: text("BankName")?,
            account: text("BankAccNum")?,
        },
    })
}

fn items(data: &Place<'_>) -> Or<Vec<Item>> {
    let rows: Vec<_> = data.all("IssuItemInformation").collect();
    // A row and one of its discount for each.
    if !(1..=2 * ITEMS_MAX).contains(&rows.len()) {
        let detail = format!("{} elements IssuItemInformation, 1 to {} are taken", rows.len(), 2 * ITEMS_MAX);
        return Err(Unreadable::new(Problem::Limit, &data.path, detail));
    }
    let mut items: Vec<Item> = Vec::new();
    for row in rows {
        let row = item(&row)?;
        match items.last_mut().filter(|item| is_discount(&row, item)) {
            Some(item) => take_off(item, &row),
            None => items.push(row),
        }
    }
    Ok(items)
}

fn item(row: &Place<'_>) -> Or<Item> {
    let full = row.required("ItemName")?;
    let (category, name) = split_name(&full);
    let (rate, preference) = rate(row)?;
    Ok(Item {
        tax_code: row.checked("TaxClassificationCode", "19 digits", |code| digits(code, 19))?,
        name: name.to_owned(),
        category: category.map(str::to_owned),
        specification: row.text("SpecMod")?,
        unit: row.text("MeaUnits")?,
        quantity: row.rounded("Quantity")?,
        price: row.rounded("UnPrice")?,
        discount: None,
        amount: row.fixed("Amount")?,
        tax: row.fixed("ComTaxAm")?,
        total: row.fixed("TotaltaxIncludedAmount")?,
        rate,
        preference,
    })
}

fn rate(row: &Place<'_>) -> Or<(Fixed<4>, Option<Preference>)> {
    match row.required("TaxRate")?.as_str() {
        "免税" => Ok((Fixed(0), Some(Preference::Exempt))),
        "不征税" => Ok((Fixed(0), Some(Preference::Untaxed))),
        _ => {
            let rate = row.fixed("TaxRate")?;
            Ok((rate, (rate.0 == 0).then_some(Preference::ZeroRated)))
        }
    }
}

/// Whether a row takes a discount off the item before it: it has its name, code and rate, no quantity, and the other sign.
fn is_discount(row: &Item, item: &Item) -> bool {
    let bare = row.specification.is_none() && row.unit.is_none() && row.quantity.is_none() && row.price.is_none();
    let same = row.tax_code == item.tax_code
        && row.name == item.name
        && row.category == item.category
        && row.rate == item.rate
        && row.preference == item.preference;
    bare && same && item.discount.is_none() && row.amount.0.signum() * item.amount.0.signum() < 0
}

/// No sum leaves 64 bits: [`AMOUNT_MAX`] is far below them.
fn take_off(item: &mut Item, row: &Item) {
    item.discount = Some(Fixed(-row.amount.0));
    item.amount.0 += row.amount.0;
    item.tax.0 += row.tax.0;
    item.total.0 += row.total.0;
}

fn particulars(place: &Place<'_>, face: &mut Face) -> Or<()> {
    for additional in place.all("Additional") {
        let (Some(name), Some(value)) = (additional.text("Information")?, additional.text("InformationValue")?) else {
            continue;
        };
        let field = match name.as_str() {
            PAYEE => &mut face.payee,
            REVIEWER => &mut face.reviewer,
            SIMPLIFIED => {
                for number in value.split(',') {
                    let at = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                    let item = at.and_then(|at| face.items.get_mut(at));
                    let wrong = || additional.wrong("InformationValue", &value, "numbers of items");
                    item.ok_or_else(wrong)?.preference = Some(Preference::Simplified);
                }
                continue;
            }
            _ => continue,
        };
        if field.replace(value).is_some() {
            return Err(Unreadable::new(Problem::Repeated, additional.path, format!("{name} stands more than once")));
        }
    }
    Ok(())
}

/// An element and where it is.
struct Place<'a> {
    element: &'a Element,
    path: String,
}

impl<'a> Place<'a> {
    fn all(&self, name: &str) -> impl Iterator<Item = Place<'a>> {
        let found =
            self.element.children.iter().filter(move |child| child.space == Space::Absent && child.name == name);
        found
            .zip(1..)
            .map(move |(element, nth): (_, u32)| Place { element, path: format!("{}/{name}[{nth}]", self.path) })
    }

    fn first(&self, name: &str) -> Or<Option<Place<'a>>> {
        let mut all = self.all(name);
        let first = all.next().map(|place| Place { path: format!("{}/{name}", self.path), ..place });
        match all.next() {
            Some(second) => {
                Err(Unreadable::new(Problem::Repeated, second.path, format!("{name} stands more than once")))
            }
            None => Ok(first),
        }
    }

    fn one(&self, name: &str) -> Or<Place<'a>> {
        self.first(name)?.ok_or_else(|| Unreadable::new(Problem::Value, &self.path, format!("{name} is missing")))
    }

    /// A text; an element without one is as none.
    fn text(&self, name: &str) -> Or<Option<String>> {
        let Some(place) = self.first(name)? else { return Ok(None) };
        if let Some(inner) = place.element.children.first() {
            let detail = format!("{} stands inside a value", inner.label());
            return Err(Unreadable::new(Problem::Unexpected, place.path, detail));
        }
        let text = place.element.text.trim();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    fn required(&self, name: &str) -> Or<String> {
        self.text(name)?.ok_or_else(|| Unreadable::new(Problem::Value, &self.path, format!("{name} is missing")))
    }

    fn checked(&self, name: &str, expected: &str, is: impl FnOnce(&str) -> bool) -> Or<String> {
        let text = self.required(name)?;
        if is(&text) { Ok(text) } else { Err(self.wrong(name, &text, expected)) }
    }

    fn wrong(&self, name: &str, found: &str, expected: &str) -> Unreadable {
        let detail = format!("expected {expected}, found {found:?}");
        Unreadable::new(Problem::Value, format!("{}/{name}", self.path), detail)
    }

    fn fixed<const PLACES: u32>(&self, name: &str) -> Or<Fixed<PLACES>> {
        self.optional_fixed(name)?
            .ok_or_else(|| Unreadable::new(Problem::Value, &self.path, format!("{name} is missing")))
    }

    fn optional_fixed<const PLACES: u32>(&self, name: &str) -> Or<Option<Fixed<PLACES>>> {
        self.number(name, |number| number)
    }

    /// Quantities and prices: the platform takes up to 13 places of them, and amounts do not hang on the last ones.
    fn rounded<const PLACES: u32>(&self, name: &str) -> Or<Option<Fixed<PLACES>>> {
        self.number(name, |number| number.round(PLACES))
    }

    fn number<const PLACES: u32>(
        &self,
        name: &str,
        form: impl FnOnce(Decimal) -> Decimal,
    ) -> Or<Option<Fixed<PLACES>>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let most = i128::from(AMOUNT_MAX) * 10_i128.pow(PLACES.saturating_sub(2));
        let number = Decimal::parse(&text).ok().and_then(|number| form(number).to_fixed(PLACES));
        match number.filter(|number| i128::from(*number).abs() <= most) {
            Some(number) => Ok(Some(Fixed(number))),
            None => {
                Err(self.wrong(name, &text, &format!("a decimal of at most {PLACES} places, in the range of amounts")))
            }
        }
    }
}
