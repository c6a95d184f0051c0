"""Answers of the reference with the golden checkpoint's weights rounded to half precision, over the original vocabulary.

usage: make_half_precision_answers.py FIXTURES > model/src/test/resources/io/github/florence4j/tiny-microsoft-bin.beam3.json
needs: torch 2.13.0, transformers 5.18.0, safetensors
"""
import json
import sys

import torch
from safetensors.torch import load_file
from transformers import Florence2ForConditionalGeneration

fixtures, rows = sys.argv[1], 51289
torch.set_num_threads(1)
model = Florence2ForConditionalGeneration.from_pretrained(f"{fixtures}/tiny-transformers", dtype=torch.float32).eval()
for tensor in (*model.parameters(), *model.buffers()):
    if tensor.is_floating_point():
        tensor.data = tensor.data.half().float()
model.resize_token_embeddings(rows + 1, mean_resizing=False)  # the placeholder's row stays for the input
head = model.lm_head.forward


def without_placeholder(hidden):
    logits = head(hidden)
    logits[..., rows:] = -float("inf")
    return logits


model.lm_head.forward = without_placeholder
golden = load_file(f"{fixtures}/activations.safetensors")
answers = []
for row in range(3):
    length = int(golden["attention_mask"][row].sum())
    output = model.generate(
        input_ids=golden["input_ids"][row : row + 1, :length],
        attention_mask=golden["attention_mask"][row : row + 1, :length],
        pixel_values=golden["pixel_values"][row : row + 1],
        max_new_tokens=24, num_beams=3, return_dict_in_generate=True, output_scores=True)
    answers.append(dict(sequence=output.sequences[0].tolist(), score=float(output.sequences_scores[0])))
json.dump(answers, sys.stdout)
