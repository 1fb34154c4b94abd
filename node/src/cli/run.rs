use super::{
    args::{Cli, Console, Document, Incoming, Invoice, Network, Package, Row, Token, Verb, Webhook},
    audit, bench, call, console, dev, document,
    exit::Outcome,
    import, incoming, mirror, modules, network, package, row, sql, start, status, token, verify, webhook,
};
use clap::{CommandFactory as _, FromArgMatches as _};
use std::{io::IsTerminal as _, process::ExitCode};
use tracing_subscriber::EnvFilter;

/// Runs what the arguments of this process ask.
pub fn run() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("error"));
    // The parser of SQL logs every syntax error of a user, who is told of it anyway.
    let quiet = |target: &str| format!("{target}=off").parse().expect("a directive");
    let filter = filter.add_directive(quiet("sqlite3Parser")).add_directive(quiet("scanner"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process would find it set; nothing depends on it.
    let _ = log.with_ansi(std::io::stderr().is_terminal()).try_init();
    let registry = crate::registry();
    let command = modules::add(Cli::command(), &registry);
    let matches = command.get_matches();
    let outcome = match modules::run(&Cli::command(), &matches, &registry) {
        Some(outcome) => outcome,
        None => match Cli::from_arg_matches(&matches) {
            Ok(cli) => perform(cli.verb),
            Err(error) => error.exit(),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.report(),
    }
}

fn perform(verb: Verb) -> Outcome {
    match verb {
        Verb::Dev(args) => dev::run(args),
        Verb::Network(Network::New(args)) => network::new(&args),
        Verb::Start(args) => start::run(&args),
        Verb::Token(Token::New(args)) => token::new(args),
        Verb::Token(Token::List(args)) => token::list(&args),
        Verb::Token(Token::Revoke(args)) => token::revoke(&args),
        Verb::Console(Console::Invite(args)) => console::invite(args),
        Verb::Console(Console::List(args)) => console::list(&args),
        Verb::Console(Console::Remove(args)) => console::remove(&args),
        Verb::Status(args) => status::run(&args),
        Verb::Sql(args) => sql::run(&args),
        Verb::Row(Row::History(args)) => row::history(&args),
        Verb::Call(args) => call::run(&args.command, &args.with, &args.signing),
        Verb::Verify(args) => verify::run(&args),
        Verb::Mirror(args) => mirror::run(&args),
        Verb::VerifyPage => verify::page(),
        Verb::Audit(args) => audit::run(&args),
        Verb::Document(Document::Anchor(args)) => document::anchor(&args),
        Verb::Document(Document::Seal(args)) => document::seal(&args),
        Verb::Document(Document::Open(args)) => document::open(&args),
        Verb::Document(Document::Show(args)) => document::show(&args),
        Verb::Document(Document::Share(args)) => document::share(&args),
        Verb::Document(Document::Verify(args)) => document::verify(&args),
        Verb::Document(Document::Key(args)) => document::key(&args),
        Verb::Invoice(Invoice::Import(args)) => import::run(&args),
        Verb::Incoming(Incoming::New(args)) => incoming::new(&args),
        Verb::Incoming(Incoming::List(args)) => incoming::list(&args),
        Verb::Incoming(Incoming::Remove(args)) => incoming::remove(&args),
        Verb::Webhook(Webhook::Add(args)) => webhook::add(&args),
        Verb::Webhook(Webhook::List(args)) => webhook::list(&args),
        Verb::Webhook(Webhook::Remove(args)) => webhook::remove(&args),
        Verb::Webhook(Webhook::Replay(args)) => webhook::replay(&args),
        Verb::Webhook(Webhook::DeadLetters(args)) => webhook::dead_letters(&args),
        Verb::Webhook(Webhook::Send(args)) => webhook::send(&args),
        Verb::Package(Package::New(args)) => package::new(&args),
        Verb::Package(Package::Check(args)) => package::check(&args),
        Verb::Package(Package::Test(args)) => package::test(&args),
        Verb::Package(Package::Propose(args)) => package::propose(&args),
        Verb::Package(Package::Vote(args)) => package::vote(&args),
        Verb::Package(Package::Call(args)) => package::call(&args),
        Verb::Package(Package::Show(args)) => package::show(&args),
        Verb::Bench(args) => bench::run(args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_arguments_that_clap_takes() {
        modules::add(Cli::command(), &crate::registry()).debug_assert();
    }
}
