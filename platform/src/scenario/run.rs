//! Steps, and what must come of them.

use super::{
    Failed, File,
    text::{Act, Scenario, line},
    world::{NotDeployed, World, output},
};
use crate::Module;
use counterfoil_types::{Call, Event, Outcome, Refusal};
use serde_json::Value as Json;

/// A scenario that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// How many steps it has.
    pub steps: usize,
}

/// Runs a scenario on a ledger on which the packages are deployed, in their order. `modules` are those of the program, `sql` and
/// `package` among them.
///
/// # Errors
/// The first step of which not that comes which must.
pub fn run(modules: Vec<Module>, packages: &[File], scenario: &File) -> Result<Passed, Failed> {
    let read = Scenario::read(scenario)?;
    let at = |line| move |reason: String| Failed { file: scenario.name.clone(), line, reason };
    let begins_ms = read.begins_ms().map_err(at(1))?;
    let mut world = World::new(modules, &read.members, begins_ms).map_err(at(1))?;
    for package in packages {
        world.deploy(&package.text).map_err(|why| match why {
            NotDeployed::Refused(refusal) => Failed {
                file: package.name.clone(),
                line: first_line(&refusal),
                reason: format!("it is not deployed: {refusal}"),
            },
            NotDeployed::Otherwise(reason) => at(1)(reason),
        })?;
    }
    let steps = read.steps.len();
    for step in read.steps {
        let line = line(&scenario.text, step.span().start);
        let mut step = step.into_inner();
        let act = step.act().map_err(at(line))?;
        world.act(act, step.refused.as_deref()).map_err(at(line))?;
    }
    Ok(Passed { steps })
}

/// The line that a refusal of the checker names first, else the first of all.
fn first_line(refusal: &Refusal) -> usize {
    let rest = refusal.detail.strip_prefix("line ").unwrap_or_default();
    rest.split(':').next().and_then(|number| number.parse().ok()).unwrap_or(1)
}

impl World {
    /// Does a step; the error says what was expected and what was found.
    fn act(&mut self, act: Act, refused: Option<&str>) -> Result<(), String> {
        match act {
            Act::Wait(time) => {
                self.wait(time);
                Ok(())
            }
            Act::Select { sql, rows } => match self.select(&sql) {
                Err(refusal) => check_refused(&refusal, refused),
                Ok(found) => {
                    check_applied(refused)?;
                    check_rows("rows", rows.as_ref(), &found)
                }
            },
            Act::Run { signers, command, with, result, events } => {
                let outcome = self.run(&signers, Call::new(&command, &with))?;
                let broken = self.broken()?;
                if !broken.is_empty() {
                    return Err(format!("after it an invariant does not hold: {}", broken.join("; ")));
                }
                match outcome {
                    Outcome::Refused(refusal) => check_refused(&refusal, refused),
                    Outcome::Applied { outputs, events: happened } => {
                        check_applied(refused)?;
                        let output = output(&outputs);
                        if output["waiting"].is_object() {
                            return Err("expected that it is done, found that it waits for more signatures".to_owned());
                        }
                        check_rows("result", result.as_ref(), &output["rows"])?;
                        check_events(&events, &happened)
                    }
                }
            }
        }
    }
}

fn check_refused(refusal: &Refusal, expected: Option<&str>) -> Result<(), String> {
    match expected {
        Some(expected) if refusal.code == expected || refusal.detail.contains(expected) => Ok(()),
        Some(expected) => Err(format!("expected refused = {expected:?}, found {refusal}")),
        None => Err(format!("expected that it is done, found that it is refused: {refusal}")),
    }
}

fn check_applied(refused: Option<&str>) -> Result<(), String> {
    match refused {
        Some(expected) => Err(format!("expected refused = {expected:?}, found that it is done")),
        None => Ok(()),
    }
}

fn check_rows(what: &str, expected: Option<&Json>, found: &Json) -> Result<(), String> {
    match expected {
        Some(expected) if expected != found => Err(format!("expected {what} = {expected}, found {found}")),
        _ => Ok(()),
    }
}

/// Each expected event happened: one that a package emits by the package's name for it, any other by its own.
fn check_events(expected: &[String], happened: &[Event]) -> Result<(), String> {
    let found: Vec<String> = happened.iter().map(name).collect();
    match expected.iter().find(|expected| !found.contains(expected)) {
        Some(expected) => Err(format!("expected event = {expected:?}, found {}", found.join(", "))),
        None => Ok(()),
    }
}

fn name(event: &Event) -> String {
    let data: Json = serde_json::from_str(&event.data).unwrap_or_default();
    match (event.name.as_str(), &data["event"]) {
        ("package.emitted", Json::String(name)) => name.clone(),
        (name, _) => name.to_owned(),
    }
}
