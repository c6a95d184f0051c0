"""A LoRA adapter that PEFT saved on the tiny fixture, and the loss with it on the golden batch.

usage: make_peft_adapter.py FIXTURES train/src/test/resources/io/github/florence4j/train/peft-adapter
needs: peft 0.21.0, torch 2.13.0, transformers 5.18.0
"""

import json
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import Florence2ForConditionalGeneration

fixtures, out = Path(sys.argv[1]), Path(sys.argv[2])
torch.set_num_threads(1)
torch.manual_seed(0)
base = Florence2ForConditionalGeneration.from_pretrained(fixtures / "tiny-transformers")
targets = r".*language_model\.(encoder|decoder)\.layers\..*\.(q_proj|k_proj|v_proj|out_proj|fc1|fc2)"
model = get_peft_model(base, LoraConfig(r=4, lora_alpha=8, use_rslora=True, lora_dropout=0.05, target_modules=targets))
for name, parameter in model.named_parameters():
    if "lora_" in name:
        parameter.data = torch.randn_like(parameter) * 0.2
model.eval()
model.peft_config["default"].base_model_name_or_path = "tiny-transformers"
model.save_pretrained(out)
(out / "README.md").unlink()
batch = load_file(fixtures / "activations.safetensors")
inputs = {name: batch[name] for name in ("pixel_values", "input_ids", "attention_mask", "labels")}
with torch.no_grad():
    loss = model(**inputs).loss.item()
(out / "expected.json").write_text(json.dumps({"loss": loss, "tensors": len(load_file(out / "adapter_model.safetensors"))}) + "\n")
