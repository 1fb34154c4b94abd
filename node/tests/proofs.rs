use crate::support::{Dev, run};
use std::{fs, path::Path};

fn verify(proof: &Path, genesis: &Path) -> (Option<i32>, String) {
    let output = run(&["verify", proof.to_str().unwrap(), "--genesis", genesis.to_str().unwrap()]);
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), text)
}

#[test]
fn a_row_just_written_is_proved_to_somebody_offline_and_no_byte_can_be_changed() {
    let mut dev = Dev::start(&[]);
    dev.add_key("shop-1", "till").expect(200);
    let proof = dev.http.get("/v1/rows/member_key/shop-1,till/proof").expect(200).body;
    let absent = dev.http.get("/v1/rows/member_key/shop-1,none/proof?absent").expect(200).body;
    let written = dev.http.get("/v1/rows/member_key/shop-1,till/proof?written").expect(200).body;
    let genesis = dev.http.get("/v1/genesis").expect(200).body;
    dev.stop();

    let folder = tempfile::tempdir().unwrap();
    let (p, g) = (folder.path().join("p.json"), folder.path().join("g.json"));
    fs::write(&g, &genesis).unwrap();
    for (bytes, words) in [(&proof, "held this row"), (&absent, "no row"), (&written, "wrote this row")] {
        fs::write(&p, bytes).unwrap();
        let (code, text) = verify(&p, &g);
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains(words) && text.contains("Signed at height"), "{text}");
    }
    assert!(counterfoil_proof::verify(&proof, &genesis).is_ok());

    for bytes in [&proof, &absent, &written] {
        for at in 0..bytes.len() - 1 {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(counterfoil_proof::verify(&changed, &genesis).is_err(), "byte {at}");
        }
    }
    for at in 0..genesis.len() {
        let mut changed = genesis.clone();
        changed[at] ^= 1;
        assert!(counterfoil_proof::verify(&proof, &changed).is_err(), "byte {at} of genesis");
    }
    let mut changed = proof.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(&p, changed).unwrap();
    let (code, text) = verify(&p, &g);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("step"), "{text}");
    assert_eq!(verify(&folder.path().join("none.json"), &g).0, Some(3));
    fs::write(&p, &proof).unwrap();
    let (code, text) = verify(&p, &p);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("p.json is no genesis file"), "{text}");
}

#[test]
fn what_cannot_be_proved_is_said_clearly() {
    let dev = Dev::start(&[]);
    let added = dev.add_key("shop-1", "till").expect(200).json();
    let height = added["receipt"]["height"].as_u64().unwrap();
    let get = |path: &str| dev.http.get(path);
    get("/v1/rows/nothing/x/proof").problem(404, "state/1");
    get("/v1/rows/member/nobody/proof").problem(404, "http/not-found");
    get("/v1/rows/member/shop-1/proof?absent").problem(409, "http/not-absent");
    get("/v1/rows/member/a,b/proof").problem(422, "state/2");
    get("/v1/rows/member/shop-1/proof?what").problem(400, "http/malformed");
    get(&format!("/v1/rows/member_key/shop-1,till/proof?written={height}")).expect(200);
    get(&format!("/v1/rows/member_key/shop-1,till/proof?height={height}")).expect(200);
    get(&format!("/v1/rows/member/shop-1/proof?written={height}")).problem(404, "state/5");
    // Genesis wrote it.
    get("/v1/rows/member/shop-1/proof?written=0").expect(200);
    get("/v1/rows/member/shop-1/proof").expect(200);
}
