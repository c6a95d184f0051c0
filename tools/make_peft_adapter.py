"""LoRA adapters that PEFT trained and saved on the tiny fixture; the loss and the greedy tokens with each on the golden batch.

usage: make_peft_adapter.py FIXTURES train/src/test/resources/io/github/florence4j/train
writes: peft-adapter/            one regular expression, rank-stabilized
        peft-adapter-projector/  names, ranks and strengths by pattern, and a projector that trained itself
        peft-adapter-microsoft/  the module names of the original code
needs: peft 0.21.0, torch 2.13.0, transformers 5.18.0
"""

import json
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import Florence2ForConditionalGeneration

from original_names import original_tree

fixtures, out = Path(sys.argv[1]), Path(sys.argv[2])
torch.set_num_threads(1)
batch = load_file(fixtures / "activations.safetensors")
inputs = {name: batch[name] for name in ("pixel_values", "input_ids", "attention_mask", "labels")}
layer = r".*language_model\.(encoder|decoder)\.layers\..*\."


def load():
    torch.manual_seed(0)
    return Florence2ForConditionalGeneration.from_pretrained(fixtures / "tiny-transformers")


def train(adapted, model):
    """A few steps from random matrices, so that the answers change."""
    for name, parameter in adapted.named_parameters():
        if "lora_" in name:
            parameter.data = torch.randn_like(parameter) * 0.2
    optimizer = torch.optim.AdamW([p for p in adapted.parameters() if p.requires_grad], lr=5e-3)
    model.train()
    for _ in range(3):
        model(**inputs).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()


def save(folder, adapted, model):
    adapted.peft_config["default"].base_model_name_or_path = "tiny-transformers"
    adapted.save_pretrained(out / folder)
    (out / folder / "README.md").unlink()
    adapted.merge_adapter()
    with torch.no_grad():
        loss = model(**inputs).loss.item()
        tokens = model.generate(
            **{name: inputs[name] for name in ("pixel_values", "input_ids", "attention_mask")},
            num_beams=1, do_sample=False, max_new_tokens=12, no_repeat_ngram_size=0, forced_bos_token_id=None,
        ).tolist()
    tensors = len(load_file(out / folder / "adapter_model.safetensors"))
    expected = {"loss": loss, "tensors": tensors, "greedy": tokens}
    (out / folder / "expected.json").write_text(json.dumps(expected) + "\n")
    print(folder, expected)


model = load()
adapted = get_peft_model(model, LoraConfig(
    r=4, lora_alpha=8, use_rslora=True, lora_dropout=0.05,
    target_modules=layer + "(q_proj|k_proj|v_proj|out_proj|fc1|fc2)"))
train(adapted, model)
save("peft-adapter", adapted, model)

model = load()
adapted = get_peft_model(model, LoraConfig(
    r=3, lora_alpha=6, target_modules=["q_proj", "fc2"], modules_to_save=["multi_modal_projector"],
    rank_pattern={"fc2": 2}, alpha_pattern={r"decoder\.layers\.\d\.fc2": 5, "encoder_attn.q_proj": 9}))
train(adapted, model)
save("peft-adapter-projector", adapted, model)

model = load()
tree = original_tree(model)
adapted = get_peft_model(tree, LoraConfig(r=2, lora_alpha=4, target_modules=["fn.qkv", "fn.net.fc1", "v_proj", "out_proj"]))
for name, parameter in adapted.named_parameters():
    if "lora_" in name:
        parameter.data = torch.randn_like(parameter) * 0.2
# The adapters are wrapped around the shared layers in this tree only, so its own forward pass is not to be had: the
# merged layers are the model's.
save("peft-adapter-microsoft", adapted, model)
