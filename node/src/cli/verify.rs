use super::{
    args::Verify,
    exit::{Exit, Outcome},
    output,
};

/// `counterfoil verify`: says what a proof proves, or which step failed.
pub fn run(args: &Verify) -> Outcome {
    let read = |path: &std::path::Path| {
        std::fs::read(path).map_err(|error| Exit::Fault(format!("reading {}: {error}", path.display())))
    };
    let proved = counterfoil_proof::verify(&read(&args.proof)?, &read(&args.genesis)?);
    let proved = proved.map_err(|failed| Exit::No(format!("not proved: {failed}")))?;
    output::text(&format!("{proved}\n"));
    Ok(())
}
