#!/usr/bin/env python3
"""Signs transactions with joserfc, a JOSE library that knows nothing of Counterfoil, and sends them to a node.

usage: transactions.py URL MEMBER/KEY [TOKEN]

MEMBER/KEY is an admin key that the node hosts: it adds the keys made here. Says what was accepted, held for another signature and
refused; exits 1 at the first answer that is not the one expected.
"""

import base64
import json
import secrets
import sys
import time
import urllib.error
import urllib.request
import warnings

import joserfc
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey

# RFC 9864 prefers the name Ed25519; EdDSA, which RFC 8037 defined, is what clients send.
warnings.simplefilter("ignore", SecurityWarning)

ALGORITHMS = ["EdDSA", "Ed25519", "ES256", "HS256"]
# Order of P-256 (SEC 2, 2.4.2): with s, n - s signs as well.
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Node:
    def __init__(self, url, kid, token):
        self.url, self.kid, self.token = url.rstrip("/"), kid, token
        self.ledger = self.ask("/v1/status")[1]["ledger"]
        self.accepted = self.held = self.refused = 0

    def ask(self, path, content_type=None, body=None, **headers):
        request = urllib.request.Request(self.url + path, data=body)
        if content_type:
            request.add_header("Content-Type", content_type)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text, status = answer.read(), answer.status
        except urllib.error.HTTPError as problem:
            text, status = problem.read(), problem.code
        return status, [json.loads(line) for line in text.splitlines()] if content_type == NDJSON else json.loads(text)

    def command(self, name, arguments):
        body = json.dumps(arguments).encode()
        status, answer = self.ask(f"/v1/commands/{name}", "application/json", body, Counterfoil_Key=self.kid)
        assert status in (200, 201), (status, answer)
        return answer

    def accepts(self, what, content_type, body):
        status, receipt = self.ask("/v1/transactions", content_type, body)
        assert status in (200, 201) and receipt["outcome"] == "applied", (what, status, receipt)
        self.accepted += 1
        return receipt

    def holds(self, what, content_type, body):
        status, receipt = self.ask("/v1/transactions", content_type, body)
        assert status == 202 and receipt["state"] == "final", (what, status, receipt)
        waiting = receipt["outputs"][0]["waiting"]
        assert waiting["proposal"] == receipt["transaction"], (what, receipt)
        self.held += 1
        return waiting

    def refuses(self, what, content_type, body, codes):
        status, problem = self.ask("/v1/transactions", content_type, body)
        assert 400 <= status < 500, (what, status, problem)
        assert problem["code"] in {f"transaction/{code}" for code in codes}, (what, problem)
        assert "receipt" not in problem, (what, problem)
        self.refused += 1


COMPACT, GENERAL, NDJSON = "application/jose", "application/json", "application/x-ndjson"
# Codes of refusals, see /docs: 1 malformed, 6 unknown signer, 8 bad signature, 9 missing, 10 extra, 11 algorithm, 13 id reused.
MALFORMED, UNKNOWN, SIGNATURE, MISSING, EXTRA, ALGORITHM, REUSED = 1, 6, 8, 9, 10, 11, 13


class Signer:
    """A member's keys, and transactions of them: each adds a key of its own to the member."""

    def __init__(self, node):
        self.node, self.member, self.count = node, node.kid.split("/")[0], 0
        self.run = secrets.token_hex(4)
        self.keys = {}
        self.add("ed", OKPKey.generate_key("Ed25519"))
        self.add("es", ECKey.generate_key("P-256"))

    def add(self, name, key, role="admin"):
        kid = f"{self.member}/jose-{self.run}-{name}"
        arguments = {"member": self.member, "name": kid.split("/")[1], "public_key": self.text(key), "roles": [role]}
        self.node.command("member.add_key", arguments)
        self.keys[name] = (kid, key)

    @staticmethod
    def text(key):
        public = key.as_dict(private=False)
        x = decode(public["x"])
        if public["kty"] == "OKP":
            return "ed25519:" + x.hex()
        return "p256:" + bytes([2 + decode(public["y"])[-1] % 2]).hex() + x.hex()

    def payload(self, names, identifier=None, call=None):
        self.count += 1
        fresh = self.text(OKPKey.generate_key("Ed25519"))
        name = f"jose-{self.run}-{self.count}"
        add = {"do": "member.add_key", "with": {"member": self.member, "name": name, "public_key": fresh}}
        return json.dumps({
            "ledger": self.node.ledger,
            "id": identifier or name,
            "expires": int(time.time() * 1000) + 60_000,
            "signers": [self.keys[name][0] for name in names],
            "calls": [call or add],
        }).encode()

    def compact(self, algorithm, name, payload=None):
        kid, key = self.keys[name]
        header = {"alg": algorithm, "kid": kid}
        return jws.serialize_compact(header, payload or self.payload([name]), key, algorithms=ALGORITHMS).encode()

    def general(self, parts, payload=None):
        by_kid = {self.keys[name][0]: self.keys[name][1] for _, name in parts}
        members = [{"protected": {"alg": algorithm, "kid": self.keys[name][0]}} for algorithm, name in parts]
        payload = payload or self.payload([name for _, name in parts])
        find = lambda signature: by_kid[signature.headers()["kid"]]  # noqa: E731
        return json.dumps(jws.serialize_json(members, payload, find, algorithms=ALGORITHMS)).encode()


def flipped(compact, part, bit):
    """A compact JWS with one bit of one part changed."""
    parts = compact.decode().split(".")
    raw = bytearray(decode(parts[part]))
    raw[(bit // 8) % len(raw)] ^= 1 << bit % 8
    parts[part] = encode(bytes(raw))
    return ".".join(parts).encode()


def other_s(compact):
    """The same ES256 signature with n - s in place of s."""
    head, payload, signature = compact.decode().split(".")
    raw = decode(signature)
    s = P256_ORDER - int.from_bytes(raw[32:], "big")
    return f"{head}.{payload}.{encode(raw[:32] + s.to_bytes(32, 'big'))}".encode()


def accepted_forms(node, signer):
    for algorithm, name in [("EdDSA", "ed"), ("Ed25519", "ed"), ("ES256", "es")]:
        compact = signer.compact(algorithm, name)
        first = node.accepts(f"compact {algorithm}", COMPACT, compact)
        again = node.accepts(f"compact {algorithm} again", COMPACT, compact)
        assert (first["height"], first["index"]) == (again["height"], again["index"]), "sent twice, done once"
        node.accepts(f"general {algorithm}", GENERAL, signer.general([(algorithm, name)]))
    for parts in ([("EdDSA", "ed"), ("ES256", "es")], [("ES256", "es"), ("EdDSA", "ed")]):
        names = [name for _, name in parts]
        node.accepts("two signatures", GENERAL, signer.general(parts))
        node.accepts("two signatures in another order", GENERAL, signer.general(parts[::-1], signer.payload(names)))
    node.accepts("the other s", COMPACT, other_s(signer.compact("ES256", "es")))
    lines = [signer.compact("EdDSA", "ed"), signer.general([("ES256", "es")]), signer.compact("ES256", "es")]
    status, receipts = node.ask("/v1/transactions", NDJSON, b"\n".join(lines))
    assert status == 200 and [receipt["outcome"] for receipt in receipts] == ["applied"] * 3, (status, receipts)
    node.accepted += 3


def one_bit(node, signer):
    for algorithm, name in [("EdDSA", "ed"), ("ES256", "es")]:
        whole = signer.compact(algorithm, name)
        for part in range(3):
            for bit in (0, 77, 203):
                codes = {SIGNATURE} if part == 2 else {MALFORMED, UNKNOWN, SIGNATURE, MISSING, ALGORITHM, 3}
                node.refuses(f"bit {bit} of part {part}", COMPACT, flipped(whole, part, bit), codes)
        node.accepts("the same, whole: a broken copy burns no id", COMPACT, whole)


def wrong(node, signer):
    kid, key = signer.keys["ed"]
    payload = signer.payload(["ed"])
    unsigned = encode(json.dumps({"alg": "none", "kid": kid}).encode()) + "." + encode(payload) + "."
    node.refuses("alg none", COMPACT, unsigned.encode(), {MALFORMED, ALGORITHM})
    public = OctKey.import_key(decode(key.as_dict(private=False)["x"]))
    mac = jws.serialize_compact({"alg": "HS256", "kid": kid}, payload, public, algorithms=ALGORITHMS)
    node.refuses("the public key as a MAC key", COMPACT, mac.encode(), {ALGORITHM})
    both = signer.payload(["ed", "es"])
    node.refuses("one of two signatures", GENERAL, signer.general([("EdDSA", "ed")], both), {MISSING})
    two = signer.general([("EdDSA", "ed"), ("ES256", "es")], payload)
    node.refuses("a signature too many", GENERAL, two, {EXTRA})
    es_kid, es_key = signer.keys["es"]
    signer.keys["es"] = (es_kid, ECKey.generate_key("P-256"))
    node.refuses("another's key", COMPACT, signer.compact("ES256", "es"), {SIGNATURE})
    signer.keys["es"] = (es_kid, es_key)
    identifier = f"once-{signer.run}"
    node.accepts("an id", COMPACT, signer.compact("EdDSA", "ed", signer.payload(["ed"], identifier)))
    node.refuses("the id again", COMPACT, signer.compact("EdDSA", "ed", signer.payload(["ed"], identifier)), {REUSED})


def two_signers(node, signer):
    """A transfer that a maker and a checker have to sign: at once, or one after the other."""
    member, asset = signer.member, f"{signer.member}/points-{signer.run}"
    signer.add("maker", OKPKey.generate_key("Ed25519"), "maker")
    signer.add("checker", ECKey.generate_key("P-256"), "checker")
    node.command("asset.define", {"asset": asset, "title": "Points", "kind": "points", "decimals": 2})
    accounts = [f"{member}/{name}-{signer.run}" for name in ("a", "b")]
    for account in accounts:
        node.command("asset.open_account", {"account": account, "asset": asset})
    node.command("asset.issue", {"account": accounts[0], "asset": asset, "amount": "1000.00"})
    rule = {"command": "asset.transfer", "asset": asset, "from_minor": 10_000, "signers": 2}
    status, policy = node.ask(f"/v1/members/{member}/policy")
    version = policy["version"] + 1 if status == 200 else 1
    node.command("approval.set_policy", {"member": member, "version": version, "rules": [rule]})

    def transfer(amount):
        return {"do": "asset.transfer", "with": {"from": accounts[0], "to": accounts[1], "asset": asset, "amount": amount}}

    def signed(call, *parts):
        return signer.general(list(parts), signer.payload([name for _, name in parts], call=call))

    def balance():
        return node.ask("/v1/accounts/" + accounts[1].replace("/", "%2F"))[1]["balance"]

    maker, checker, admin = ("EdDSA", "maker"), ("ES256", "checker"), ("EdDSA", "ed")
    node.accepts("a small transfer", GENERAL, signed(transfer("99.99"), maker))
    node.accepts("two signatures", GENERAL, signed(transfer("100.00"), maker, checker))
    assert balance() == "199.99", balance()
    waiting = node.holds("one of two", GENERAL, signed(transfer("100.00"), maker))
    assert balance() == "199.99", balance()
    sign = {"do": "approval.sign", "with": {name: waiting[name] for name in ("proposal", "calls_hash")}}
    receipt = node.accepts("the other", GENERAL, signed(sign, checker))
    assert receipt["outputs"][0]["state"] == "executed", receipt
    assert balance() == "299.99", balance()
    # The policy goes as it binds: by all that it demands, and an admin.
    nothing = {"do": "approval.set_policy", "with": {"member": member, "version": version + 1, "rules": []}}
    node.accepts("three signatures", GENERAL, signed(nothing, maker, checker, admin))


def main():
    url, kid, *token = sys.argv[1:]
    node = Node(url, kid, token[0] if token else None)
    signer = Signer(node)
    accepted_forms(node, signer)
    one_bit(node, signer)
    wrong(node, signer)
    two_signers(node, signer)
    counts = f"{node.accepted} transactions accepted, {node.held} held for another signature, {node.refused} refused"
    print(f"joserfc {joserfc.__version__}: {counts}")


if __name__ == "__main__":
    main()
