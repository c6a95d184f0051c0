"""Three AdamW steps of the reference on the tiny fixture, in double precision.

Single precision cannot settle the third gradient norm of the run that trains everything: the reference's own kernels
differ there by 4e-3. In double precision both implementations must agree to many digits.

usage: make_double_precision_training.py FIXTURES > double-precision-training.json
(transformers 5.18.0, PyTorch 2.13.0)
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import Florence2ForConditionalGeneration


def steps(fixtures, freeze_vision):
    batch = load_file(fixtures / "activations.safetensors")
    model = Florence2ForConditionalGeneration.from_pretrained(fixtures / "tiny-transformers", dtype=torch.float64).train()
    if freeze_vision:
        model.model.vision_tower.requires_grad_(False)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    losses, norms = [], []
    for step in range(4):
        logits = model(
            pixel_values=batch["pixel_values"].double(),
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            labels=batch["labels"],
        ).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch["labels"].flatten())
        losses.append(loss.item())
        if step < 3:
            optimizer.zero_grad()
            loss.backward()
            norms.append(torch.nn.utils.clip_grad_norm_(parameters, 1.0).item())
            optimizer.step()
    return {"losses": losses, "grad_norm_before_clip": norms}


torch.set_num_threads(1)
folder = Path(sys.argv[1])
print(json.dumps({"all": steps(folder, False), "vision_frozen": steps(folder, True)}, indent=1))
