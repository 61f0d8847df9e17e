#!/usr/bin/env python3
"""Writes scikit-learn's digits as folders of PNG pictures, one for each class: 1,797 pictures of 32 x 32.

    python digits.py FOLDER
    trombine train --data FOLDER --preset quick --seed 42 --set augment.flip=false

pip install scikit-learn pillow numpy
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

if len(sys.argv) != 2:
    sys.exit(__doc__)
digits = load_digits()
for number, (levels, digit) in enumerate(zip(digits.images, digits.target)):
    folder = Path(sys.argv[1]) / str(digit)
    folder.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray((255 - levels / 16 * 255).astype(np.uint8))
    picture.resize((32, 32), Image.Resampling.NEAREST).save(folder / f"{number:04d}.png")
