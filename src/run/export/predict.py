#!/usr/bin/env python3
"""Predicts photos with the ONNX model beside this script (pip install onnxruntime numpy pillow).

    python predict.py PHOTO...

Each photo should be a tight, centered crop of one face, as UTKFace's pictures are; a photo that is not square is
squeezed. Written by Trombine: an appearance-based guess, with labels as recorded in the training data. It cannot tell
anybody's gender identity; for learning and research, not for decisions about people.
"""

import json
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


def pixels_of(path, meta):
    """What the network sees of a photo: uint8, side x side x 3."""
    cached, crop, side = meta["cached_side"], meta["crop"], meta["side"]
    photo = ImageOps.exif_transpose(Image.open(path)).convert("RGB").resize((cached, cached), Image.Resampling.BILINEAR)
    start = (cached - crop) // 2
    photo = photo.crop((start, start, start + crop, start + crop))
    return np.asarray(photo if crop == side else photo.resize((side, side), Image.Resampling.BILINEAR), dtype=np.uint8)


def main(paths):
    session, meta = load()
    for path in paths:
        [probability] = session.run(["probability"], {"pixels": pixels_of(path, meta)[None]})[0]
        said = int(probability >= meta["threshold"])
        share = probability if said else 1 - probability
        print(f"{path}: {meta['classes'][said]}, {100 * min(share, 0.99):.0f} %")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
