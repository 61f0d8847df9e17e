#!/usr/bin/env python3
"""Predicts photos with the ONNX model beside this script (pip install onnxruntime numpy pillow).

    python predict.py PHOTO...

Each photo should be framed as the training pictures are (UTKFace's are tight, centered crops of one face); one that is not
square becomes one as theirs did. Written by Trombine: an appearance-based guess, with labels as recorded in the training data. It
cannot tell anybody's gender identity or age; for learning and research, not for decisions about people.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

HERE = Path(__file__).parent


def load(path=HERE / "model.onnx"):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    meta = session.get_modelmeta().custom_metadata_map
    return session, json.loads(meta["trombine"])


def png_key(path, photo):
    """The gray or color that a PNG file declares transparent, on the scale of its pixels as Pillow gives them."""
    key = photo.info["transparency"]
    with open(path, "rb") as file:
        depth = file.read(25)[24]
    if photo.mode == "L" and depth < 8:
        return key * 255 // (2**depth - 1)
    if photo.mode == "RGB" and depth == 16:
        return tuple(channel >> 8 for channel in key)
    return key


def rgb_of(path):
    """A photo as Trombine reads it: its first frame, upright by its EXIF, 8-bit RGB, what is transparent on white."""
    with Image.open(path) as photo:
        photo.load()
        # Only EXIF counts; Pillow would also take an orientation from XMP.
        for key in ("xmp", "XML:com.adobe.xmp"):
            photo.info.pop(key, None)
        if photo.format == "PNG" and isinstance(photo.info.get("transparency"), (int, tuple)):
            photo.info["transparency"] = png_key(path, photo)
        photo = ImageOps.exif_transpose(photo)
    if photo.mode == "F":
        raise ValueError("its pixels are fractions, not gray levels or colors")
    if photo.mode.startswith("I"):
        # 16 bits of gray, which Pillow would cut off at 255.
        levels = np.clip(np.asarray(photo).astype(np.int64), 0, 65535)
        gray = Image.fromarray(((levels + 128) // 257).astype(np.uint8))
        key = photo.info.get("transparency")
        if key is None:
            return gray.convert("RGB")
        photo = Image.merge("LA", (gray, Image.fromarray(np.where(levels == key, 0, 255).astype(np.uint8))))
    if photo.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in photo.info:
        photo = photo.convert("RGBA")
        photo = Image.alpha_composite(Image.new("RGBA", photo.size, "white"), photo)
    return photo.convert("RGB")


def square_of(photo, side, resize):
    """The photo as a square: squeezed, its middle, or all of it within black."""
    width, height = photo.size
    if resize == "crop":
        short = min(width, height)
        left, top = (width - short) // 2, (height - short) // 2
        photo = photo.crop((left, top, left + short, top + short))
    elif resize == "pad":
        long = max(width, height)
        fit = [max(1, (2 * side * length + long) // (2 * long)) for length in (width, height)]
        square = Image.new("RGB", (side, side))
        square.paste(photo.resize(fit, Image.Resampling.BILINEAR), tuple((side - length) // 2 for length in fit))
        return square
    return photo.resize((side, side), Image.Resampling.BILINEAR)


def pixels_of(path, meta):
    """What the network sees of a photo: uint8, side x side x 3."""
    cached, crop, side = meta["cached_side"], meta["crop"], meta["side"]
    photo = square_of(rgb_of(path), cached, meta.get("resize", "squeeze"))
    start = (cached - crop) // 2
    photo = photo.crop((start, start, start + crop, start + crop))
    if side < crop:
        # Four neighbors of each place, as the program takes them: Pillow's `resize` would average more of them.
        scale = crop / side
        photo = photo.transform((side, side), Image.Transform.AFFINE, (scale, 0, 0, 0, scale, 0), Image.Resampling.BILINEAR)
    elif side > crop:
        photo = photo.resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(photo, dtype=np.uint8)


def answer_of(path, session, meta):
    """What the model says of a photo."""
    return session.run(None, {"pixels": pixels_of(path, meta)[None]})[0][0]


def probabilities_of(path, session, meta):
    """The probability of each class."""
    result = answer_of(path, session, meta)
    # Of two classes the file gives that of the second.
    return np.array([1 - result, result]) if np.ndim(result) == 0 else result


def is_sure(probability, threshold):
    """Of two classes: whether the odds lie three to one or more from those of the threshold."""
    low = threshold / (threshold + 3 * (1 - threshold))
    high = 3 * threshold / (3 * threshold + (1 - threshold))
    return not low <= probability < high


def sentence_of(path, session, meta):
    """The answer in words."""
    if "unit" in meta:
        return f"about {max(answer_of(path, session, meta), 0):.0f} {meta['unit']}"
    probabilities = probabilities_of(path, session, meta)
    two = len(probabilities) == 2
    predicted = int(probabilities[1] >= meta["threshold"]) if two else int(np.argmax(probabilities))
    share = probabilities[predicted]
    sure = is_sure(probabilities[1], meta["threshold"]) if two else share >= meta["threshold"]
    doubt = "" if sure else "not sure, rather "
    return f"{doubt}{meta['classes'][predicted]}, {100 * min(share, 0.99):.0f}%"


def main(paths):
    session, meta = load()
    unreadable = 0
    for path in paths:
        try:
            sentence = sentence_of(path, session, meta)
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            print(f"{path}: cannot be read: {error}", file=sys.stderr)
            unreadable += 1
            continue
        print(f"{path}: {sentence}")
    return 1 if unreadable else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the lines has gone, as `head` does; nothing more is to be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)
