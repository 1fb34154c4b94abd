use crate::{
    load::{TAXPAYER, invoice},
    network::{Network, wait_for},
};
use std::time::{Duration, Instant};

/// What a machine that does much else is granted; the aim is one second, and what was measured is printed.
const CERTIFIED_MAX: Duration = Duration::from_secs(20);

#[test]
fn an_idle_ledger_certifies_its_last_transaction() {
    let network = Network::start(4);
    network.register(TAXPAYER, "国贸旋转餐厅", "cn-vat");
    let (kid, key) = network.seller_key();
    let client = network.client(2);
    let mut longest = Duration::ZERO;
    for number in 0..5 {
        let transaction = client.sign(&kid, &key, &format!("idle-{number}"), &[invoice(&client, number)]).unwrap();
        let receipt = client.submit(&transaction).unwrap();
        let answered = Instant::now();
        wait_for("its block is certified", || (client.status().unwrap().certified >= receipt.height).then_some(()));
        longest = longest.max(answered.elapsed());
    }
    println!(
        "an idle ledger certified its last transaction {} ms after the answer, at most, of five",
        longest.as_millis()
    );
    assert!(longest < CERTIFIED_MAX, "{longest:?}");
}
