use super::texts::Texts;
use crate::console::{assets, language::Language};
use askama::Template;
use base64ct::{Base64, Encoding as _};
use counterfoil_types::Hash;

/// The modules that check a proof, each after those that it imports.
const MODULES: [&str; 9] = [
    "proof-bytes.js",
    "proof-json.js",
    "proof-key.js",
    "proof-genesis.js",
    "proof-file.js",
    "proof-index.js",
    "proof-certificate.js",
    "proof.js",
    "verify.js",
];

/// One language's half of the page.
#[derive(Template)]
#[template(path = "verify/half.html")]
struct Half {
    t: &'static Texts,
    tag: &'static str,
    name: &'static str,
    own: Option<String>,
}

#[derive(Template)]
#[template(path = "verify/offline.html")]
struct Offline {
    brand: &'static str,
    style: &'static str,
    style_hash: String,
    script: String,
    script_hash: String,
    halves: [Half; 2],
}

/// The page that checks proofs as one file, in both languages: it needs neither a node nor a network.
///
/// # Errors
/// A template that cannot be written, which none is.
pub fn offline_page() -> Result<String, askama::Error> {
    let script = bundle();
    let style = assets::STYLE.text;
    let half =
        |language: Language| Half { t: Texts::of(language), tag: language.tag(), name: language.name(), own: None };
    Offline {
        brand: crate::console::texts::Texts::of(Language::English).brand,
        style,
        style_hash: source_hash(style),
        script_hash: source_hash(&script),
        script,
        halves: [half(Language::English), half(Language::Chinese)],
    }
    .render()
}

/// The modules as one: what they import from each other is beside them.
fn bundle() -> String {
    let lines = MODULES.into_iter().flat_map(|name| assets::text(name).expect("it is an asset").lines());
    let own = lines.filter(|line| !line.starts_with("import "));
    own.fold(String::from("\n"), |text, line| text + line.strip_prefix("export ").unwrap_or(line) + "\n")
}

/// What a Content-Security-Policy names an inline script or style by.
fn source_hash(text: &str) -> String {
    format!("'sha256-{}'", Base64::encode_string(&Hash::of(&[text.as_bytes()]).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_one_file_that_asks_nobody_for_anything() {
        let page = offline_page().unwrap();
        for outside in ["src=", "href=\"/", "http://", "https://", "\nimport ", "\nexport ", "connect-src"] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("content=\"default-src 'none'; script-src 'sha256-"));
        let script = page.split("<script type=\"module\">").nth(1).unwrap().split("</script>").next().unwrap();
        assert!(page.contains(&source_hash(script)), "the policy names the script as it stands in the page");
        let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
        assert!(page.contains(&source_hash(style)));
        assert_eq!(page.matches("<script").count() + page.matches("<style").count(), 2);
    }

    #[test]
    fn no_module_names_what_another_one_names() {
        let script = bundle();
        let named = script.lines().filter_map(|line| {
            let line = line.strip_prefix("async ").unwrap_or(line);
            let rest = ["function ", "const ", "class ", "let "].iter().find_map(|word| line.strip_prefix(word))?;
            rest.split(|character: char| !character.is_ascii_alphanumeric() && character != '_').next()
        });
        let mut names: Vec<_> = named.collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert!(count > 50 && names.len() == count);
    }
}
