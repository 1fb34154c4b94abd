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

/// `counterfoil verify-page`: the page that does the same in a browser, as one file.
pub fn page() -> Outcome {
    let page = crate::console::offline_page().map_err(|error| Exit::Fault(format!("making the page: {error}")))?;
    output::text(&page);
    Ok(())
}
