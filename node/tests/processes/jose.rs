use crate::network::{Process, alone};
use std::{path::Path, process::Command};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/jose/transactions.py");

#[test]
fn transactions_signed_by_a_jose_library_of_another_language_are_accepted_and_with_one_bit_changed_not() {
    let present = Command::new("python3").args(["-c", "import joserfc"]).output().is_ok_and(|run| run.status.success());
    if !present {
        assert!(std::env::var_os("CI").is_none(), "CI has python3 with joserfc: pip install joserfc");
        println!("skipped, no joserfc (pip install joserfc)");
        return;
    }
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let network = Process::start(
        &["dev", "--no-samples", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()],
        &data.join("ready.json"),
        &folder.path().join("log"),
    );
    assert!(Path::new(SCRIPT).is_file());
    let output = Command::new("python3").args([SCRIPT, &network.url, "supplier-1/dev"]).output().unwrap();
    print!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
