#!/usr/bin/env python3
"""Prints the license texts of what a build carries: the crates of `cargo metadata` (stdin) and assets/licenses.

Usage: cargo metadata --format-version 1 --locked --filter-platform TARGET | .github/licenses.py > THIRD-PARTY-LICENSES.txt
"""

import json
import pathlib
import sys

metadata = json.load(sys.stdin)
used = {node["id"] for node in metadata["resolve"]["nodes"]}
texts: dict[str, list[str]] = {}
for package in metadata["packages"]:
    if package["id"] not in used or package["source"] is None:
        continue
    name = f"{package['name']} {package['version']} ({package['license'] or 'see below'})"
    folder = pathlib.Path(package["manifest_path"]).parent
    found = sorted(p for pattern in ("LICEN[SC]E*", "COPYING*", "NOTICE*") for p in folder.glob(pattern) if p.is_file())
    text = "\n\n".join(p.read_text(encoding="utf-8", errors="replace").strip() for p in found)
    texts.setdefault(text or "No license file in the package; the license is named beside it.", []).append(name)
for asset in sorted(pathlib.Path("assets/licenses").iterdir()):
    texts.setdefault(asset.read_text(encoding="utf-8").strip(), []).append(f"assets: {asset.stem}")
print("Trombine is under the MIT license (file LICENSE). It is built from the works below.")
for text, names in sorted(texts.items(), key=lambda item: item[1][0].lower()):
    print("\n" + "=" * 100 + "\n" + "\n".join(sorted(names, key=str.lower)) + "\n" + "-" * 100 + "\n" + text)
