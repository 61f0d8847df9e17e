#!/usr/bin/env python3
"""Rebuilds assets/fonts: Inter for Latin text with tabular figures as the default, and the Lucide icons in use.

Usage: build_fonts.py INTER_DIR LUCIDE_DIR
INTER_DIR holds Inter-Regular.otf, Inter-Medium.otf and Inter-SemiBold.otf (Debian: fonts-inter; SIL OFL 1.1),
LUCIDE_DIR holds lucide.ttf and codepoints.json (npm: lucide-static, folder `font`; ISC). Needs fonttools.
Prints the constants of src/ui/icon.rs.
"""

import json
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = pathlib.Path(__file__).parent
ICONS = [line.strip() for line in (HERE / "icons.txt").read_text().splitlines() if line.strip()]

# Basic Latin, Latin-1, Latin Extended-A, and the signs that sentences, numbers and tables use.
TEXT = [*range(0x20, 0x7F), *range(0xA0, 0x180)]
TEXT += [ord(c) for c in "\u2009\u202f‐‑–—‘’‚“”„†•…‰′″‹›€™←↑→↓−≈≠≤≥×÷²³₀₁₂·∞√∑α∆±βγδεθλμσ▲▼●○■□✓✗⌘⇧⌃⏎"]


def options():
    opts = subset.Options()
    opts.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    opts.hinting = True
    opts.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    opts.notdef_outline = True
    opts.desubroutinize = False
    return opts


def tabular(font):
    """Maps the figures to their tabular forms, so that numbers in a column stand under each other."""
    gsub = font["GSUB"].table
    lookups = {i for f in gsub.FeatureList.FeatureRecord if f.FeatureTag == "tnum" for i in f.Feature.LookupListIndex}
    mapping = {}
    for index in lookups:
        for table in gsub.LookupList.Lookup[index].SubTable:
            mapping.update(getattr(table, "mapping", None) or table.ExtSubTable.mapping)
    for table in font["cmap"].tables:
        if table.isUnicode():
            for code, name in list(table.cmap.items()):
                if chr(code) in "0123456789+−" and name in mapping:
                    table.cmap[code] = mapping[name]


def text(source, target):
    font = TTFont(source)
    tabular(font)
    subsetter = subset.Subsetter(options())
    subsetter.populate(unicodes=TEXT)
    subsetter.subset(font)
    font.save(target)


def icons(folder, target):
    codes = json.loads((folder / "codepoints.json").read_text())
    font = TTFont(folder / "lucide.ttf")
    subsetter = subset.Subsetter(options())
    subsetter.populate(unicodes=[codes[name] for name in ICONS])
    subsetter.subset(font)
    font.save(target)
    for name in ICONS:
        print(f'pub const {name.upper().replace("-", "_")}: Icon = Icon(\'\\u{{{codes[name]:x}}}\');')


def main():
    inter, lucide = map(pathlib.Path, sys.argv[1:3])
    for weight in ["Regular", "Medium", "SemiBold"]:
        text(inter / f"Inter-{weight}.otf", HERE / "fonts" / f"Inter-{weight}.otf")
    icons(lucide, HERE / "fonts" / "lucide.ttf")


if __name__ == "__main__":
    main()
