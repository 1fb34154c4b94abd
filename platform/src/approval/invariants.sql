-- name: a policy has the rules of its newest version, and its versions are numbered from 1 without gaps
SELECT p.member FROM approval_policy p
WHERE p.version <> (SELECT count(*) FROM approval_policy_version v WHERE v.member = p.member)
   OR p.version IS NOT (SELECT max(v.version) FROM approval_policy_version v WHERE v.member = p.member)
   OR p.rules <> (SELECT count(*) FROM approval_rule r WHERE r.member = p.member AND r.version = p.version);

-- name: who counts makers and checkers demands two signers at least
SELECT member, version, position FROM approval_rule
WHERE signers < 2 AND instr(' ' || roles || ' ', ' maker ') > 0 AND instr(' ' || roles || ' ', ' checker ') > 0;

-- name: every proposal has its calls, a member, a need of each member, and a signature of each
SELECT p.id FROM approval_proposal p
WHERE NOT EXISTS (SELECT 1 FROM approval_content c WHERE c.proposal = p.id)
   OR NOT EXISTS (SELECT 1 FROM approval_party a WHERE a.proposal = p.id AND a.position = 0)
UNION ALL SELECT a.proposal FROM approval_party a
WHERE NOT EXISTS (SELECT 1 FROM approval_need n WHERE n.proposal = a.proposal AND n.member = a.member)
   OR NOT EXISTS (SELECT 1 FROM approval_signature s WHERE s.proposal = a.proposal AND s.member = a.member AND s.started = 1);

-- name: the members of a proposal know whether it waits
SELECT a.proposal, a.member FROM approval_party a LEFT JOIN approval_proposal p ON p.id = a.proposal
WHERE a.number IS NOT p.number OR a.open <> (p.state = 'waiting');

-- name: what was executed had the signatures of as many holders as each need demanded
SELECT n.proposal, n.position FROM approval_need n JOIN approval_proposal p ON p.id = n.proposal
WHERE p.state IN ('executed', 'failed') AND (n.met = 0 OR n.signed < n.signers OR n.signers > (
    SELECT count(DISTINCT s.holder) FROM approval_signature s WHERE s.proposal = n.proposal AND s.member = n.member));

-- name: a proposal that waits lacks something
SELECT p.id FROM approval_proposal p
WHERE p.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM approval_need n WHERE n.proposal = p.id AND n.met = 0);

-- name: proposals end after they begin, and none is signed after its end
SELECT p.id FROM approval_proposal p WHERE p.closed_height < p.proposed_height
UNION ALL SELECT s.proposal FROM approval_signature s JOIN approval_proposal p ON p.id = s.proposal
WHERE s.height < p.proposed_height OR s.height > p.closed_height OR s.time_ms > p.lapses_ms;

-- name: a bounded number of proposals of a member waits
SELECT member FROM approval_party WHERE open = 1 GROUP BY member HAVING count(*) > 1000;

-- name: the members of a proposal know what it weighs, and what waits of a member is a bounded amount of work
SELECT a.proposal FROM approval_party a JOIN approval_proposal p ON p.id = a.proposal WHERE a.weight <> p.weight
UNION ALL SELECT member FROM approval_party WHERE open = 1 GROUP BY member HAVING sum(weight) > 200000;
