"""Mess made on paper: what is blank, lost, misprinted or oddly written. Gold is read off what is left."""

from random import Random

from eval.official import GROUP_LABELS, RESULT
from eval.sheets import Box, Line, Paper, shown, value_box
from eval.truth import APPLICANTS, Number, make_truth

__all__ = [
    "blank_totals",
    "blank_zeros",
    "drop_blanks",
    "fullwidth",
    "headings_lost",
    "label_scramble",
    "label_typos",
    "labels_lost",
    "labels_zero",
    "last_year",
    "misprint",
    "page_heads",
    "prose_disagrees",
    "rows_dropped",
    "slashes",
    "spaced_numbers",
    "stray_digits",
    "subtotals",
    "thousands",
    "units",
    "year_columns",
]

FULLWIDTH = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
TYPOS = "政行公开不理申请机关信息办的其他本年度数量件"


def _chance(severity: float, rng: Random) -> bool:
    return rng.random() < severity


def _empty(box: Box) -> None:
    box.text, box.value = "", None


def blank_zeros(paper: Paper, severity: float, rng: Random) -> None:
    """Zeros left blank: all of them, or some at random."""
    every = _chance(severity, rng)
    for box in paper.boxes():
        if box.value == 0 and (every or _chance(0.2 + severity, rng)):
            _empty(box)


def drop_blanks(paper: Paper, severity: float, rng: Random) -> None:
    """Zeros left blank in some rows, and the blank boxes gone from the row."""
    for sheet in paper.sheets:
        for line in sheet.data():
            if len(line.figures) > 1 and _chance(0.2 + severity, rng):
                for box in line.figures:
                    if box.value == 0:
                        _empty(box)
                        box.gone = True
    paper.drop_blanks = True


def blank_totals(paper: Paper, severity: float, rng: Random) -> None:
    """Row totals not filled in, the total rows' own excepted."""
    for sheet in paper.sheets:
        for line in sheet.data():
            for box in line.figures:
                row, column = str(box.cell).split(".")[1:]
                if column == "total" and row != "processed_total" and _chance(0.3 + severity, rng):
                    _empty(box)


def labels_lost(paper: Paper, severity: float, rng: Random) -> None:
    for line in _detail_lines(paper):
        if _chance(severity, rng):
            line.path[-1] = ""


def labels_zero(paper: Paper, severity: float, rng: Random) -> None:
    """The labels of a whole group overwritten by 0, as a form that fills every cell does."""
    for group in GROUP_LABELS:
        if _chance(0.25 + severity, rng):
            for line in _detail_lines(paper):
                if line.row.startswith(f"{group}_") and len(line.path) > 2:
                    line.path[-1] = "0"


def _detail_lines(paper: Paper) -> list[Line]:
    return [line for sheet in paper.sheets if sheet.id == "applications" for line in sheet.data()]


def headings_lost(paper: Paper, severity: float, rng: Random) -> None:  # noqa: ARG001
    paper.headings = False


def subtotals(paper: Paper, severity: float, rng: Random) -> None:
    """The groups' sums printed as rows of their own, before or after the group."""
    for sheet in paper.sheets:
        if sheet.id != "applications":
            continue
        for group, label in GROUP_LABELS.items():
            rows = [line for line in sheet.lines if line.row.startswith(f"{group}_")]
            if len(rows) < 2 or not _chance(0.4 + severity, rng):
                continue
            cells = [f"applications.{group}.{column}" for column in (*APPLICANTS, "total")]
            boxes = [value_box(cell, paper.truth.values[cell]) for cell in cells]
            name = rng.choice(("小计", "合计"))
            after = rng.random() < 0.5
            line = Line(boxes, [RESULT, label, name], group)
            sheet.lines.insert(sheet.lines.index(rows[-1]) + 1 if after else sheet.lines.index(rows[0]), line)


def rows_dropped(paper: Paper, severity: float, rng: Random) -> None:
    """Rows that a body left out, mostly rows of zeros."""
    for sheet in paper.sheets:
        for line in list(sheet.lines):
            if not line.figures or line.row in ("new", "processed_total", "review"):
                continue
            zero = all(not box.value for box in line.figures)
            if _chance(severity * (0.5 if zero else 0.06), rng):
                sheet.lines.remove(line)


def stray_digits(paper: Paper, severity: float, rng: Random) -> None:
    """A 0 in a box between label and figures, or a footnote mark at a label."""
    for line in _detail_lines(paper):
        if _chance(severity * 0.5, rng):
            if len(line.path) < 3 and rng.random() < 0.6:
                line.stray = "0"
            else:
                line.path[-1] += rng.choice(("①", "[1]", "（注1）"))


def last_year(paper: Paper, severity: float, rng: Random) -> None:  # noqa: ARG001
    """Last year's tables before or after this year's, with their own figures."""
    from eval.official import official_sheets

    truth = paper.truth
    before = make_truth(truth.form, truth.seed + 100003)
    before.organ, before.year = truth.organ, truth.year - 1
    before.variant, before.one_row_other = truth.variant, truth.one_row_other
    before.options = dict(truth.options)
    old = official_sheets(before, rng)
    for sheet in old:
        sheet.heading = f"附：{truth.year - 1}年度{sheet.heading.split('、', 1)[-1]}（上年数据）"
        for box in list(sheet.boxes()):
            box.cell = None
    paper.sheets = [*paper.sheets, *old] if rng.random() < 0.6 else [*old, *paper.sheets]
    paper.headings = True


def year_columns(paper: Paper, severity: float, rng: Random) -> None:  # noqa: ARG001
    """Last year's figures in a column beside this year's."""
    truth = paper.truth
    before = make_truth(truth.form, truth.seed + 100003)
    ahead = rng.random() < 0.6
    for sheet in paper.sheets:
        sheet.columns += 1
        sheet.lines[0].boxes[-1].text = f"{truth.year}年"
        for index, line in enumerate(sheet.lines):
            old = Box(f"{truth.year - 1}年") if index == 0 else Box()
            if line.figures:
                old.text = shown(before.values[str(line.figures[0].cell)])
            line.boxes.insert(len(line.boxes) - ahead, old)


def misprint(paper: Paper, severity: float, rng: Random) -> None:
    """The source prints another number than it meant: gold is what it prints."""
    boxes = [box for box in paper.boxes() if box.value is not None and shown(box.value) in box.text]
    for box in rng.sample(boxes, min(len(boxes), max(1, round(severity * 5)))):
        old = box.value
        assert old is not None
        size = old if old >= 0 else -old
        digits = str(size)
        if rng.random() < 0.3 or len(digits) == 1 or "." in digits:
            new: Number = size + rng.choice((1, 1, 2, 6, 10))
        elif rng.random() < 0.5:
            new = int(digits[:-1])
        else:
            at = rng.randrange(len(digits))
            new = int(digits[:at] + rng.choice([d for d in "123456789" if d != digits[at]]) + digits[at + 1 :])
        if old < 0:
            new = -new
        box.text = box.text.replace(shown(old), shown(new))
        box.value = new
        paper.notes.append(f"misprint: {box.cell} prints {new}, meant {old}")


def thousands(paper: Paper, severity: float, rng: Random) -> None:
    """Commas in figures of a thousand and more: in some, from 0.3 on in all."""
    comma = rng.choice((",", ",", "，"))
    own = Random(f"thousands/{paper.truth.seed}")
    for box in paper.boxes():
        if box.value is not None and not -1000 < box.value < 1000 and own.random() < severity / 0.3:
            box.text = box.text.replace(str(box.value), f"{box.value:,}".replace(",", comma))


def fullwidth(paper: Paper, severity: float, rng: Random) -> None:
    for box in paper.boxes():
        if _chance(0.2 + severity, rng):
            box.text = box.text.translate(FULLWIDTH)


def units(paper: Paper, severity: float, rng: Random) -> None:
    """The unit printed with the figure; now and then the parts of a sum after it."""
    for sheet in paper.sheets:
        for line in sheet.data():
            printed = [box.text for box in line.boxes[:1] if not box.cell]
            for box in line.figures:
                if box.value is None or "元" in box.text or not _chance(0.2 + severity, rng):
                    continue
                if str(box.cell).endswith(".amount"):
                    box.text += "万元" if paper.truth.form == "ogi-2021" else "元"
                    continue
                box.text += printed[0] if printed else "件"
                if not printed and box.value > 3 and rng.random() < 0.04:
                    part = rng.randint(1, int(box.value) - 1)
                    box.text += f"（撤销{part}件、维持{box.value - part}件）"


def spaced_numbers(paper: Paper, severity: float, rng: Random) -> None:
    for box in paper.boxes():
        if len(box.text) > 1 and box.text.isdigit() and _chance(0.1 + severity, rng):
            cut = rng.randint(1, len(box.text) - 1)
            box.text = f"{box.text[:cut]}{rng.choice((' ', ' ', chr(0xA0)))}{box.text[cut:]}"


def slashes(paper: Paper, severity: float, rng: Random) -> None:
    """Where nothing is to be counted: a slash, a dash, 不适用. That is no 0."""
    mark = rng.choice(("/", "-", "—", "无", "不适用"))
    for sheet in paper.sheets:
        for line in sheet.data():
            if all(box.value == 0 for box in line.figures) and _chance(0.3 + severity, rng):
                for box in line.figures:
                    box.text, box.value = mark, None
                    if mark == "无":
                        paper.accept.setdefault(str(box.cell), []).extend([None, 0])


def label_typos(paper: Paper, severity: float, rng: Random) -> None:
    """A character dropped, doubled or taken for another, as OCR and typing do."""
    for sheet in paper.sheets:
        for line in sheet.data():
            label = line.path[-1] if line.path else ""
            if len(label) < 5 or not _chance(severity, rng):
                continue
            at = rng.randrange(2, len(label))
            new = rng.choice(("", label[at] * 2, rng.choice(TYPOS)))
            line.path[-1] = label[:at] + new + label[at + 1 :]


def label_scramble(paper: Paper, severity: float, rng: Random) -> None:
    """Two columns of labels read across: the group's label lands inside its first row's."""
    seen: set[str] = set()
    for line in _detail_lines(paper):
        if len(line.path) < 3 or line.path[-2] in seen or not line.path[-1]:
            continue
        seen.add(line.path[-2])
        if _chance(0.2 + severity, rng):
            group, own = line.path[-2], line.path[-1]
            cut, half = rng.randint(3, len(group) - 1), max(2, len(own) // 2)
            line.path = [*line.path[:-2], group[:cut] + own[:half] + group[cut:] + own[half:]]


def page_heads(paper: Paper, severity: float, rng: Random) -> None:
    """The head printed again where a page begins."""
    for sheet in paper.sheets:
        heads = [line for line in sheet.lines[:3] if not line.figures]
        if sheet.id not in ("applications", "statistics") or not heads or len(sheet.lines) <= 12:
            continue
        for _ in range(max(1, round(severity * 3))):
            at = rng.randint(len(heads) + 3, len(sheet.lines) - 3)
            again = [
                Line([Box(box.text, None, None, box.colspan, box.rowspan) for box in line.boxes]) for line in heads
            ]
            sheet.lines[at:at] = again


def prose_disagrees(paper: Paper, severity: float, rng: Random) -> None:
    """The running text names other figures than the table, which keep being what the table prints."""
    total = "applications.{}.total".format
    said = [
        (total("new"), "本机关共收到政府信息公开申请{}件"),
        (total("granted"), "予以公开{}件"),
        (total("carried_out"), "结转下年度继续办理{}件"),
    ]
    if paper.truth.form not in ("ogi-2021", "ogi-2019"):
        said = [
            ("statistics.received.year", "本机关共收到政府信息公开申请{}件"),
            ("statistics.answered_granted.year", "同意公开{}件"),
        ]
    for cell, words in said[: max(1, round(severity * 3))]:
        value = int(paper.truth.values[cell])
        other = value + rng.choice((1, 2, 7, 10))
        paper.overview.append(f"{paper.truth.year}年，{words.format(other)}。")
        paper.stated.pop(cell, None)
        paper.notes.append(f"the prose says {other} for {cell}, the table {value}")
