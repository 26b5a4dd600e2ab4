"""Writes a tiny model for llama.cpp that answers by the last word of its prompt.

    .local/setup/judges/bin/python tests/contracts/judges/model_file.py TEMPLATE FILE

It has one layer that does nothing, so the next token depends only on the last one: the embedding
of a token points at the token that follows it. The chat template ends a prompt with one of the
`ANSWERS`, and the pieces of that answer follow. After `<|noise|>` come random bytes without an
end. Everything around the model is real: templates, grammars, parsing, the stream.
"""

import sys
from pathlib import Path

import gguf
import numpy as np

ANSWERS = {
    "<|text|>": ("The boat is", " in the harbour."),
    "<|call|>": (
        "<tool_call>",
        '\n{"name": "searchDocuments", "arguments":',
        ' {"query": "boat"}}',
        "\n</tool_call>",
    ),
    "<|quit|>": (
        '<tool_call>\n{"name": "sayToUserAndQuit",',
        ' "arguments": {"message": "I found the boat."}}',
        "\n</tool_call>\n",
    ),
    "<|noise|>": (),
}
UNKNOWN, BEGIN, END = 0, 1, 2  # the places of the tokens that each model has
NORMAL_TOKENS = [b"<unk>", b"<s>", b"</s>", *(f"<0x{byte:02X}>".encode() for byte in range(256))]
WIDTH, HEADS = 64, 4
WINDOW = 65_536  # tokens, which are bytes here: a prompt with all tools has 20,000
SURE = 6.0  # weight of the token that follows; a byte of the noise has at most a third of it

UNKNOWN_TYPE, CONTROL, USER_DEFINED, BYTE = 2, 3, 4, 6  # token types of the file format


def vocabulary() -> tuple[list[bytes], list[int], dict[int, int]]:
    """Return the tokens, their types, and which token follows on which."""
    tokens, types = list(NORMAL_TOKENS), [UNKNOWN_TYPE, CONTROL, CONTROL, *[BYTE] * 256]
    follows: dict[int, int] = {}
    for opening, pieces in ANSWERS.items():
        before = len(tokens)
        tokens.append(opening.encode())
        types.append(CONTROL)
        for piece in pieces:
            follows[before] = before = len(tokens)
            tokens.append(piece.encode())
            types.append(USER_DEFINED)
        if pieces:
            follows[before] = END
    return tokens, types, follows


def write(file: Path, template: str) -> None:
    """Write the model with this chat template, about 300 KB."""
    tokens, types, follows = vocabulary()
    writer = gguf.GGUFWriter(file, "llama")
    _describe(writer, len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(types)
    writer.add_bos_token_id(BEGIN)
    writer.add_eos_token_id(END)
    writer.add_unk_token_id(UNKNOWN)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(template)
    for name, values in _weights(len(tokens), follows).items():
        writer.add_tensor(f"{name}.weight", values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: gguf.GGUFWriter, tokens: int) -> None:
    writer.add_vocab_size(tokens)
    writer.add_context_length(WINDOW)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(WIDTH)
    writer.add_block_count(1)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(0)


def _weights(tokens: int, follows: dict[int, int]) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(20261130)
    embedding = chance.standard_normal((tokens, WIDTH))
    output = 0.5 * chance.standard_normal((tokens, WIDTH))
    output[len(NORMAL_TOKENS) :] = 0  # noise is made of bytes
    output[END] = -embedding.mean(axis=0)
    for before, after in follows.items():
        output[after] += SURE * embedding[before] / np.linalg.norm(embedding[before])
    square, vector = (WIDTH, WIDTH), (WIDTH,)
    names = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
    idle = {f"blk.0.{name}": np.zeros(square) for name in names}
    norms = {f"blk.0.{name}": np.ones(vector) for name in ("attn_norm", "ffn_norm")}
    whole = {"token_embd": embedding, "output": output, "output_norm": np.ones(vector)}
    return whole | idle | norms


if __name__ == "__main__":
    write(Path(sys.argv[2]), Path(sys.argv[1]).read_text("utf-8"))
