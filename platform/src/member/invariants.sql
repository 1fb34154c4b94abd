-- name: a member that can sign can also manage its keys
SELECT m.id FROM member m
WHERE EXISTS (SELECT 1 FROM member_key k WHERE k.member = m.id)
  AND NOT EXISTS (
    SELECT 1 FROM member_key k
    JOIN member_key_role r ON r.member = k.member AND r.key = k.name
    WHERE k.member = m.id AND k.state = 'active' AND r.role = 'admin')
ORDER BY m.id;

-- name: every key belongs to a member
SELECT k.member, k.name FROM member_key k LEFT JOIN member m ON m.id = k.member WHERE m.id IS NULL ORDER BY k.member, k.name;

-- name: every role of a key belongs to a key
SELECT r.member, r.key FROM member_key_role r
LEFT JOIN member_key k ON k.member = r.member AND k.name = r.key
WHERE k.name IS NULL ORDER BY r.member, r.key, r.role;

-- name: a key is revoked after it was added
SELECT member, name FROM member_key WHERE revoked_height < added_height ORDER BY member, name;
