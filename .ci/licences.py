#!/usr/bin/env python3
"""Checks licences, sources and bans of deny.toml against `cargo metadata`: the part of cargo-deny that needs no download."""

import json
import re
import subprocess
import sys
import tomllib

REGISTRY = "registry+"


def terms(text):
    """The words of an SPDX expression; the slash of old manifests is OR."""
    return re.findall(r"\(|\)|[^\s()]+", text.replace("/", " OR "))


def allowed(text, allow):
    """Whether an SPDX expression can be met with the licences in `allow`: AND binds tighter than OR."""
    words = terms(text)

    def either():
        met = both()
        while words and words[0] == "OR":
            words.pop(0)
            met = both() or met
        return met

    def both():
        met = one()
        while words and words[0] == "AND":
            words.pop(0)
            met = one() and met
        return met

    def one():
        word = words.pop(0)
        if word == "(":
            met = either()
            words.pop(0)
            return met
        if words and words[0] == "WITH":
            word += " WITH " + words[1]
            del words[:2]
        return word in allow

    return either()


def main():
    with open("deny.toml", "rb") as file:
        deny = tomllib.load(file)
    metadata = ["cargo", "metadata", "--format-version", "1", "--all-features", "--locked"]
    packages = json.loads(subprocess.run(metadata, check=True, stdout=subprocess.PIPE).stdout)["packages"]
    licences, registries = set(deny["licenses"]["allow"]), deny["sources"]["allow-registry"]
    more = {exception["crate"]: exception["allow"] for exception in deny["licenses"].get("exceptions", [])}
    banned = {ban["crate"] for ban in deny["bans"]["deny"]}
    wrong = []
    for package in packages:
        name = f"{package['name']} {package['version']}"
        if not allowed(package["license"] or "none", licences | set(more.get(package["name"], []))):
            wrong.append(f"{name}: licence {package['license']} is not allowed")
        source = package["source"]
        if source is not None and source.removeprefix(REGISTRY) not in registries:
            wrong.append(f"{name}: source {source} is not allowed")
        if package["name"] in banned:
            wrong.append(f"{name} is banned")
    print("\n".join(wrong) or f"licences and sources of {len(packages)} packages are as deny.toml says")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
