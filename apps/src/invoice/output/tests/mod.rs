//! What is common to the tests of output, and the tests of printed pages.

mod printed;

pub(in crate::invoice) use printed::code_of;

use super::*;
use crate::invoice::{ClearInvoice, EXAMPLE_JSON, Item, Kind, decimal::Fixed};
use serde_json::json;

/// The face of the example.
pub(super) fn face() -> Face {
    let issue = ClearInvoice { kind: Kind::Special, ..serde_json::from_str(EXAMPLE_JSON).unwrap() };
    let bureau = Bureau { code: "14403000000".to_owned(), name: "国家税务总局深圳市税务局".to_owned() };
    // 2026-11-24 10:30:07 in China.
    let time_ms = 1_795_487_407_000;
    let by = Issuance { number: "26441000000000000001", time_ms, seller: "深圳市启明电子有限公司", bureau };
    Face::of(&issue, by)
}

/// The face with everything that an invoice may have.
pub(super) fn full_face() -> Face {
    let mut face = face();
    face.seller.contact = serde_json::from_value(json!({
        "address": "深圳市南山区高新南一道 9 号启明大厦 18 层", "telephone": "0755-86001234",
        "bank": "招商银行股份有限公司深圳科技园支行", "account": "755912345610901",
    }))
    .unwrap();
    face.buyer.contact = serde_json::from_value(json!({
        "address": "深圳市龙岗区坂田街道核心路 1 号", "telephone": "0755-28780808",
        "bank": "中国工商银行股份有限公司深圳坂田支行", "account": "4000012309200123456",
    }))
    .unwrap();
    face
}

/// A face with `count` items, with names, quantities and taxes of many kinds.
pub(super) fn long_face(count: usize) -> Face {
    let mut face = full_face();
    let names = [
        "测试用示波器探头",
        "高精度可编程直流稳压电源及其配套的校准证书和三年上门维护服务",
        "USB Type-C to HDMI adapter with power delivery",
        "螺丝",
    ];
    face.items = (1..=count)
        .map(|n| {
            let price = n as i64 * 137;
            let (amount, tax) = (price * 3, crate::invoice::tax_of_net(price * 3, 1_300));
            Item {
                name: format!("{}{n}", names[n % names.len()]),
                specification: (n % 3 == 0).then(|| format!("QM-{n}/{}", "A".repeat(n % 20))),
                quantity: Some(Fixed(3 * 100_000_000)),
                price: Some(Fixed(price * 10_000)),
                amount: Fixed(amount),
                tax: Fixed(tax),
                total: Fixed(amount + tax),
                ..face.items[0].clone()
            }
        })
        .collect();
    face.net = Fixed(face.items.iter().map(|item| item.amount.0).sum());
    face.tax = Fixed(face.items.iter().map(|item| item.tax.0).sum());
    face.total = Fixed(face.net.0 + face.tax.0);
    face
}

/// The red letter that takes a face back.
pub(super) fn reversed(face: &Face) -> Face {
    let mut red = face.clone();
    red.number = "26441000000000000002".to_owned();
    red.colour = Colour::Red { blue: face.number.clone(), confirmation: Some("44030826111000000123".to_owned()) };
    for item in &mut red.items {
        item.quantity = item.quantity.map(|quantity| Fixed(-quantity.0));
        item.discount = item.discount.map(|discount| Fixed(-discount.0));
        (item.amount, item.tax, item.total) = (Fixed(-item.amount.0), Fixed(-item.tax.0), Fixed(-item.total.0));
    }
    (red.net, red.tax, red.total) = (Fixed(-face.net.0), Fixed(-face.tax.0), Fixed(-face.total.0));
    red
}
