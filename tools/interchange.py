"""Checkpoints and adapters from transformers and PEFT to florence4j, and the other way round, on a very small model.

usage: interchange.py save  train/src/test/resources/io/github/florence4j/train/interchange
       interchange.py check train/src/test/resources/io/github/florence4j/train/interchange
needs: peft 0.21.0, torch 2.13.0, transformers 5.18.0

`save` makes a random model, trains it for a few steps and saves it with transformers: transformers-saved/, and the batch
with its loss and greedy tokens. Then InterchangeFiles (test sources of the train module) trains that on and saves
florence4j-*/. `check` loads those strictly and records the loss and the tokens that transformers and PEFT get from them.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import Florence2Config, Florence2ForConditionalGeneration

from original_names import original_name, original_tree

mode, out = sys.argv[1], Path(sys.argv[2])
torch.set_num_threads(1)
IMAGE, ROWS, VISUAL = 319, 320, 5


def save():
    torch.manual_seed(3)
    text = dict(model_type="bart", vocab_size=ROWS, d_model=16, encoder_layers=1, decoder_layers=2, num_hidden_layers=1,
                encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=24, decoder_ffn_dim=24,
                max_position_embeddings=48, activation_function="gelu", dropout=0.0, attention_dropout=0.0,
                activation_dropout=0.0, pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2,
                forced_bos_token_id=0, forced_eos_token_id=2, scale_embedding=False, init_std=0.2)
    vision = dict(projection_dim=16, embed_dim=[8, 8, 16, 16], num_heads=[1, 2, 2, 2], num_groups=[1, 2, 2, 2],
                  depths=[1, 1, 1, 1], window_size=3, drop_path_rate=0.0, max_position_embeddings=8, max_temporal_embeddings=4)
    model = Florence2ForConditionalGeneration(Florence2Config(
        text_config=text, vision_config=vision, image_token_id=IMAGE, tie_word_embeddings=True))
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.data.normal_(0, 0.25)
    model.generation_config.update(num_beams=3, no_repeat_ngram_size=3, early_stopping=True, forced_bos_token_id=0,
                                   forced_eos_token_id=2, decoder_start_token_id=2, pad_token_id=1)
    words = torch.randint(4, IMAGE, (2, 7))
    words[1, 5:] = 1
    labels = torch.randint(4, IMAGE, (2, 6))
    labels[0, 4:] = -100
    ids = torch.cat([torch.full((2, VISUAL), IMAGE), words], 1)
    out.mkdir(parents=True, exist_ok=True)
    save_file({"pixel_values": torch.randn(2, 3, 64, 64), "input_ids": ids, "attention_mask": (ids != 1).long(),
               "labels": labels}, out / "batch.safetensors")
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    model.train()
    for _ in range(4):
        model(**batch()).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(out / "transformers-saved")
    record("transformers-saved", *answers(model))


def batch():
    return load_file(out / "batch.safetensors")


def answers(model, rows=ROWS):
    """The loss and the greedy tokens, where only the first rows of the token table exist."""
    model.eval()
    inputs = batch()
    with torch.no_grad():
        logits = model(**inputs).logits[..., :rows]
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), inputs.pop("labels").flatten()).item()
        tokens = model.generate(**inputs, num_beams=1, do_sample=False, max_new_tokens=12, no_repeat_ngram_size=0,
                                forced_bos_token_id=None, suppress_tokens=list(range(rows, ROWS)) or None).tolist()
    return loss, tokens


def record(folder, loss, tokens):
    (out / folder / "expected.json").write_text(json.dumps({"loss": loss, "greedy": tokens}) + "\n")
    print(folder, loss, tokens)


def strict(folder):
    model, info = Florence2ForConditionalGeneration.from_pretrained(out / folder, output_loading_info=True)
    assert not any(info.values()), info
    return model


def check():
    record("florence4j-transformers", *answers(strict("florence4j-transformers")))

    stored = load_file(out / "florence4j-microsoft" / "model.safetensors")
    assert stored.pop("language_model.final_logits_bias").abs().max() == 0
    stored["image_projection"] = stored["image_projection"].t()
    stored["language_model.model.shared.weight"] = torch.nn.functional.pad(
        stored["language_model.model.shared.weight"], (0, 0, 0, ROWS - IMAGE))
    model = strict("transformers-saved")
    tied = {"lm_head.weight"} | {f"model.language_model.{part}.embed_tokens.weight" for part in ("encoder", "decoder")}
    wanted = [name for name in model.state_dict() if name not in tied]
    assert sorted(stored) == sorted(map(original_name, wanted)), set(stored) ^ set(map(original_name, wanted))
    table = stored["language_model.model.shared.weight"]
    model.load_state_dict({name: table if name in tied else stored[original_name(name)] for name in model.state_dict()})
    record("florence4j-microsoft", *answers(model, IMAGE))

    base = strict("transformers-saved")
    adapted = PeftModel.from_pretrained(base, out / "florence4j-adapter")
    saved = load_file(out / "florence4j-adapter" / "adapter_model.safetensors")
    held = adapted.state_dict()
    for name, tensor in saved.items():
        module, kind = name.rsplit(".", 1)
        found = [n for n in (f"{module}.default.{kind}", f"{module}.modules_to_save.default.{kind}") if n in held]
        assert len(found) == 1 and torch.equal(held[found[0]], tensor), name
    record("florence4j-adapter", *answers(adapted))
    plain = strict("transformers-saved").state_dict()
    merged = {name: tensor for name, tensor in adapted.merge_and_unload().state_dict().items()
              if name not in tied and not torch.equal(tensor, plain[name])}
    save_file(merged, out / "florence4j-adapter" / "merged.safetensors")

    base = strict("transformers-saved")
    tree = PeftModel.from_pretrained(original_tree(base), out / "florence4j-adapter-microsoft")
    assert len([n for n in tree.state_dict() if "lora_" in n]) == len(
        load_file(out / "florence4j-adapter-microsoft" / "adapter_model.safetensors"))
    tree.save_pretrained(out / "pickled", safe_serialization=False)
    (out / "pickled" / "adapter_model.bin").replace(out / "florence4j-adapter-microsoft" / "adapter_model.bin")
    shutil.rmtree(out / "pickled")
    tree.merge_adapter()
    record("florence4j-adapter-microsoft", *answers(base))


{"save": save, "check": check}[mode]()
