"""Pictures that a script trains on."""

import random
import struct


def noisy(folder):
    """Sixty noisy bitmaps of two classes; the second is brighter."""
    draw = random.Random(7)
    for number in range(60):
        side, base = 48, 60 + 60 * (number % 2)
        pixels = bytes(base + draw.randrange(60) for _ in range(side * side * 3))
        head = struct.pack("<2sIHHI", b"BM", 54 + len(pixels), 0, 0, 54)
        head += struct.pack("<IiiHHIIiiII", 40, side, side, 1, 24, 0, len(pixels), 2835, 2835, 0, 0)
        path = folder / ("dark", "bright")[number % 2] / f"{number}.bmp"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(head + pixels)
