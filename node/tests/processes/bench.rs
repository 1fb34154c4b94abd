use crate::network::{alone, run};
use serde_json::Value;

#[test]
fn a_benchmark_finds_what_it_acknowledged_and_prints_the_figures_promised() {
    let _alone = alone();
    let workloads = [
        vec!["--in-flight", "256"],
        vec!["--in-flight", "256", "--preload", "300", "--reads", "20"],
        vec!["--rate", "100"],
        vec!["--workload", "transfer", "--accounts", "600", "--hot", "10"],
        vec!["--workload", "transfer-batch", "--accounts", "600", "--legs", "100"],
        vec!["--workload", "sql-insert", "--in-flight", "256"],
        vec!["--workload", "package-call", "--in-flight", "256"],
    ];
    for more in workloads {
        let arguments = [&["bench", "--members", "1", "--seconds", "2", "-o", "json"], more.as_slice()].concat();
        let text = run(&arguments);
        let report: Value = serde_json::from_str(&text).unwrap();
        let names = [
            "workload",
            "members",
            "accounts",
            "hot",
            "legs",
            "seconds",
            "tps",
            "legs_per_s",
            "p50_ms",
            "p95_ms",
            "p99_ms",
            "cpu_us_per_leg",
            "load_cpu_us_per_leg",
            "fsync",
            "disk_probe_per_s",
            "rows",
        ];
        let mut printed: Vec<_> = names.iter().map(|name| text.find(&format!("\"{name}\":")).unwrap()).collect();
        assert!(printed.is_sorted(), "{text}");
        printed.dedup();
        let sized = usize::from(more.contains(&"--reads"));
        assert_eq!((printed.len(), report.as_object().unwrap().len()), (names.len(), names.len() + sized), "{text}");
        if sized == 1 {
            let size = &report["size"];
            assert_eq!(size["invoices"], 300 + report["rows"].as_u64().unwrap(), "{text}");
            let reads: Vec<_> = size["reads"].as_array().unwrap().iter().map(|read| &read["what"]).collect();
            assert!(
                ["proof of an invoice", "/invoices to tax-bureau", "/tax/{taxpayer} to tax-bureau"]
                    .iter()
                    .all(|what| reads.iter().any(|read| read == what)),
                "{text}"
            );
            assert!(size["disk_bytes"].as_u64().unwrap() > 0 && size["reopen_s"].as_f64().unwrap() > 0.0, "{text}");
        }
        assert!(report["rows"].as_u64().unwrap() >= 100 && report["tps"].as_f64().unwrap() > 0.0, "{text}");
        println!("bench {}: {} a second", more.join(" "), report["tps"]);
    }
}
