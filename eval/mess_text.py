"""Mess made after rendering: in the text, and on the way to bytes."""

from functools import cache
from random import Random
from typing import Any

from eval.sheets import Paper

__all__ = ["bad_byte", "cms_noise", "gb18030", "traditional", "utf16", "wrong_charset"]


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("s2t")


def traditional(paper: Paper, severity: float, rng: Random) -> None:  # noqa: ARG001
    paper.text_ops.append(lambda text, _rng: _converter().convert(text))


def cms_noise(paper: Paper, severity: float, rng: Random) -> None:
    """What a page saved as text brings along: menus, dates, counters, rows of pipes."""
    before = [
        f"索 引 号：{rng.randint(10**6, 10**7)}",
        f"发布时间：{paper.truth.year + 1}-01-{rng.randint(10, 31)} {rng.randint(10, 18)}:{rng.randint(10, 59)}",
        "来源：办公室 字体显示：大 中 小",
        f"浏览次数：{rng.randint(3, 9000)}",
        "首页 > 政务公开 > 法定主动公开内容 > 政府信息公开年报",
        "阅读：{{ pvCount }} 次",
    ]
    after = ["扫一扫在手机打开当前页面", "附件下载", "相关链接", f"网站标识码：{rng.randint(10**9, 10**10 - 1)}"]
    kept = max(1, round(len(before) * (0.4 + severity)))
    if rng.random() < severity:
        after.append("|" * rng.randint(50, 3000))

    def add(text: str, _rng: Random) -> str:
        if "<body>" in text:
            lines = "".join(f"<div>{line}</div>\n" for line in before[:kept])
            return text.replace("<body>", f"<body>\n{lines}").replace(
                "</body>", "".join(f"<p>{a}</p>" for a in after) + "</body>"
            )
        return "\n".join([*before[:kept], text.rstrip("\n"), *after]) + "\n"

    paper.text_ops.append(add)


def gb18030(paper: Paper, severity: float, rng: Random) -> None:  # noqa: ARG001
    paper.declared = rng.choice(("gb2312", "gbk", ""))
    paper.encode = lambda text, _rng: text.encode("gb18030")


def utf16(paper: Paper, severity: float, rng: Random) -> None:  # noqa: ARG001
    paper.declared = ""
    paper.encode = lambda text, _rng: text.encode("utf-16")


def wrong_charset(paper: Paper, severity: float, rng: Random) -> None:  # noqa: ARG001
    """The page declares one encoding and is in another."""
    if rng.random() < 0.5:
        paper.declared = "utf-8"
        paper.encode = lambda text, _rng: text.encode("gb18030")
    else:
        paper.declared = "gb2312"
        paper.encode = lambda text, _rng: text.encode("utf-8")


def bad_byte(paper: Paper, severity: float, rng: Random) -> None:
    """A byte lost in transit, or a few, in the running text of the preface."""
    encoding = rng.choice(("utf-8", "utf-8", "gb18030"))
    paper.declared = encoding

    def encode(text: str, chance: Random) -> bytes:
        data = text.encode(encoding)
        at = data.find("所列数据".encode(encoding))
        if at < 0:
            return data
        for _ in range(max(1, round(severity * 3))):
            place = at + chance.randint(0, 7)
            data = data[:place] + b"\xff" + data[place + 1 :]
        return data

    paper.encode = encode
