//! Printed pages, looked at with poppler's tools and qpdf. Where these are not installed, the tests say so and check what is left.

use super::*;
use proptest::prelude::*;
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

/// What a tool prints of a file, or nothing if it is not installed. That it fails is a failure of the test.
fn run(name: &str, args: &[&str], file: &Path) -> Option<Vec<u8>> {
    let args = args.iter().map(|arg| if *arg == FILE { file.as_os_str() } else { arg.as_ref() });
    let Ok(output) = Command::new(name).args(args).output() else {
        println!("{name} is not installed: not checked with it");
        return None;
    };
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

fn run_text(name: &str, args: &[&str], file: &Path) -> Option<String> {
    run(name, args, file).map(|bytes| String::from_utf8(bytes).unwrap())
}

/// Stands for the file among the arguments of a tool.
const FILE: &str = "{file}";
/// What makes `pdftotext` print to its standard output.
const AS_TEXT: &[&str] = &["-raw", "-enc", "UTF-8", FILE, "-"];

/// A printed face in a file of its own.
struct Printed {
    pdf: Pdf,
    xml: String,
    qr: String,
    folder: TempDir,
}

impl Printed {
    fn new(face: &Face, language: Language) -> Self {
        let (xml, qr) = (xml::write(face), tax_qr_text(face));
        let pdf = pdf(face, language, &qr, xml.as_bytes()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("invoice.pdf"), &pdf.bytes).unwrap();
        Self { pdf, xml, qr, folder }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("invoice.pdf")
    }
}

/// All kinds of faces.
fn faces() -> Vec<Face> {
    let mut bare = face();
    bare.kind = Kind::Ordinary;
    bare.buyer = Party { name: "个人".to_owned(), taxpayer: None, contact: Default::default() };
    (bare.remark, bare.payee, bare.reviewer, bare.drawer) = (None, None, None, None);
    let item = Item { category: None, specification: None, quantity: None, price: None, ..bare.items[0].clone() };
    bare.items[0] = Item { unit: None, preference: Some(crate::invoice::Preference::Exempt), rate: Fixed(0), ..item };
    let mut wordy = long_face(12);
    wordy.seller.name = "深圳市".to_owned() + &"一二三四五六七八九十".repeat(29) + "有限责任公司";
    wordy.remark = Some("备注内容，".repeat(200));
    wordy.items[3].name = "很长的名称".repeat(60);
    wordy.items[3].discount = Some(Fixed(123));
    wordy.total = Fixed(999_999_999_999_999);
    vec![face(), full_face(), reversed(&full_face()), bare, wordy, long_face(12), long_face(100)]
}

#[test]
fn an_invoice_is_an_archive_with_its_xml_inside() {
    for face in faces() {
        for language in [Language::Chinese, Language::Bilingual] {
            let printed = Printed::new(&face, language);
            assert!(printed.pdf.missing.is_empty());
            let file = printed.file();
            if let Some(info) = run_text("pdfinfo", &[FILE], &file) {
                let line = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                assert_eq!(line("Pages:"), Some(printed.pdf.pages.to_string().as_str()));
                assert_eq!(line("Title:"), Some(format!("{} {}", face.title(), face.number).as_str()));
                assert!(line("Page size:").unwrap().starts_with("595.276 x 396.85 pts"), "{info}");
            }
            if let Some(xmp) = run_text("pdfinfo", &["-meta", FILE], &file) {
                let level = ["<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>U</pdfaid:conformance>"];
                assert!(level.iter().all(|element| xmp.contains(element)), "{xmp}");
            }
            run("qpdf", &["--check", FILE], &file);
            let inside = printed.folder.path().join("inside");
            fs::create_dir(&inside).unwrap();
            if run("pdfdetach", &["-saveall", "-o", inside.to_str().unwrap(), FILE], &file).is_some() {
                let xml = fs::read_to_string(inside.join(format!("{}.xml", face.number))).unwrap();
                assert_eq!(xml, printed.xml);
                assert_eq!(fs::read_dir(inside).unwrap().count(), 1);
            }
            let relation = b"/AFRelationship/Alternative".as_slice();
            assert!(printed.pdf.bytes.windows(relation.len()).any(|bytes| bytes == relation) || relation.is_empty());
        }
    }
}

#[test]
fn the_text_of_the_pages_is_what_the_invoice_says() {
    for face in faces() {
        for language in [Language::Chinese, Language::Bilingual] {
            let printed = Printed::new(&face, language);
            let Some(text) = run_text("pdftotext", AS_TEXT, &printed.file()) else { return };
            let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            let count = |what: &str| text.matches(what).count();
            assert!(count(&face.number) >= printed.pdf.pages, "{text}");
            assert_eq!(count(&format!("¥{}", face.net)), 1, "{text}");
            assert!(text.contains(&format!("（小写）¥{}", face.total)), "{text}");
            assert!(text.contains(&capitals::in_capitals(face.total)), "{text}");
            for row in face.rows() {
                assert!(text.contains(&row.amount.to_string()), "{}: {text}", row.amount);
            }
        }
    }
}

#[test]
fn the_qr_code_is_read_from_the_page() {
    for (face, page) in [(face(), None), (face(), Some("https://invoices.example/check")), (long_face(100), None)] {
        let mut printed = Printed::new(&face, Language::Chinese);
        if let Some(page) = page {
            printed.qr = check_qr_text(page, &face.number, face.total, "5f2b7c90d1e84a36");
            printed.pdf = pdf(&face, Language::Chinese, &printed.qr, b"").unwrap();
        }
        let Some(code) = code_of(&printed.pdf.bytes) else { return };
        assert_eq!(code, printed.qr);
    }
}

/// What the QR code on the first page says; nothing where no tool makes a picture of it.
pub(in crate::invoice) fn code_of(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("invoice.pdf");
    fs::write(&file, pdf).unwrap();
    let picture = run("pdftoppm", &["-r", "200", "-gray", "-l", "1", FILE], &file)?;
    let (width, height, points) = grey(&picture);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| points[y * width + x]);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1);
    Some(grids[0].decode().unwrap().1)
}

/// Width, height and points of the first picture of PGM (netpbm, `P5`).
fn grey(picture: &[u8]) -> (usize, usize, &[u8]) {
    let mut lines = picture.splitn(4, |byte| *byte == b'\n');
    assert_eq!(lines.next(), Some(b"P5".as_slice()));
    let size = std::str::from_utf8(lines.next().unwrap()).unwrap();
    let (width, height) = size.split_once(' ').unwrap();
    assert_eq!(lines.next(), Some(b"255".as_slice()));
    (width.parse().unwrap(), height.parse().unwrap(), lines.next().unwrap())
}

#[test]
fn the_same_face_gives_the_same_bytes() {
    for face in faces() {
        let print = || pdf(&face, Language::Bilingual, "x", b"<x/>").unwrap().bytes;
        assert_eq!(print(), print());
    }
}

#[test]
fn characters_that_the_font_lacks_are_told_and_can_be_copied() {
    let mut face = face();
    face.buyer.name = "𠮷野家（深圳）😀".to_owned();
    let printed = Printed::new(&face, Language::Chinese);
    assert_eq!(printed.pdf.missing.iter().collect::<String>(), "😀𠮷");
    if let Some(text) = run_text("pdftotext", AS_TEXT, &printed.file()) {
        assert!(text.contains("𠮷野家（深圳）😀"), "{text}");
    }
}

#[test]
fn what_cannot_be_printed_is_refused() {
    let face = face();
    assert_eq!(pdf(&face, Language::Chinese, &"x".repeat(3_000), b"").unwrap_err(), Unprintable::Qr(3_000));
    let mut long = face.clone();
    long.seller.name = "长".repeat(301);
    assert_eq!(pdf(&long, Language::Chinese, "x", b"").unwrap_err(), Unprintable::Name(301));
    let timeless = Face { requested: "2026-11-24 10:30".to_owned(), ..face };
    let refused = pdf(&timeless, Language::Chinese, "x", b"").unwrap_err();
    assert_eq!(refused, Unprintable::Time("2026-11-24 10:30".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_is_printed(name in any::<String>(), remark in any::<String>(), count in 1_usize..40) {
        let mut face = long_face(count);
        (face.items[0].name, face.remark) = (name.repeat(9), Some(remark));
        face.buyer.name = name.chars().take(300).collect();
        prop_assert!(pdf(&face, Language::Bilingual, "x", b"").is_ok());
    }
}

/// Invoices of EN 16931: the example, and one with everything many times.
fn european() -> [crate::invoice::en16931::Invoice; 2] {
    let example = crate::invoice::ubl::read(crate::invoice::EXAMPLE_XML.as_bytes()).unwrap().invoice;
    let mut long = example.clone();
    long.lines = (0..200).map(|n| example.lines[n % example.lines.len()].clone()).collect();
    long.notes = vec![example.notes.first().cloned().unwrap_or_default(); 3];
    for note in &mut long.notes {
        note.text = Some("Grüße, żółć, ελληνικά, български. ".repeat(60));
    }
    [example, long]
}

#[test]
fn an_invoice_of_en16931_is_an_archive_with_its_ubl_inside() {
    for invoice in european() {
        let pdf =
            pdf_en16931(&invoice, Some("https://c.example/check"), crate::invoice::EXAMPLE_XML.as_bytes()).unwrap();
        assert!(pdf.missing.is_empty(), "{:?}", pdf.missing);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("invoice.pdf");
        fs::write(&file, &pdf.bytes).unwrap();
        run("qpdf", &["--check", FILE], &file);
        let inside = folder.path().join("invoice.xml");
        if run("pdfdetach", &["-save", "1", "-o", inside.to_str().unwrap(), FILE], &file).is_some() {
            assert_eq!(fs::read_to_string(inside).unwrap(), crate::invoice::EXAMPLE_XML);
        }
        let Some(text) = run_text("pdftotext", AS_TEXT, &file) else { return };
        assert_eq!(text.matches('\u{c}').count(), pdf.pages);
        // Page and pages with lines, each with the words over the columns.
        let counts = (pdf.pages, text.matches("Net amount").count());
        assert_eq!(counts, if invoice.lines.len() < 200 { (1, 1) } else { (5, 4) });
        let totals = invoice.totals.as_ref().unwrap();
        for amount in [&totals.net, &totals.tax, &totals.total, &totals.payable] {
            assert!(text.contains(amount.as_ref().unwrap().text()), "{text}");
        }
    }
    assert!(matches!(pdf_en16931(&Default::default(), None, b""), Err(Unprintable::Time(_))));
}
