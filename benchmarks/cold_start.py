"""The peer's side of a cold start: seconds from the process to the tokens of one answer.
usage: cold_start.py CHECKPOINT IMAGE [--dtype float32] [--beams 3] [--tokens 4]"""
import time
start = time.perf_counter()
import argparse, json, resource, sys, torch
from PIL import Image
from transformers import AutoTokenizer, CLIPImageProcessorPil, Florence2ForConditionalGeneration

imported = time.perf_counter()
ap = argparse.ArgumentParser(description=__doc__)
ap.add_argument("checkpoint"); ap.add_argument("image"); ap.add_argument("--dtype", default="float32")
ap.add_argument("--beams", type=int, default=3); ap.add_argument("--tokens", type=int, default=4)
a = ap.parse_args()
dtype = getattr(torch, a.dtype)
tokenizer, images = AutoTokenizer.from_pretrained(a.checkpoint), CLIPImageProcessorPil.from_pretrained(a.checkpoint)
model = Florence2ForConditionalGeneration.from_pretrained(a.checkpoint, dtype=dtype).eval()
loaded = time.perf_counter()
pixels = images(Image.open(a.image).convert("RGB"), return_tensors="pt").pixel_values.to(dtype)
prompt = tokenizer("What does the image describe?", return_tensors="pt").input_ids
ids = torch.cat([torch.full((1, 577), model.config.image_token_id), prompt], 1)
with torch.inference_mode():
    answer = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=pixels, num_beams=a.beams,
                            max_new_tokens=a.tokens, min_new_tokens=a.tokens, do_sample=False)
tokenizer.batch_decode(answer)
end = time.perf_counter()
print(json.dumps(dict(dtype=a.dtype, import_s=imported - start, load_s=loaded - imported, answer_s=end - loaded, total_s=end - start,
                      rss_gb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9)))
