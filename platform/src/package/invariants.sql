-- name: the newest version of a package was deployed
SELECT p.name FROM package p LEFT JOIN package_version v ON v.package = p.name AND v.version = p.version
WHERE v.state IS NULL OR v.state NOT IN ('active', 'retired');

-- name: a package has enough owners to decide
SELECT p.name FROM package p WHERE p.approvals > (SELECT count(*) FROM package_owner o WHERE o.package = p.name);

-- name: only deployed versions have actions
SELECT a.package, a.version, a.name FROM package_action a JOIN package_version v ON v.package = a.package AND v.version = a.version
WHERE v.state NOT IN ('active', 'retired');

-- name: one version at a time is proposed, and it follows the newest
SELECT v.package, v.version FROM package_version v WHERE v.state = 'proposed'
AND v.version != coalesce((SELECT p.version FROM package p WHERE p.name = v.package), 0) + 1;

-- name: an organisation answers for what its people propose
SELECT v.package, v.version FROM package_version v
LEFT JOIN member m ON m.id = substr(v.proposer, 1, instr(v.proposer, '/') - 1)
WHERE v.sponsor IS NOT coalesce(m.sponsor, m.id);
