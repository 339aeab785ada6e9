"""A language model of a few kilobytes with random weights: it knows nothing, and runs as a large one does."""

from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType

__all__ = ["write_model"]

WIDTH, HEADS, FEED, LAYERS, CONTEXT = 32, 2, 64, 1, 4096
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def _byte_letters() -> list[str]:
    """GPT-2's letters for the 256 bytes."""
    printed = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = iter(range(256, 512))
    return [chr(byte if byte in printed else next(others)) for byte in range(256)]


def write_model(path: Path, *, template: str | None = TEMPLATE) -> Path:
    """A llama with one layer, in the file `path`."""
    tokens = [*_byte_letters(), "<|im_start|>", "<|im_end|>"]
    writer = GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.NORMAL] * 256 + [TokenType.CONTROL] * 2)
    writer.add_token_merges(["! !"])
    writer.add_eos_token_id(257)
    writer.add_bos_token_id(256)
    if template is not None:
        writer.add_chat_template(template)
    random = np.random.default_rng(7)
    shapes = {"token_embd.weight": (len(tokens), WIDTH), "output.weight": (len(tokens), WIDTH)}
    shapes |= {"output_norm.weight": (WIDTH,), "blk.0.attn_norm.weight": (WIDTH,), "blk.0.ffn_norm.weight": (WIDTH,)}
    shapes |= {f"blk.0.attn_{name}.weight": (WIDTH, WIDTH) for name in ("q", "k", "v", "output")}
    shapes |= {"blk.0.ffn_gate.weight": (FEED, WIDTH), "blk.0.ffn_up.weight": (FEED, WIDTH)}
    shapes |= {"blk.0.ffn_down.weight": (WIDTH, FEED)}
    for name, shape in shapes.items():
        writer.add_tensor(name, random.normal(0, 0.1, shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
