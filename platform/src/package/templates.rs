/// A package to begin with.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// Its file.
    pub source: &'static str,
    /// Its scenarios: name of the file, and text.
    pub scenarios: &'static [(&'static str, &'static str)],
}

macro_rules! template {
    ($name:literal, $($scenario:literal),+) => {
        Template {
            name: $name,
            source: include_str!(concat!("../../packages/", $name, "/package.sql")),
            scenarios: &[$(($scenario, include_str!(concat!("../../packages/", $name, "/", $scenario)))),+],
        }
    };
}

/// The packages of `platform/packages`.
pub const TEMPLATES: &[Template] = &[
    template!("escrow", "deal.toml"),
    template!("loyalty", "month.toml"),
    template!("tender", "sealed.toml"),
    template!("warehouse", "pledge.toml"),
];

impl Template {
    /// The texts with another name for the package: the source, and each scenario.
    pub fn named(&self, name: &str) -> (String, Vec<(&'static str, String)>) {
        let scenarios = self.scenarios.iter().map(|(file, text)| (*file, self.rename(text, name)));
        (self.rename(self.source, name), scenarios.collect())
    }

    /// The name stands after PACKAGE and as the first part of another one.
    fn rename(&self, text: &str, to: &str) -> String {
        let from = self.name;
        let mut text = text.replace(&format!("PACKAGE {from} "), &format!("PACKAGE {to} "));
        for before in ["'", "\"", "FROM "] {
            for after in [".", "/"] {
                text = text.replace(&format!("{before}{from}{after}"), &format!("{before}{to}{after}"));
            }
        }
        text
    }
}
