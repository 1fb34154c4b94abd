use super::kind::{Group, Kind, List, Look, lists, together};
use crate::{
    console::{
        Row,
        desk::{Desk, Moment},
    },
    problem::Answer,
};

/// Proposals of the consortium on which a governing member has not voted, those that end first before the others.
const PROPOSALS: &str = "SELECT 'proposal', p.expires_ms || ' ' || p.id, p.id, p.title, p.proposer, p.expires_ms, ''
    FROM (SELECT 1 FROM member_role WHERE member = ?1 AND role = 'governor') CROSS JOIN member_proposal p
    WHERE p.state = 'open' AND (p.expires_ms, p.id) > (CAST(?2 AS INTEGER), substr(?2, instr(?2, ' ') + 1))
        AND NOT EXISTS (SELECT 1 FROM member_vote v WHERE v.proposal = p.id AND v.member = ?1)
    ORDER BY p.expires_ms, p.id LIMIT ?3";

/// Proposed versions of packages. Who owns a package decides on its next version; on the first, whom it names as owners.
const VERSIONS: &str =
    "SELECT 'version', v.package, v.package, v.description, v.proposer, v.proposed_ms, 'deploy/' || v.version
    FROM package_version v INDEXED BY package_version_proposed WHERE v.state = 'proposed' AND v.package > ?2
        AND CASE WHEN EXISTS (SELECT 1 FROM package p WHERE p.name = v.package)
            THEN EXISTS (SELECT 1 FROM package_owner o WHERE o.package = v.package AND o.member = ?1)
            ELSE EXISTS (SELECT 1 FROM json_each(v.owners) o WHERE o.value = ?1) END
        AND NOT EXISTS (SELECT 1 FROM package_vote w WHERE w.package = v.package AND w.motion = 'deploy'
            AND w.version = v.version AND w.member = ?1)
    ORDER BY v.package LIMIT ?3";

/// Packages of the member that others want to unfreeze, or versions that they want to retire.
const MOTIONS: &str = "SELECT 'motion', m.package, m.package, '', '', NULL, m.motions
    FROM (SELECT o.package, (SELECT group_concat(DISTINCT v.motion || '/' || v.version) FROM package_vote v
            WHERE v.package = o.package AND v.motion IN ('unfreeze', 'retire')
                AND CASE v.motion WHEN 'unfreeze' THEN (SELECT p.state FROM package p WHERE p.name = v.package) = 'frozen'
                    ELSE (SELECT x.state FROM package_version x WHERE x.package = v.package AND x.version = v.version) = 'active' END
                AND NOT EXISTS (SELECT 1 FROM package_vote w WHERE w.package = v.package AND w.motion = v.motion
                    AND w.version = v.version AND w.member = ?1)) AS motions
        FROM package_owner o WHERE o.member = ?1 AND o.package > ?2 ORDER BY o.package) m
    WHERE m.motions IS NOT NULL ORDER BY m.package LIMIT ?3";

pub(super) static DECISIONS: Group = Group::new(KINDS, || together(KINDS, "*"));

const KINDS: &[Kind] =
    &[Kind::own("proposal", PROPOSALS), Kind::own("version", VERSIONS), Kind::own("motion", MOTIONS)];

/// A decision that waits for the member's vote.
pub(super) struct Decision {
    pub(super) is_proposal: bool,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) proposer: String,
    pub(super) at: Option<Moment>,
    /// What is decided on a package, and on which version of it.
    pub(super) motions: Vec<(String, String)>,
}

/// What the member has to vote on; one SELECT.
pub(super) async fn waiting(desk: &Desk, look: &Look) -> Answer<Vec<List<Decision>>> {
    lists(desk, &DECISIONS, look, &[], decision).await
}

fn decision(row: &Row) -> Decision {
    let motion = |text: &str| text.split_once('/').map(|(motion, version)| (motion.to_owned(), version.to_owned()));
    Decision {
        is_proposal: row.text(0) == "proposal",
        id: row.text(2),
        title: row.text(3),
        proposer: row.text(4),
        at: row.integer(5).map(|_| Moment(row.number(5))),
        motions: row.text(6).split(',').filter_map(motion).collect(),
    }
}
