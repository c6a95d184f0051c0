"""The module names of the original Florence-2 code, for models of transformers."""

import re

import torch


def original_name(name):
    """What the original code calls a module of transformers."""
    name = re.sub(r"^model\.language_model\.", "language_model.model.", name)
    name = re.sub(r"^lm_head", "language_model.lm_head", name)
    name = re.sub(r"^model\.(vision_tower\.)", r"\1", name)
    name = re.sub(r"^model\.multi_modal_projector\.(image_proj_norm|visual_temporal_embed)", r"\1", name)
    name = re.sub(r"^model\.multi_modal_projector\.image_position_embed", "image_pos_embed", name)
    name = re.sub(r"^(vision_tower\.convs\.\d+)\.conv\b", r"\1.proj", name)
    name = re.sub(r"\.(conv[12])\b", r".\1.fn.dw", name)
    name = re.sub(r"(spatial_block)\.norm1\b", r"\1.window_attn.norm", name)
    name = re.sub(r"(channel_block)\.norm1\b", r"\1.channel_attn.norm", name)
    name = re.sub(r"\.norm2\b", ".ffn.norm", name)
    name = re.sub(r"\.((?:window|channel)_attn)\.(qkv|proj)\b", r".\1.fn.\2", name)
    name = re.sub(r"\.ffn\.(fc[12])\b", r".ffn.fn.net.\1", name)
    return name.replace("model.multi_modal_projector.image_projection.weight", "image_projection")


def original_tree(model):
    """The linear layers of the model below the original code's names; the layers themselves are shared."""
    root = torch.nn.Module()
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear) and "image_projection" not in name:
            *parents, last = original_name(name).split(".")
            node = root
            for parent in parents:
                if not hasattr(node, parent):
                    node.add_module(parent, torch.nn.Module())
                node = getattr(node, parent)
            node.add_module(last, module)
    return root
