#!/bin/sh
# Makes the folder of resources of florence4j-tiny from a checkpoint: fp16 weights, configuration, tokenizer, processor, and
# SHA256SUMS over them and over the model card README.md, which is written by hand and stays as it is.
#
#   tools/pack_tiny_model.sh CHECKPOINT
#
# CHECKPOINT is the folder of the last stage of `florence4j pretrain`, or one of its checkpoints/step-*.
set -eu

[ $# -eq 1 ] && [ -d "$1" ] || {
    echo "usage: tools/pack_tiny_model.sh CHECKPOINT" >&2
    exit 2
}
checkpoint=$(CDPATH='' cd -- "$1" && pwd)
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
folder=$root/tiny/src/main/resources/io/github/florence4j/tiny/model
most=12000000

[ -f "$folder/README.md" ] || {
    echo "there is no model card $folder/README.md; write it first" >&2
    exit 1
}

beside=$(mktemp -d)
trap 'rm -rf "$beside"' EXIT
"$root/florence4j" merge --quiet --model "$checkpoint" --output "$beside/model" --dtype fp16 --layout transformers >&2
bytes=$(wc -c <"$beside/model/model.safetensors")
[ "$bytes" -le $most ] || {
    echo "the weights have $bytes bytes; expected $most at most" >&2
    exit 1
}
cp "$folder/README.md" "$beside/model/"
rm -rf "$folder"
mkdir -p "$folder"
cp "$beside/model"/* "$folder/"
cd "$folder"
sha256sum -- * >"$beside/SHA256SUMS"
mv "$beside/SHA256SUMS" .
chmod 644 -- *
ls -l
