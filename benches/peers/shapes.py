#!/usr/bin/env python3
"""Draws a hundred classes of shapes, 30 PNG pictures of 96 x 96 each: an outline, a color and a filling make a class; place,
size, turn, tint and ground are drawn at random.

    python shapes.py FOLDER
    trombine train --data FOLDER --preset quick --seed 42

pip install pillow
"""

import math
import random
import sys
from pathlib import Path

from PIL import Image, ImageDraw

OUTLINES = {"triangle": 3, "square": 4, "pentagon": 5, "star": 10, "circle": 48}
COLORS = {"red": (205, 50, 45), "green": (45, 150, 70), "blue": (50, 85, 200), "yellow": (225, 190, 40), "grey": (120, 120, 120)}
FILLINGS = ("full", "hollow", "striped", "dotted")
SIDE = 192
draw = random.Random(3)


def outline(shape):
    middle = [SIDE / 2 + draw.uniform(-22, 22) for _ in range(2)]
    radius, turn, corners = draw.uniform(48, 78), draw.uniform(-0.35, 0.35) - math.pi / 2, OUTLINES[shape]
    far = lambda corner: radius * 0.45 if shape == "star" and corner % 2 else radius
    angle = lambda corner: turn + 2 * math.pi * corner / corners
    return [(middle[0] + far(i) * math.cos(angle(i)), middle[1] + far(i) * math.sin(angle(i))) for i in range(corners)]


def pattern(filling):
    within = Image.new("L", (SIDE, SIDE), 255 if filling == "full" else 0)
    brush, across, down = ImageDraw.Draw(within), draw.randrange(20), draw.randrange(20)
    for y in range(-20, SIDE, 20):
        if filling == "striped":
            brush.rectangle([0, y + down, SIDE, y + down + 7], fill=255)
        for x in range(-20, SIDE, 20) if filling == "dotted" else ():
            brush.ellipse([x + across, y + down, x + across + 10, y + down + 10], fill=255)
    return within


def picture(shape, color, filling):
    ground = tuple(draw.randrange(215, 256) for _ in range(3))
    tint = tuple(max(0, min(255, level + draw.randrange(-22, 23))) for level in color)
    corners, inside, ink = outline(shape), Image.new("L", (SIDE, SIDE)), Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(inside).polygon(corners, fill=255)
    ink.paste(pattern(filling), (0, 0), inside)
    ImageDraw.Draw(ink).line(corners + corners[:2], fill=255, width=9, joint="curve")
    drawn = Image.new("RGB", (SIDE, SIDE), ground)
    drawn.paste(tint, (0, 0, SIDE, SIDE), ink)
    return drawn.resize((96, 96), Image.Resampling.LANCZOS)


if len(sys.argv) != 2:
    sys.exit(__doc__)
for shape in OUTLINES:
    for name, color in COLORS.items():
        for filling in FILLINGS:
            folder = Path(sys.argv[1]) / f"{name} {shape} {filling}"
            folder.mkdir(parents=True, exist_ok=True)
            for number in range(30):
                picture(shape, color, filling).save(folder / f"{number:02d}.png")
