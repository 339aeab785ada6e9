"""The recognition engine: rapidocr's detection and recognition, with the weights that ship in its wheel.

Loaded once in a process and never fetched: it is told where the weights lie, so that it has nothing to look for.
"""

import os
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias

from extractor.errors import UnreadableError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grey: TypeAlias = NDArray[np.uint8]

__all__ = ["Engine", "is_installed", "require", "the_engine"]

INSTALL = "pip install 'gouji[ocr]'"
_NEEDED = ("numpy", "cv2", "PIL", "onnxruntime", "rapidocr")
_WEIGHTS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
_THREADS = 2
_HEIGHT = 48
_BATCH = 16
# Narrower crops than this are padded: the network has seen none as narrow.
_NARROWEST = 80
_WIDEST = 2400
# The detection sees a page at most this wide and high, in pixels.
_DETECTED = 1760
_SURELY_TURNED = 0.9
_lock = Lock()


def require() -> None:
    """UnreadableError, naming the command that installs it, where what reads pictures is not installed."""
    missing = _missing()
    if missing:
        raise UnreadableError(
            f"pictures are read with the extra 'ocr', which is not installed ({', '.join(missing)}): {INSTALL}"
        )


def is_installed() -> bool:
    """Whether what reads pictures is."""
    return not _missing()


def _missing() -> list[str]:
    return [name for name in _NEEDED if find_spec(name) is None]


@lru_cache(maxsize=1)
def the_engine() -> "Engine":
    """The engine of this process. UnreadableError where it is not installed, or its weights are not where they ship."""
    require()
    with _lock:
        return Engine()


class Engine:
    """Finds lines of text and reads them. Every picture it is given is grey."""

    def __init__(self) -> None:
        rapidocr: Any = import_module("rapidocr")
        folder = Path(rapidocr.__file__).parent / "models"
        params: dict[str, Any] = {"Global.log_level": "critical"}
        for part, name in _WEIGHTS.items():
            if not (folder / name).is_file():
                raise UnreadableError(f"the weights {name} are not in the rapidocr package: {INSTALL}")
            params[f"{part}.model_path"] = str(folder / name)
        params["EngineConfig.onnxruntime.intra_op_num_threads"] = min(_THREADS, os.cpu_count() or 1)
        params["EngineConfig.onnxruntime.inter_op_num_threads"] = 1
        whole: Any = rapidocr.RapidOCR(params=params)
        self._whole = whole
        self._det: Any = _part(whole, "det")
        self._rec: Any = _part(whole, "rec")
        self._cls: Any = _part(whole, "cls")

    def _shut(self, only: str) -> "NDArray[np.bool_]":
        import numpy as np

        places: dict[str, int] = self._rec.postprocess_op.dict
        shut = np.ones(len(self._rec.postprocess_op.character), bool)
        shut[[0, *(places[one] for one in only if one in places)]] = False
        return shut

    def bare(self, pixels: "Grey") -> Any:
        """The plain call of rapidocr on a page, to compare with."""
        return self._whole(_coloured(pixels))

    def detect(self, pixels: "Grey", longest: int = _DETECTED) -> list["NDArray[np.float32]"]:
        """The corners of each line of text (4 × 2: x, y from the top left, clockwise), in pixels.

        `longest`: side of what is looked at; a page that was enlarged shows no more for it.
        """
        import cv2
        import numpy as np

        height, width = pixels.shape
        shrink = min(1.0, min(longest, _DETECTED) / max(height, width))
        seen = cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else pixels
        found = self._det(_coloured(np.asarray(seen, np.uint8)))
        if found.boxes is None:
            return []
        return [np.asarray(box, np.float32) / np.float32(shrink) for box in found.boxes]

    def upside_down(self, crops: Sequence["Grey"]) -> float:
        """The share of these lines of text that stand on their heads."""
        result = self._cls([_coloured(crop) for crop in crops])
        sure = [label for label, score in result.cls_res if score >= _SURELY_TURNED]
        return sum(1 for label in sure if label == "180") / len(sure) if sure else 0.0

    def recognise(self, crops: Sequence["Grey"], only: str | None = None) -> list[tuple[str, float]]:
        """The text of each line, and the mean of what the network gives its characters (0 to 1).

        `only`: the characters that are let through.
        """
        import numpy as np

        shaped = [_shaped(crop) for crop in crops]
        out: list[tuple[str, float]] = [("", 0.0)] * len(crops)
        shut = None if only is None else self._shut(only)
        order = sorted(range(len(shaped)), key=lambda number: shaped[number].shape[1])
        for first in range(0, len(order), _BATCH):
            here = order[first : first + _BATCH]
            width = max(_NARROWEST, *(shaped[number].shape[1] for number in here))
            batch = np.zeros((len(here), 3, _HEIGHT, width), np.float32)
            for place, number in enumerate(here):
                crop = shaped[number]
                batch[place, :, :, : crop.shape[1]] = crop.astype(np.float32) / 127.5 - 1.0
            odds = self._rec.session(batch)
            if shut is not None:
                odds = np.where(shut, 0.0, odds)
            lines, _ = self._rec.postprocess_op(odds)
            for number, (text, score) in zip(here, lines, strict=True):
                out[number] = (str(text), float(score))
        return out


def _part(whole: Any, name: str) -> Any:
    load = getattr(whole, f"_load_{name}_model", None)
    return getattr(whole, f"text_{name}") if load is None else load()


def _coloured(pixels: "Grey") -> "Grey":
    import cv2
    import numpy as np

    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)


def _shaped(crop: "Grey") -> "Grey":
    """A line at the height that the network takes."""
    import cv2
    import numpy as np

    height, width = crop.shape
    wide = min(_WIDEST, max(8, round(width * _HEIGHT / height)))
    how = cv2.INTER_AREA if height > _HEIGHT else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, (wide, _HEIGHT), interpolation=how), np.uint8)
