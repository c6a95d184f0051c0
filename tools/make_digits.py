"""Writes scikit-learn's handwritten digits as PNG files with JSON lines, for a learning run of `florence4j finetune`.

usage: python make_digits.py OUT [--side 96]

1,797 digits of 8 x 8 pixels, enlarged. Every fifth one is held out: OUT/train.jsonl has 1,437 and OUT/test.jsonl 360.
Needs scikit-learn and Pillow; neither is part of florence4j.
"""
import argparse
import json
import pathlib

from PIL import Image
from sklearn.datasets import load_digits

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("out", type=pathlib.Path)
parser.add_argument("--side", type=int, default=96)
arguments = parser.parse_args()

(arguments.out / "images").mkdir(parents=True, exist_ok=True)
digits = load_digits()
with (arguments.out / "train.jsonl").open("w") as train, (arguments.out / "test.jsonl").open("w") as test:
    for i, (pixels, digit) in enumerate(zip(digits.images, digits.target)):
        name = f"images/{i:04d}.png"
        image = Image.fromarray((255 - pixels * 255 / 16).astype("uint8"))
        image.resize((arguments.side, arguments.side), Image.BICUBIC).save(arguments.out / name)
        row = {"id": f"digit-{i}", "image": name, "prefix": "<DocVQA>Which digit is this?", "suffix": str(digit)}
        (test if i % 5 == 4 else train).write(json.dumps(row) + "\n")
