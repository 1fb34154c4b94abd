//! What the QR code of an invoice says, and its picture.

use super::Face;
use crate::invoice::{Kind, decimal::Fixed};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use qrcodegen::{QrCode, QrCodeEcc};

/// Characters of an address that stand as they are (RFC 3986, §2.3).
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The QR text of fully digital invoices, as the Chinese platform prints it:
/// `01`, the form, no code, number, total, day, no check code, and a checksum, such as
/// `01,32,,26332000004021728676,458.89,20260515,,3050`.
///
/// There is no public document on the checksum; it is the CRC-16 of all before it, as printed invoices show.
pub fn tax_qr_text(face: &Face) -> String {
    let kind = match face.kind {
        Kind::Special => "31",
        Kind::Ordinary => "32",
    };
    let day = face.issue_date.replace('-', "");
    let text = format!("01,{kind},,{},{},{day},,", face.number, face.total);
    let checksum = crc16(text.as_bytes());
    format!("{text}{checksum:04X}")
}

/// CRC-16/UMTS: polynomial 0x8005, beginning with 0, not reflected.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| (crc << 1) ^ if crc & 0x8000 == 0 { 0 } else { 0x8005 })
    })
}

/// The QR text that leads to a check page: its address with the invoice's number, its total and a short reference of its proof.
pub fn check_qr_text(page: &str, number: &str, total: Fixed<2>, proof: &str) -> String {
    let first = if page.contains('?') { '&' } else { '?' };
    let [number, proof] = [number, proof].map(|text| utf8_percent_encode(text, KEPT));
    format!("{page}{first}number={number}&total={total}&proof={proof}")
}

/// The modules of a QR code (ISO/IEC 18004), with error correction of level M.
pub(super) struct Modules(QrCode);

impl Modules {
    /// The code of a text; `None` for one that is longer than a QR code can be, 2,331 bytes.
    pub fn of(text: &str) -> Option<Self> {
        QrCode::encode_text(text, QrCodeEcc::Medium).ok().map(Self)
    }

    /// Modules on a side, without the quiet zone.
    pub fn side(&self) -> i32 {
        self.0.size()
    }

    /// The dark modules, as runs of a row: column, row, length.
    pub fn runs(&self) -> Vec<(i32, i32, i32)> {
        let mut runs = Vec::new();
        for y in 0..self.side() {
            let mut x = 0;
            while x < self.side() {
                let length = (x..self.side()).take_while(|x| self.0.get_module(*x, y)).count() as i32;
                if length > 0 {
                    runs.push((x, y, length));
                }
                x += length.max(1);
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::face, *};
    use crate::invoice::decimal::Fixed;

    #[test]
    fn the_tax_qr_text_is_that_of_printed_invoices() {
        // Texts of QR codes on invoices that are public in test data and documentation.
        for text in [
            "01,32,,26332000004021728676,458.89,20260515,,3050",
            "01,32,,25432000000031411143,655.00,20250311,,19E3",
            "01,32,,20882408051806541460,0.01,20240805,,649C",
            "01,32,,24312000000136634917,0.01,20240514,,1DD6",
            "01,32,,26427000000375586818,10.70,20260430,,FAFB",
            "01,31,,26442000004359167806,1705400.00,20260421,,8EEF",
            "01,31,,24312000000358032546,633.00,20241118,,16C0",
        ] {
            let parts: Vec<_> = text.split(',').collect();
            let mut face = face();
            face.kind = if parts[1] == "31" { Kind::Special } else { Kind::Ordinary };
            face.number = parts[3].to_owned();
            face.total = Fixed(parts[4].replace('.', "").parse().unwrap());
            face.issue_date = format!("{}-{}-{}", &parts[5][..4], &parts[5][4..6], &parts[5][6..]);
            assert_eq!(tax_qr_text(&face), text);
        }
    }

    #[test]
    fn the_check_page_gets_number_total_and_proof() {
        let face = face();
        let query = format!("number={}&total=4617.00&proof=1a2b%2Fc%2B", face.number);
        assert_eq!(
            check_qr_text("https://c.example/check", &face.number, face.total, "1a2b/c+"),
            format!("https://c.example/check?{query}")
        );
        assert_eq!(
            check_qr_text("https://c.example/?p=1", &face.number, face.total, "1a2b/c+"),
            format!("https://c.example/?p=1&{query}")
        );
    }

    #[test]
    fn codes_are_read_back_by_another_decoder() {
        let face = face();
        for text in [
            tax_qr_text(&face),
            check_qr_text("https://c.example/check", &face.number, face.total, "0f".repeat(16).as_str()),
        ] {
            let modules = Modules::of(&text).unwrap();
            // Eight points a module and a quiet zone of four modules.
            let runs = modules.runs();
            let dark = |x: usize, y: usize| {
                let (x, y) = (x as i32 / 8 - 4, y as i32 / 8 - 4);
                runs.iter().any(|(from, row, length)| *row == y && (*from..from + length).contains(&x))
            };
            let points = (modules.side() as usize + 8) * 8;
            let mut image =
                rqrr::PreparedImage::prepare_from_greyscale(points, points, |x, y| if dark(x, y) { 0 } else { 255 });
            let grids = image.detect_grids();
            assert_eq!(grids.len(), 1);
            assert_eq!(grids[0].decode().unwrap().1, text);
        }
        assert!(Modules::of(&"x".repeat(2_332)).is_none());
    }
}
