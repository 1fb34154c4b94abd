use super::{
    args::Verify,
    exit::{Exit, Outcome},
    output,
};
use counterfoil_types::Genesis;

/// `counterfoil verify`: says what a proof proves, or which step failed.
pub fn run(args: &Verify) -> Outcome {
    let read = |path: &std::path::Path| {
        std::fs::read(path).map_err(|error| Exit::Fault(format!("reading {}: {error}", path.display())))
    };
    let (proof, genesis) = (read(&args.proof)?, read(&args.genesis)?);
    let proved = counterfoil_proof::verify(&proof, &genesis).map_err(|failed| {
        // Such as when the two files are given the other way round.
        let other = Genesis::parse(&genesis).err();
        let other = other.map(|why| format!("\n  {} is no genesis file: {why}", args.genesis.display()));
        Exit::No(format!("not proved: {failed}{}", other.unwrap_or_default()))
    })?;
    output::text(&format!("{proved}\n"));
    Ok(())
}

/// `counterfoil verify-page`: the page that does the same in a browser, as one file.
pub fn page() -> Outcome {
    let page = crate::console::offline_page().map_err(|error| Exit::Fault(format!("making the page: {error}")))?;
    output::text(&page);
    Ok(())
}
