"""HTML: clean, out of Word, inside a content management system, with spans that lie, as several small tables."""

from collections.abc import Callable
from html import escape
from random import Random

from eval.layouts.blocks import Kind, blocks
from eval.sheets import Box, Line, Paper, Sheet

__all__ = ["clean", "cms", "lying", "mini", "word"]

Rows = list[list[Box]]


def _spans(box: Box) -> str:
    out = f' colspan="{box.colspan}"' if box.colspan > 1 else ""
    return out + (f' rowspan="{box.rowspan}"' if box.rowspan > 1 else "")


def _table(rows: Rows, cell: Callable[[Box], str], attributes: str = ' border="1"') -> str:
    lines = ["<tr>" + "".join(cell(box) for box in row) + "</tr>" for row in rows]
    return f"<table{attributes}><tbody>\n" + "\n".join(lines) + "\n</tbody></table>"


def _simple(box: Box) -> str:
    return f"<td{_spans(box)}>{escape(box.text, quote=False) or '&nbsp;'}</td>"


def _body(paper: Paper, table: Callable[[Sheet], str], paragraph: Callable[[str], str]) -> str:
    out = []
    for kind, part in blocks(paper):
        if isinstance(part, Sheet):
            out.append(table(part))
        elif kind is Kind.TITLE:
            out.append(f"<h1>{escape(part, quote=False)}</h1>")
        elif kind is Kind.HEADING:
            out.append(paragraph(part).replace("<p", '<p class="h"', 1))
        else:
            out.append(paragraph(part))
    return "\n".join(out)


def _page(paper: Paper, body: str, head: str = "") -> str:
    meta = f'<meta charset="{paper.declared}">' if paper.declared else ""
    head = f"<head>{meta}<title>{paper.title}</title>{head}</head>"
    return f"<!DOCTYPE html>\n<html>{head}\n<body>\n{body}\n</body></html>\n"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text, quote=False)}</p>"


def clean(paper: Paper, rng: Random) -> str:
    inner = rng.random() < 0.5

    def cell(box: Box) -> str:
        text = escape(box.text, quote=False) or "&nbsp;"
        return f"<td{_spans(box)}><p>{text}</p></td>" if inner else _simple(box)

    return _page(paper, _body(paper, lambda sheet: _table(sheet.grid(), cell), _paragraph))


def word(paper: Paper, rng: Random) -> str:
    """Word's export: a paragraph with nested spans in every cell, labels broken over runs and lines."""

    def run(text: str) -> str:
        cut = rng.randint(1, len(text) - 1) if len(text) > 4 and rng.random() < 0.3 else 0
        parts = [text[:cut], text[cut:]] if cut else [text]
        return "".join(
            f"<span lang=EN-US style='font-size:10.5pt'>{escape(part, quote=False)}</span>" for part in parts
        )

    def cell(box: Box) -> str:
        if not box.text:
            inner = rng.choice(("<o:p>&nbsp;</o:p>", "<span lang=EN-US><o:p> </o:p></span>", "&nbsp;"))
        elif box.cell and rng.random() < 0.3:
            inner = f"&nbsp;{run(box.text)}<o:p></o:p>"
        elif not box.cell and len(box.text) > 6 and rng.random() < 0.3:
            half = len(box.text) // 2
            inner = f"{run(box.text[:half])}<br />\n{run(box.text[half:])}"
        else:
            inner = run(box.text) + "<o:p></o:p>"
        width = rng.randint(30, 200)
        return (
            f"<td width={width}{_spans(box)} style='border:solid windowtext 1.0pt;padding:0cm 5.4pt'>"
            f"<p class=MsoNormal align=center style='text-align:center'>{inner}</p></td>"
        )

    head = "<style>p.MsoNormal{margin:0cm;font-family:宋体}</style>"
    head += "<!--[if gte mso 9]><xml><w:View>Print</w:View></xml><![endif]-->"
    attributes = " class=MsoNormalTable border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse'"
    body = _body(
        paper,
        lambda sheet: _table(sheet.grid(), cell, attributes),
        lambda text: f"<p class=MsoNormal style='text-indent:32pt'>{run(text)}<o:p></o:p></p>",
    )
    return _page(paper, body, head)


def cms(paper: Paper, rng: Random) -> str:
    """The page of a government site: menus, breadcrumbs, layout tables around the text, scripts, a footer."""
    menu = "".join(
        f'<li><a href="/list/{rng.randint(100, 999)}.html">{name}</a></li>'
        for name in (
            "首页",
            "政务公开",
            "政府信息公开年报",
            "政务服务",
            "互动交流",
            "2019年",
            "2020年",
            "2021年",
            "行政许可",
            "其他",
        )
    )
    news = "".join(
        f"<tr><td>·</td><td>关于做好{rng.randint(1, 12)}月份工作的通知</td>"
        f"<td>{rng.randint(2012, 2024)}-0{rng.randint(1, 9)}-11</td></tr>"
        for _ in range(6)
    )
    index = f"{rng.randint(100000, 999999)}/2024-{rng.randint(10000, 99999)}"
    info = (
        f"<table class='info'><tr><td>索引号</td><td>{index}</td>"
        f"<td>发布日期</td><td>{paper.truth.year + 1}-01-{rng.randint(10, 30)}</td></tr>"
        f"<tr><td>发布机构</td><td>{paper.truth.organ}</td>"
        f"<td>浏览次数</td><td>{rng.randint(10, 9999)}</td></tr></table>"
    )
    body = _body(paper, lambda sheet: _table(sheet.grid(), _simple), _paragraph)
    script = f"<script>var pv={rng.randint(10, 999)};document.write('<td>12</td>');</script>"
    chrome = (
        f"<div id='top'><ul>{menu}</ul></div><div class='crumb'>当前位置：首页 &gt; 政务公开 &gt; 年报</div>{script}\n"
        f"<table width='1000' class='layout'><tr><td width='200' valign='top'><table>{news}</table></td>\n"
        f"<td valign='top'>{info}\n<div id='zoom' class='TRS_Editor'>{body}</div></td></tr></table>\n"
        "<div class='share'>【打印】【关闭】 分享到：微信 微博</div>"
        f"<div id='foot'>主办：{paper.truth.organ} 备案号：000{rng.randint(10000, 99999)}号 "
        f"网站标识码：{rng.randint(10**9, 10**10 - 1)} 您是第{rng.randint(1000, 999999)}位访客</div>"
    )
    return _page(paper, chrome, f"<style>body{{margin:0 auto;width:{rng.randint(900, 1200)}px}}</style>")


def lying(paper: Paper, rng: Random) -> str:
    """Spans that disagree with the grid: heads too narrow or too wide, labels whose rowspan is one off."""

    def table(sheet: Sheet) -> str:
        rows = sheet.grid()
        for row in rows:
            figures = any(box.cell for box in row)
            for box in row:
                if not box.cell and not figures and rng.random() < 0.3:
                    box.colspan = max(1, box.colspan + rng.choice((-1, 1, 2)))
                elif not box.cell and figures and box.rowspan > 1 and rng.random() < 0.25:
                    box.rowspan = max(1, box.rowspan + rng.choice((-1, 1)))
                elif not box.cell and figures and box.rowspan == 1 and rng.random() < 0.08:
                    box.colspan = max(1, box.colspan + rng.choice((-1, 1)))
        return _table(rows, _simple)

    return _page(paper, _body(paper, table, _paragraph))


def mini(paper: Paper, rng: Random) -> str:
    """Each sheet cut into several tables: at its bands, or with a page break in the middle."""

    def cut(sheet: Sheet) -> list[Sheet]:
        pieces: list[list[Line]] = [[]]
        page = rng.randint(8, 20)
        for index, line in enumerate(sheet.lines):
            band = not line.figures and len(line.boxes) == 1
            if pieces[-1] and (band or (sheet.id in ("applications", "statistics") and index == page)):
                pieces.append([])
            pieces[-1].append(line)
        return [Sheet(sheet.id, "", piece, sheet.stub, sheet.columns) for piece in pieces]

    def tables(sheet: Sheet) -> str:
        between = rng.choice(("\n", "\n<p>&nbsp;</p>\n", "\n<br/>\n"))
        return between.join(_table(piece.grid(), _simple) for piece in cut(sheet))

    return _page(paper, _body(paper, tables, _paragraph))
