//! Taxpayer ids, judged as a library that others wrote judges them.

use counterfoil_apps::invoice::taxpayer_id::{NotATaxpayerId, check, compose};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const IDS: usize = 10_000;

/// A line each: 1 for a unified social credit code, else 0.
const JUDGE: &str = "\
import sys
from stdnum.cn import uscc
for line in sys.stdin:
    print(int(uscc.is_valid(line.strip())))
";

/// An id that is right, and in half of the cases one in which a character is another, or two are exchanged.
fn id(rng: &mut StdRng) -> String {
    let authority: String = (0..8).map(|_| char::from(b'0' + rng.random_range(0..10))).collect();
    let mut any = || char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]);
    let organisation: String = (0..8).map(|_| any()).collect();
    let mut id = compose(&authority, &organisation).expect("characters of an id").into_bytes();
    if rng.random_bool(0.5) {
        let (at, other) = (rng.random_range(0..18), rng.random_range(0..18));
        if rng.random_bool(0.5) {
            id[at] = ALPHABET[rng.random_range(0..ALPHABET.len())];
        } else {
            id.swap(at, other);
        }
    }
    String::from_utf8(id).expect("ASCII")
}

#[test]
fn ten_thousand_ids_are_judged_as_python_stdnum_judges_them() {
    let present = Command::new("python3").args(["-c", "from stdnum.cn import uscc"]).output();
    if !present.is_ok_and(|run| run.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "CI has it: pip install python-stdnum");
        println!("skipped, no python-stdnum (pip install python-stdnum)");
        return;
    }
    let mut rng = StdRng::seed_from_u64(17);
    let ids: Vec<String> = (0..IDS).map(|_| id(&mut rng)).collect();
    let mut python =
        Command::new("python3").args(["-c", JUDGE]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, text) = (python.stdin.take().unwrap(), ids.join("\n"));
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let verdicts: Vec<bool> = String::from_utf8(output.stdout).unwrap().lines().map(|line| line == "1").collect();
    assert_eq!(verdicts.len(), IDS);
    let mut right = 0;
    for (id, verdict) in ids.iter().zip(verdicts) {
        match check(id) {
            // The library wants digits in the first eight, where GB 32100 knows letters too, such as N for village collectives.
            Ok(()) if id.bytes().take(8).any(|byte| byte.is_ascii_alphabetic()) => assert!(!verdict, "{id}"),
            Ok(()) => {
                assert!(verdict, "{id} is right here");
                right += 1;
            }
            // The library does not look at the check character of GB 11714 inside.
            Err(NotATaxpayerId::Organisation { .. }) => {}
            Err(why) => assert!(!verdict, "{id}: {why}"),
        }
    }
    println!("{right} of {IDS} are right");
    assert!((IDS / 2..IDS * 6 / 10).contains(&right), "{right}");
}
