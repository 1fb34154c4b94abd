use crate::support::{Dev, run};

#[test]
fn an_auditor_runs_every_invariant_and_sees_the_status() {
    let dev = Dev::alone();
    dev.add_key("shop-1", "till").expect(200);
    let output = run(&["audit", "--url", dev.http.url()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("holds   member: "), "{text}");

    let output = run(&["status", "--url", dev.http.url()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("tax-bureau: signing") && text.contains("certified"), "{text}");
    let output = run(&["status", "--url", dev.http.url(), "-o", "json"]);
    let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(status["member"], "tax-bureau");

    let with = crate::support::add_key("shop-2", "till");
    let text = with.to_string();
    let call = ["call", "member.add_key", &text, "--key", "shop-2/dev", "--url", dev.http.url()];
    let output = run(&call);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["receipt"]["state"], "final");
    assert_eq!(run(&call).status.code(), Some(1), "a refusal");

    let revoke = ["member", "revoke-key", "--member", "shop-2", "--name", "till", "--key", "shop-2/dev"];
    let output = run(&[&revoke[..], &["--url", dev.http.url()]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
