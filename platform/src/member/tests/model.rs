//! Random proposals and votes, and a model that says what must come of them.

use super::{
    governance::{Made, propose, suspend, vote},
    *,
};
use crate::{
    member::{Choice, CountVotes, Reinstate, SetThreshold},
    testing::Done,
};
use counterfoil_types::{Call, Outcome};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Organisations that govern and run no validator, so that each can be suspended.
const GOVERNING: [&str; 4] = ["shop-1", "shop-2", "supplier-1", "accountant-1"];
const THRESHOLDS: [(i64, i64); 4] = [(1, 2), (2, 3), (3, 4), (99, 100)];

#[derive(Debug, Clone, Copy)]
enum Action {
    Suspend(usize),
    Reinstate(usize),
    Threshold(usize),
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Propose(Action),
    Vote(prop::sample::Index, Choice),
    Count(prop::sample::Index),
}

struct Proposal {
    action: Action,
    votes: BTreeMap<usize, Choice>,
    state: &'static str,
}

/// Who governs, what is needed and what is proposed, in plain Rust.
struct Model {
    active: [bool; 4],
    threshold: (i64, i64),
    proposals: Vec<Proposal>,
}

impl Model {
    fn governing(&self) -> i64 {
        self.active.iter().map(|active| i64::from(*active)).sum()
    }

    fn votes(&self, at: usize, choice: Choice) -> i64 {
        let counts = |(by, given): (&usize, &Choice)| self.active[*by] && *given == choice;
        self.proposals[at].votes.iter().map(|vote| i64::from(counts(vote))).sum()
    }

    fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Suspend(who) if self.active[who] && self.governing() > 1 => self.active[who] = false,
            Action::Reinstate(who) if !self.active[who] => self.active[who] = true,
            Action::Threshold(which) => self.threshold = THRESHOLDS[which],
            _ => return false,
        }
        true
    }

    fn settle(&mut self, at: usize) -> &'static str {
        let (numerator, denominator) = self.threshold;
        let enough = |votes: i64| votes * denominator > self.governing() * numerator;
        let state = if enough(self.votes(at, Choice::For)) {
            if self.act(self.proposals[at].action) { "passed" } else { "failed" }
        } else if enough(self.governing() - self.votes(at, Choice::Against)) {
            "open"
        } else {
            "rejected"
        };
        self.proposals[at].state = state;
        state
    }

    /// The state of the proposal after a step, or the code with which it is refused.
    fn step(&mut self, by: usize, step: Step) -> &'static str {
        if !self.active[by] {
            return "transaction/7";
        }
        match step {
            Step::Propose(action) => {
                self.proposals.push(Proposal { action, votes: [(by, Choice::For)].into(), state: "open" });
                self.settle(self.proposals.len() - 1)
            }
            Step::Vote(_, _) | Step::Count(_) if self.proposals.is_empty() => "member/30",
            Step::Vote(index, choice) => {
                let at = index.index(self.proposals.len());
                let proposal = &mut self.proposals[at];
                if proposal.state != "open" {
                    return "member/31";
                }
                if proposal.votes.contains_key(&by) {
                    return "member/34";
                }
                proposal.votes.insert(by, choice);
                self.settle(at)
            }
            Step::Count(index) => {
                let at = index.index(self.proposals.len());
                if self.proposals[at].state != "open" {
                    return "member/31";
                }
                match self.settle(at) {
                    "open" => "member/36",
                    decided => decided,
                }
            }
        }
    }
}

fn proposed(action: Action) -> Call {
    match action {
        Action::Suspend(who) => suspend(GOVERNING[who]),
        Action::Reinstate(who) => call(&Reinstate { member: GOVERNING[who].into(), reason: "again".into() }),
        Action::Threshold(which) => {
            let (numerator, denominator) = THRESHOLDS[which];
            call(&SetThreshold { numerator, denominator })
        }
    }
}

fn outcome(done: &Done) -> String {
    match &done.receipt.outcome {
        Outcome::Refused(refusal) => refusal.code.clone(),
        Outcome::Applied { .. } => done.applied()["state"].as_str().expect("a state").to_owned(),
    }
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let action = prop_oneof![
        (0..4_usize).prop_map(Action::Suspend),
        (0..4_usize).prop_map(Action::Reinstate),
        (0..4_usize).prop_map(Action::Threshold),
    ];
    let choice = prop_oneof![3 => Just(Choice::For), 1 => Just(Choice::Against)];
    let step = prop_oneof![
        2 => action.prop_map(Step::Propose),
        6 => (any::<prop::sample::Index>(), choice).prop_map(|(index, choice)| Step::Vote(index, choice)),
        1 => any::<prop::sample::Index>().prop_map(Step::Count),
    ];
    prop::collection::vec((0..4_usize, step), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn votes_decide_what_the_model_says(steps in steps()) {
        let mut genesis = sample_genesis();
        for member in &mut genesis.members[4..8] {
            member.roles.push("governor".into());
        }
        let mut ledger = Ledger::with_genesis(vec![MODULE], &genesis);
        let mut model = Model { active: [true; 4], threshold: (2, 3), proposals: Vec::new() };
        let mut all: Vec<Made> = Vec::new();
        for (by, step) in steps {
            let kid = format!("{}/dev", GOVERNING[by]);
            let none = Made { id: "none".into(), hash: String::new() };
            let pick = |index: prop::sample::Index| if all.is_empty() { &none } else { index.get(&all) };
            let done = match step {
                Step::Propose(action) => ledger.run(&kid, &propose(&[proposed(action)])),
                Step::Vote(index, choice) => ledger.run(&kid, &vote(pick(index), choice)),
                Step::Count(index) => {
                    let Made { id, hash } = pick(index).clone();
                    ledger.run(&kid, &CountVotes { proposal: id, calls_hash: hash })
                }
            };
            prop_assert_eq!(outcome(&done), model.step(by, step), "{:?} by {}", step, kid);
            if let (Step::Propose(_), Outcome::Applied { .. }) = (step, &done.receipt.outcome) {
                all.push(super::governance::made(&done));
            }
        }
        let states: Vec<_> = model.proposals.iter().map(|proposal| proposal.state.to_owned()).collect();
        let of = |made: &Made| ledger.query("member.proposal", &[("id", &made.id)]).unwrap()["state"].as_str().unwrap().to_owned();
        prop_assert_eq!(all.iter().map(of).collect::<Vec<_>>(), states);
    }
}
