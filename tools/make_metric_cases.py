"""Makes the random cases of train/src/test/resources/io/github/florence4j/metrics and what the reference tools say of them.

    python tools/make_metric_cases.py train/src/test/resources/io/github/florence4j/metrics

Needs numpy, pycocotools (the committed files: 2.0.11), sacrebleu (2.6.0) and nltk (3.10.3).

coco-cases.json     boxes and COCOeval's twelve figures (-1: nothing to find).
caption-cases.json  captions; BLEU-4 by sacrebleu without tokenizer and smoothing, whose counts, closest reference length and
                    brevity penalty are pycocoevalcap's (nltk's differ: it counts one 4-gram in a caption of two words); ROUGE-L and CIDEr-D by the functions below, written from their formulas.
text-cases.json     pairs of texts; edit distances by nltk.edit_distance; ANLS from them by the formula of the RRC script.
token-cases.json    captions and their words by nltk.tokenize.NLTKWordTokenizer, lower case, without pycocoevalcap's punctuation.
"""

import contextlib
import io
import json
import math
import random
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from nltk import edit_distance
from nltk.tokenize import NLTKWordTokenizer
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sacrebleu import corpus_bleu

PUNCTUATION = {"''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".", "?", "!", ",", ":", "-", "--", "...", ";"}


def coco_case(rng, number):
    images, labels = rng.randint(1, 6), rng.randint(1, 4)
    truths, boxes = [], []
    for image in range(images):
        for _ in range(rng.randint(0, 5)):
            side = rng.choice([16, 32, 64, 96, 150])
            w, h = (max(1, int(side * rng.uniform(0.6, 1.4))) for _ in range(2))
            if rng.random() < 0.2:
                w = h = rng.choice([32, 96])  # exactly on the border of two sizes
            x, y, label = rng.randint(0, 300), rng.randint(0, 300), rng.randrange(labels)
            area = w * h if rng.random() < 0.7 else int(w * h * rng.uniform(0.4, 1))
            truths.append([image, label, x, y, w, h, area, int(rng.random() < 0.12)])
            for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
                jitter = rng.choice([0, 1, 3, 8, 20])
                near = [v + rng.randint(-jitter, jitter) for v in (x, y, w, h)]
                found = label if rng.random() < 0.9 else rng.randrange(labels + 1)
                boxes.append([image, found, near[0], near[1], max(1, near[2]), max(1, near[3]), score(rng, number)])
        for _ in range(rng.choice([0, 0, 1, 3])):
            boxes.append([image, rng.randrange(labels), rng.randint(0, 300), rng.randint(0, 300),
                          rng.randint(1, 150), rng.randint(1, 150), score(rng, number)])
    if number % 40 == 7 and truths:  # more boxes than the 100 that count
        image, label, x, y, w, h = truths[0][:6]
        boxes += [[image, label, x + rng.randint(-9, 9), y + rng.randint(-9, 9), w, h, score(rng, number)] for _ in range(120)]
    rng.shuffle(boxes)
    boxes.sort(key=lambda box: box[0])
    return {"images": images, "truths": truths, "boxes": boxes, "stats": coco_stats(images, labels + 1, truths, boxes)}


def score(rng, number):
    return rng.choice([0.25, 0.5, 0.75]) if number % 3 == 0 else round(rng.random(), 3)


def coco_stats(images, labels, truths, boxes):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "info": {},
            "images": [{"id": i} for i in range(images)],
            "categories": [{"id": i} for i in range(labels)],
            "annotations": [
                {"id": n + 1, "image_id": t[0], "category_id": t[1], "bbox": t[2:6], "area": t[6], "iscrowd": t[7]}
                for n, t in enumerate(truths)
            ],
        }
        coco.createIndex()
        found = COCO()
        found.dataset = {
            "images": coco.dataset["images"],
            "categories": coco.dataset["categories"],
            "annotations": [
                {"id": n + 1, "image_id": b[0], "category_id": b[1], "bbox": b[2:6], "area": b[4] * b[5], "score": b[6], "iscrowd": 0}
                for n, b in enumerate(boxes)
            ],
        }
        found.createIndex()
        evaluation = COCOeval(coco, found, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return [float(value) for value in evaluation.stats]


def caption_case(rng):
    vocabulary = ["a", "dog", "cat", "runs", "sits", "on", "the", "grass", "red", "ball", "near"]
    sentence = lambda least: [rng.choice(vocabulary) for _ in range(rng.randint(least, 12))]
    while True:
        captions, references = [], []
        for _ in range(rng.randint(2, 6)):
            refs = [sentence(4) for _ in range(rng.randint(1, 4))]
            caption = list(rng.choice(refs)) if rng.random() < 0.7 else sentence(0)
            if caption and rng.random() < 0.7:
                del caption[rng.randrange(len(caption))]
            captions.append(caption)
            references.append(refs)
        bleu = sacrebleu(captions, references)
        if bleu > 1e-3:  # every order has a match: nothing is smoothed
            break
    rouge = [rouge_l(c, r) for c, r in zip(captions, references)]
    cider = cider_d(captions, references)
    join = " ".join
    return {"captions": [join(c) for c in captions], "references": [[join(r) for r in refs] for refs in references],
            "bleu4": bleu, "rougeL": rouge, "ciderD": cider}


def sacrebleu(captions, references):
    most = max(map(len, references))
    streams = [[" ".join(refs[i]) if i < len(refs) else None for refs in references] for i in range(most)]
    texts = [" ".join(caption) for caption in captions]
    return corpus_bleu(texts, streams, smooth_method="none", tokenize="none", force=True).score / 100


def rouge_l(caption, references):
    def common(a, b):
        table = np.zeros((len(a) + 1, len(b) + 1), int)
        for i, x in enumerate(a):
            for j, y in enumerate(b):
                table[i + 1, j + 1] = table[i, j] + 1 if x == y else max(table[i, j + 1], table[i + 1, j])
        return table[-1, -1]

    p = max(common(caption, r) / max(1, len(caption)) for r in references)
    r = max(common(caption, ref) / len(ref) for ref in references)
    return float(0 if p * r == 0 else (1 + 1.2**2) * p * r / (r + 1.2**2 * p))


def cider_d(captions, references):
    """g_n of each image as dense vectors over all n-grams of one length; mean over n, times ten."""
    def grams(words, n):
        return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))

    scores = np.zeros(len(captions))
    for n in (1, 2, 3, 4):
        texts = captions + [r for refs in references for r in refs]
        index = {g: i for i, g in enumerate(sorted({g for t in texts for g in grams(t, n)}))}
        documents = np.zeros(len(index))
        for refs in references:
            documents[[index[g] for g in {g for r in refs for g in grams(r, n)}]] += 1
        idf = np.log(len(captions) / np.maximum(1, documents))

        def vector(words):
            v = np.zeros(len(index))
            for g, count in grams(words, n).items():
                v[index[g]] = count
            return v * idf

        for i, (caption, refs) in enumerate(zip(captions, references)):
            for ref in refs:
                v, w = vector(caption), vector(ref)
                norms = np.linalg.norm(v) * np.linalg.norm(w)
                gap = max(0, len(caption) - 1) - max(0, len(ref) - 1)
                cosine = np.minimum(v, w) @ w / norms if norms else 0
                scores[i] += 10 / 4 / len(refs) * cosine * math.exp(-(gap**2) / (2 * 6**2))
    return scores.tolist()


def text_case(rng):
    letters = "abAB 1.é\u00df\u4e2d\U0001f600"
    text = lambda: "".join(rng.choice(letters) for _ in range(rng.randint(0, 10)))
    references = [text() for _ in range(rng.randint(1, 3))]
    prediction = list(rng.choice(references)) if rng.random() < 0.7 else list(text())
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        if prediction:
            prediction[rng.randrange(len(prediction))] = rng.choice(letters)
    prediction = "".join(prediction)
    clean = lambda s: " ".join(s.lower().split())
    ratios = []
    for reference in references:
        length = max(len(reference.upper()), len(prediction.upper()))
        ratios.append(edit_distance(clean(reference), clean(prediction)) / length if length else 0.0)
    anls = 1 - min(ratios)
    spaced = lambda s: " ".join(s.split())
    return {
        "prediction": prediction,
        "references": references,
        "anls": anls if anls >= 0.5 else 0.0,
        "cer": min(edit_distance(spaced(prediction), spaced(r)) / max(1, len(spaced(r))) for r in references),
        "wer": min(edit_distance(prediction.split(), r.split()) / max(1, len(r.split())) for r in references),
    }


def token_case(rng):
    subject = rng.choice(["A black-and-white dog", "The man's hat", "Two dogs' bowls", "It", "She", "The U.S. flag", "An old bus"])
    verb = rng.choice(["isn't", "is", "can't be", "cannot be", "'s", "won't stay", "doesn't look", "'ll be", "would've been"])
    end = rng.choice(["on the table", "near 2,000 people", "at 5:30", "in the bus-stop, alone", "red; blue: green",
                      "there, they're happy", "with 50% off", "for $5", "next to a \"stop\" sign", "50 feet up"])
    caption = f"{subject}{'' if verb[0] == chr(39) else ' '}{verb} {end}{rng.choice(['.', '', '!', '?', '...'])}"
    words = [w.lower() for w in NLTKWordTokenizer().tokenize(caption)]
    return {"caption": caption, "tokens": [w for w in words if w not in PUNCTUATION]}


def write(folder, name, cases):
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (folder / name).write_text(f"[\n{lines}\n]\n")


def main(folder):
    rng = random.Random(20240624)
    write(folder, "coco-cases.json", [coco_case(rng, n) for n in range(200)])
    write(folder, "caption-cases.json", [caption_case(rng) for _ in range(60)])
    write(folder, "text-cases.json", [text_case(rng) for _ in range(300)])
    write(folder, "token-cases.json", [token_case(rng) for _ in range(80)])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
