use crate::support::Dev;

#[test]
fn a_consortium_of_four_tells_how_it_is() {
    let dev = Dev::start(&[]);
    dev.add_key("supplier-1", "phone").expect(200);
    let status = dev.http.get("/v1/status").expect(200).json();
    assert_eq!(status["member"], "tax-bureau");
    assert_eq!(status["members"], 10);
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["ledger"].as_str().unwrap().len(), 64);
    assert!(status["height"].as_u64() >= status["certified"].as_u64());
    let validators = status["validators"].as_array().unwrap();
    let mut ids: Vec<_> = validators.iter().map(|one| one["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["bank-a", "cloud-provider", "core-corp", "tax-bureau"]);
    assert!(validators.iter().filter(|one| one["signing"] == true).count() >= 3, "{status}");

    assert_eq!(dev.http.get("/healthz").expect(200).text(), "ok\n");
    assert_eq!(dev.http.get("/readyz").expect(200).text(), "ready\n");
    let metrics = dev.http.get("/metrics").expect(200).text();
    for line in
        ["counterfoil_transactions_total{outcome=\"applied\"} 1", "counterfoil_height{of=\"executed\"}", "# EOF"]
    {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    let members = dev.http.get("/v1/members").expect(200).json();
    assert_eq!(members["items"].as_array().unwrap().len(), 10);

    let blocks = dev.http.get("/v1/blocks?limit=2").expect(200).json();
    assert_eq!(blocks["items"].as_array().unwrap().len(), 2);
    let height = blocks["items"][1]["height"].as_u64().unwrap();
    assert_eq!(blocks["items"][0]["parent"], blocks["items"][1]["digest"]);
    let block = dev.http.get(&format!("/v1/blocks/{height}")).expect(200).json();
    assert_eq!(block["digest"], blocks["items"][1]["digest"]);
    dev.http.get("/v1/blocks/99999999").problem(404, "http/not-found");
    dev.http.get("/v1/blocks/x").problem(400, "http/malformed");
}

#[test]
fn the_page_of_the_api_needs_nothing_from_elsewhere() {
    let dev = Dev::alone();
    let page = dev.http.get("/docs").expect(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    for path in ["/docs", "/docs/docs.js", "/docs/docs.css"] {
        let text = dev.http.get(path).expect(200).text();
        assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("//cdn"), "{path}");
    }
}
