"""What the pages across reports say, in Chinese and in English; beside what all pages say (strings.py)."""

from collections.abc import Callable
from typing import TypeAlias

__all__ = ["ACROSS", "Say"]

Say: TypeAlias = Callable[..., str]

ACROSS: dict[str, tuple[str, str]] = {
    "across.reports": ("报告", "Reports"),
    "across.title": ("总览：{n} 份报告", "Overview of {n} reports"),
    "across.decided": (
        "人工已决 {cells} 格，涉及 {reports} 份报告。",
        "People decided {cells} cells, in {reports} reports.",
    ),
    "across.waiting": (
        "还有文件未读出；以下只计已读出的。",
        "Some documents are not read yet; these are the ones that are.",
    ),
    "across.none": ("还没有读出的报告。", "No report has been read yet."),
    "across.verdicts": ("各年度结论", "Verdicts by year"),
    "across.identities": ("哪些勾稽关系常不成立", "Which identities fail, and how often"),
    "across.identities_how": (
        "比例以能够核对的报告为分母：各项都读到原文所印之数（或空白）的才算。线段为 95 % 区间（Wilson）。",
        "Shares are of the reports in which it could be checked, that is, whose figures for it were all read or blank. "
        "Lines are 95 % intervals (Wilson).",
    ),
    "across.identity": ("勾稽关系", "Identity"),
    "across.failing": ("不成立", "Failing"),
    "across.checkable": ("能核对", "Checkable"),
    "across.share": ("比例", "Share"),
    "across.interval": ("95 % 区间", "95 % interval"),
    "across.drawn": ("图示", "Drawn"),
    "across.worst": ("{name}（{n} 份）", "{name} in {n}"),
    "across.acknowledged": ("其中 {n} 份人工核为原文如此", "in {n} of them people found it printed so"),
    "across.holding": ("另有 {n} 类勾稽关系全部成立", "{n} other identities always hold"),
    "across.all_hold": ("凡能核对的都成立。", "All that could be checked hold."),
    "across.bodies": ("哪些机关", "Which bodies"),
    "across.bodies_how": (
        "按不成立的勾稽关系数排列。“年度不接”指上下年度之间对不上。",
        "Those with most failing sums first. Breaks are figures that do not go on from one year to the next.",
    ),
    "across.years": ("年度", "Years"),
    "across.erring": ("有错误的报告", "With errors"),
    "across.failing_sums": ("不成立", "Failing sums"),
    "across.open_cells": ("待核格", "Open cells"),
    "across.breaks": ("年度不接", "Breaks"),
    "across.more_bodies": ("另有 {n} 个机关未列出。", "{n} more bodies are not listed."),
    "across.bodiless": (
        "{n} 份报告未能辨认机关或年度，不在此列。",
        "{n} reports are of no body or year that could be told, and are not among them.",
    ),
    "across.tables": ("各表各格的状态", "What became of the cells, by table"),
    "across.table": ("表", "Table"),
    "across.all_years": ("各年度", "all years"),
    "across.body_how": (
        "同组各图纵轴相同，自 0 起。斜纹：该数存疑。红线 ≠：与上年度对不上。虚线：从此年起用另一表式。",
        "Panels of a group share one scale, from 0. Hatched: the figure is disputed. Red line with ≠: it does not go "
        "on from the year before. Dashed line: another form from that year on.",
    ),
    "across.names": ("写法不止一种，已作同一机关处理：", "Spelled in several ways, taken for one body:"),
    "across.gaps": ("缺 {years} 年度的报告。", "No report for {years}."),
    "across.several": ("该年度有 {n} 份，取读得最全的一份", "{n} reports of that year; the one read best is drawn"),
    "across.no_report_short": ("无", "none"),
    "across.break": ("{before} 与 {year} 年度不接", "{before} and {year} do not go on"),
    "across.figures": ("数字", "The figures"),
    "across.findings": ("跨年核对", "From year to year"),
    "across.no_findings": ("跨年核对没有发现问题。", "Nothing found from year to year."),
    "across.sources": ("所据报告", "The reports"),
    "across.no_body": ("没有这个机关的报告。", "There is no report of such a body."),
}
