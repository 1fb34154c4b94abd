use crate::cli::{
    args::{Format, PackageCheck, PackageNew, PackageTest},
    exit::{Exit, Outcome},
    output,
};
use counterfoil_client::Table;
use counterfoil_platform::{
    package::TEMPLATES,
    scenario::{self, File, Found},
};
use counterfoil_types::Fault;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

/// `counterfoil package new`
pub fn new(args: &PackageNew) -> Outcome {
    let template = TEMPLATES.iter().find(|template| template.name == args.template);
    let template = template.ok_or_else(|| Exit::Usage(format!("there is no template {}", args.template)))?;
    let (source, scenarios) = template.named(&args.name);
    // The templates hold, so what is found is about the name.
    if let Some(found) = scenario::check(counterfoil_apps::modules(), &source).first() {
        return Err(Exit::Usage(format!(
            "{:?} cannot be the name of a package, a to z, then a to z, 0 to 9 and _: {}",
            args.name, found.message
        )));
    }
    let folder = args.out.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    let failed = |error| Fault::new(format!("making {}, which must not be there yet", folder.display()), error);
    fs::create_dir(&folder).map_err(failed)?;
    let texts = scenarios.iter().map(|(name, text)| (*name, text)).chain([("package.sql", &source)]);
    for (name, text) in texts {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| Fault::new(format!("writing {}", path.display()), error))?;
    }
    let shown = folder.display();
    output::text(&format!(
        "{shown}/package.sql and a scenario are written\n\n  counterfoil package check {shown}/package.sql\n  counterfoil package test {shown}\n"
    ));
    Ok(())
}

/// `counterfoil package check`
pub fn check(args: &PackageCheck) -> Outcome {
    let found = scenario::check(counterfoil_apps::modules(), &read(&args.file)?.text);
    let row = |found: &Found| vec![json!(found.line), json!(found.rule), json!(found.message)];
    let rows: Vec<_> = found.iter().map(row).collect();
    if !rows.is_empty() || args.output != Format::Table {
        table(&["line", "rule", "message"], rows, args.output);
    }
    let file = args.file.display();
    match found.len() {
        0 => {
            output::note(&format!("counterfoil: {file}: nothing is against it"));
            Ok(())
        }
        1 => Err(Exit::No(format!("{file}: 1 finding"))),
        count => Err(Exit::No(format!("{file}: {count} findings"))),
    }
}

/// `counterfoil package test`
pub fn test(args: &PackageTest) -> Outcome {
    let packages = files(&args.folder, "sql")?;
    let scenarios = files(&args.folder, "toml")?;
    if packages.is_empty() || scenarios.is_empty() {
        let folder = args.folder.display();
        return Err(Exit::Usage(format!("{folder} has no package, a file *.sql, or no scenario, a file *.toml")));
    }
    let mut rows = Vec::new();
    let mut failures = 0;
    for file in &scenarios {
        let begun = Instant::now();
        let result = scenario::run(counterfoil_apps::modules(), &packages, file);
        failures += usize::from(result.is_err());
        let (result, steps, why) = match result {
            Ok(passed) => ("holds", json!(passed.steps), String::new()),
            Err(failed) => ("FAILS", Value::Null, failed.to_string()),
        };
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        rows.push(vec![json!(file.name), json!(result), steps, json!(ms), json!(why)]);
    }
    table(&["scenario", "result", "steps", "ms", "why"], rows, args.output);
    match failures {
        0 => Ok(()),
        some => Err(Exit::No(format!("{some} of {} scenarios fail", scenarios.len()))),
    }
}

fn table(columns: &[&str], rows: Vec<Vec<Value>>, format: Format) {
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    output::table(&Table { height: 0, columns, rows, truncated: None }, format);
}

/// The files of a folder that end so, by name.
fn files(folder: &Path, ending: &str) -> Result<Vec<File>, Exit> {
    let paths = crate::files::list(folder)?;
    let ends = |path: &&PathBuf| path.extension().is_some_and(|end| end == ending);
    paths.iter().filter(ends).map(|path| read(path)).collect()
}

pub(super) fn read(path: &Path) -> Result<File, Exit> {
    let text = fs::read_to_string(path).map_err(|error| Fault::new(format!("reading {}", path.display()), error))?;
    Ok(File { name: path.display().to_string(), text })
}
