"""Counts a folder of UTKFace names by itself and compares with `trombine check --json` on standard input.

Usage: trombine check DIR --json | python counts.py DIR
"""

import collections, hashlib, json, os, sys

folder, told = sys.argv[1], json.load(sys.stdin)
files = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
fields = {path: os.path.basename(path).split("_") for path in files}
named = {path: f for path, f in fields.items() if len(f) in (3, 4) and f[0].strip().isdigit() and f[1] in "01"}
gender = collections.Counter(f[1] for f in named.values())
race = collections.Counter(f[2] for f in named.values() if len(f) == 4)
ages = collections.Counter((min(int(f[0]) // 10, 8), f[1]) for f in named.values())
content = collections.defaultdict(list)
for path in named:
    content[hashlib.sha256(open(path, "rb").read()).digest()].append(named[path])
copies = [group for group in content.values() if len(group) > 1]
differ = lambda what: sum(len({what(f) for f in group}) > 1 for group in copies)
counted = {
    "found": len(files),
    "usable": len(named),
    "classes": [gender["1"], gender["0"]],
    "no_race": sum(len(f) == 3 for f in named.values()),
    "races": [race[str(code)] for code in range(5)],
    "ages": [[ages[band, "1"], ages[band, "0"]] for band in range(9)],
    "copies": [len(copies), sum(map(len, copies)), differ(lambda f: f[1]), differ(lambda f: tuple(f[:3]) if len(f) == 4 else tuple(f[:2]))],
}
c = told["copies"]
said = {
    "found": told["found"],
    "usable": told["usable"],
    "classes": [k["pictures"] for k in told["classes"]],
    "no_race": told["odd"].get("no_race", 0),
    "races": [sum(k["pictures"]) for k in told["races"]],
    "ages": [band["pictures"] for band in told["ages"]],
    "copies": [c["groups"], c["pictures"], c["contradicting_class"], c["contradicting"]],
}
wrong = {key: (counted[key], said[key]) for key in counted if counted[key] != said[key]}
sys.exit(f"Python counts, the program says: {wrong}" if wrong else None)
