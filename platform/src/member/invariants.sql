-- name: a member that can sign keeps an admin key without end
SELECT m.id FROM member m
WHERE EXISTS (SELECT 1 FROM member_key k WHERE k.member = m.id)
  AND NOT EXISTS (
    SELECT 1 FROM member_key k
    JOIN member_key_role r ON r.member = k.member AND r.key = k.name
    WHERE k.member = m.id AND k.state = 'active' AND r.role = 'admin'
      AND k.valid_from_ms IS NULL AND k.valid_until_ms IS NULL)
ORDER BY m.id;

-- name: every key belongs to a member
SELECT k.member, k.name FROM member_key k LEFT JOIN member m ON m.id = k.member WHERE m.id IS NULL ORDER BY k.member, k.name;

-- name: every role of a key belongs to a key
SELECT r.member, r.key FROM member_key_role r
LEFT JOIN member_key k ON k.member = r.member AND k.name = r.key
WHERE k.name IS NULL ORDER BY r.member, r.key, r.role;

-- name: a key is revoked after it was added
SELECT member, name FROM member_key WHERE revoked_height < added_height ORDER BY member, name;

-- name: a rotated key has the roles, holder and validity of the one before
SELECT old.member, old.name FROM member_key old
JOIN member_key new ON new.member = old.member AND new.name = old.replaced_by
WHERE new.added_height <> old.revoked_height OR new.holder IS NOT old.holder
   OR new.valid_from_ms IS NOT old.valid_from_ms OR new.valid_until_ms IS NOT old.valid_until_ms
ORDER BY old.member, old.name;

-- name: a person that was registered has an organisation as sponsor, and an organisation has none
SELECT m.id FROM member m LEFT JOIN member s ON s.id = m.sponsor
WHERE m.sponsor IS NOT NULL AND (m.kind <> 'person' OR s.kind IS NOT 'organisation') ORDER BY m.id;

-- name: only organisations govern
SELECT m.id FROM member m JOIN member_role r ON r.member = m.id
WHERE r.role = 'governor' AND m.kind <> 'organisation' ORDER BY m.id;

-- name: somebody governs, and can sign
SELECT 'nobody governs' AS broken WHERE NOT EXISTS (
  SELECT 1 FROM member m
  JOIN member_role r ON r.member = m.id
  JOIN member_key k ON k.member = m.id
  WHERE r.role = 'governor' AND m.state = 'active' AND k.state = 'active');

-- name: a proposal passed or failed with the votes that were needed, more than half
SELECT id FROM member_proposal
WHERE state IN ('passed', 'failed') AND (votes_for < needed OR 2 * needed <= governing OR votes_for > governing)
ORDER BY id;

-- name: a proposal was rejected when it could no longer pass
SELECT id FROM member_proposal WHERE state = 'rejected' AND governing - votes_against >= needed ORDER BY id;

-- name: whoever proposes votes for it
SELECT p.id FROM member_proposal p LEFT JOIN member_vote v ON v.proposal = p.id AND v.member = p.proposer
WHERE v.choice IS NOT 'for' ORDER BY p.id;

-- name: nobody voted after the decision, nor after the time
SELECT v.proposal, v.member FROM member_vote v JOIN member_proposal p ON p.id = v.proposal
WHERE v.height > p.decided_height OR v.time_ms > p.expires_ms ORDER BY v.proposal, v.member;

-- name: the votes counted in a decision were cast
SELECT p.id FROM member_proposal p
WHERE p.votes_for > (SELECT count(*) FROM member_vote v WHERE v.proposal = p.id AND v.choice = 'for')
   OR p.votes_against > (SELECT count(*) FROM member_vote v WHERE v.proposal = p.id AND v.choice = 'against')
ORDER BY p.id;

-- name: there is one threshold
SELECT count(*) AS thresholds FROM member_threshold HAVING count(*) <> 1;

-- name: validators as decided last are active organisations
SELECT v.member FROM member_validator v JOIN member m ON m.id = v.member
WHERE m.state <> 'active' OR m.kind <> 'organisation' ORDER BY v.member;

-- name: validators are nodes of genesis
SELECT v.member FROM member_validator v LEFT JOIN member_node n ON n.public_key = v.public_key
WHERE n.public_key IS NULL ORDER BY v.member;

-- name: somebody orders
SELECT 'nobody orders' AS broken WHERE NOT EXISTS (SELECT 1 FROM member_validator);

-- name: the newest change of the validators says who they are
SELECT from_epoch FROM member_committee
WHERE from_epoch = (SELECT max(from_epoch) FROM member_committee)
  AND validators <> (SELECT group_concat(member || ' ' || public_key, char(10) ORDER BY public_key) FROM member_validator);
