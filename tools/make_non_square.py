"""Visual tokens and 3-beam answer of the reference for an image that is not square.

usage: make_non_square.py FIXTURES > model/src/test/resources/io/github/florence4j/nn/non-square.json
needs: torch 2.13.0, transformers 5.18.0
"""
import json
import sys

import torch
from transformers import Florence2ForConditionalGeneration

torch.set_num_threads(1)
model = Florence2ForConditionalGeneration.from_pretrained(f"{sys.argv[1]}/tiny-transformers", dtype=torch.float32).eval()
height, width = 96, 160
index = torch.arange(3 * height * width, dtype=torch.float64)
pixels = (2 * torch.sin(index * 0.37) * torch.cos(index * 0.0011)).float().view(1, 3, height, width)
with torch.no_grad():
    features = model.get_image_features(pixels).pooler_output
tokens = features.shape[-2]
ids = torch.tensor([[51289] * tokens + [0, 2264, 473, 5, 2274, 6190, 116, 2]])
sequence = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=pixels, max_new_tokens=16, num_beams=3)
json.dump(dict(height=height, width=width, features=features.flatten().tolist(), tokens=tokens, sequence=sequence[0].tolist()), sys.stdout)
