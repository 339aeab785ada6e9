"""Why a document was refused, in Chinese.

Errors are raised in English where they arise, some of them with words of a library. Those that people
meet are put into Chinese here; a pattern is the whole message, and its groups go into the text.
"""

import re

__all__ = ["refusal_zh"]

_SAID = (
    (r"the document is empty", "文件为空"),
    (r"the document holds nothing but white space", "文件中只有空白"),
    (r"binary data: .+", "二进制数据，不是文本"),
    (r"undecodable: .+", "无法解码：按各种编码都得不出可读的文字"),
    (r"(.+) are not read yet by this version \(found .+\)", "本版本尚不能读取此类文件（{0}）"),
    (r"the HTML holds no visible text .+", "网页中没有可见文字（内容由脚本填充，或只有图片）"),
    (r"the PDF is encrypted and needs a password", "PDF 已加密，须有密码"),
    (r"the PDF is protected in a way that cannot be read", "PDF 受保护，无法读取"),
    (r"the PDF is damaged, or cut off, and cannot be opened", "PDF 已损坏或不完整，无法打开"),
    (r"the PDF is damaged: none of its pages can be opened", "PDF 已损坏，没有一页能打开"),
    (r"the PDF has no pages", "PDF 没有页面"),
    (r"the workbook is encrypted with a password", "工作簿已加密，须有密码"),
    (r"the office document is encrypted with a password", "Office 文件已加密，须有密码"),
    (r"it is encrypted with a password", "已加密，须有密码"),
    (r"a damaged workbook .+", "工作簿已损坏"),
    (r"a damaged or unusual Word document .+", "Word 文件已损坏或结构异常"),
    (r"a damaged OLE file, .+", "DOC、WPS、XLS 一类的文件已损坏"),
    (r"an office file without a main part", "Office 文件缺少正文部分"),
    (r"PPT presentations are not read", "不读取 PPT 演示文稿"),
    (r"LibreOffice is not installed", "未安装 LibreOffice"),
    (r"LibreOffice cannot read it as (.+)", "LibreOffice 无法按 {0} 读取"),
    (r"a damaged ZIP file .+", "ZIP 文件已损坏"),
    (r"a damaged tar file .+", "tar 文件已损坏"),
    (r"damaged gzip data .+", "gzip 数据已损坏"),
    (r"a damaged file in the archive .+", "压缩包中的文件已损坏"),
    (r"a file in the archive breaks off", "压缩包中的文件不完整"),
    (r"damaged comma-separated values: .+", "CSV 文件已损坏"),
    (r"the picture is broken.*", "图片已损坏或不完整"),
    (r"no text was recognised in the picture", "图片中未识别出文字"),
    (r"pictures are read with the extra 'ocr', .+: (.+)", "读取图片须安装组件 ocr：{0}"),
    (r"it took over ([\d,]+) seconds, and its process was ended (\(\w+\))", "超过 {0} 秒，进程已被终止{1}"),
    (r"it needs more memory than a process may have (\(\w+\))", "所需内存超过一个进程的限额{0}"),
    (r"more pixels on a page than ([\d,]+) (\(\w+\))", "一页的像素超过 {0}{1}"),
    (r"no annual report on open government information: .+", "标题、章节、表格均不符"),
    (r"no annual report: one is named, but .+", "标题提到年度报告，但没有其章节或表格"),
    (r"no annual report: looks like (.+) \((“.+”)\)", "像是{named}，见{1}"),
)
_COUNTED = r"(.+): ([\d,]+) found, ([\d,]+) allowed (\(\w+\))"
_NAMES = {
    "a guide, catalogue, rule or application sheet": "指南、目录、制度或申请表",
    "news": "新闻",
    "a budget": "预算或决算",
    "archives within archives": "压缩包嵌套层数",
    "files in the archive": "压缩包中的文件数",
    "bytes in the archive": "压缩包的字节数",
    "bytes in the archives within the archive": "压缩包内各压缩包的字节数",
    "bytes unpacked": "解压后的字节数",
    "bytes (at least) in a file of the archive": "压缩包中文件的字节数（至少）",
    "bytes in the file": "文件的字节数",
    "characters in the text": "文字字符数",
    "bytes in a file of the archive": "压缩包中文件的字节数",
    "bytes that the PDF unpacks to": "PDF 解压后的字节数",
    "pages": "页数",
    "pages in the PDF": "PDF 页数",
    "characters of text": "文字字符数",
    "characters on one page": "一页的字符数",
    "nested HTML elements": "HTML 嵌套层数",
    "table cells": "表格单元格数",
    "pixels on a page": "一页的像素数",
    "rows × columns of a table": "表格行数 × 列数",
    "rows × columns of a sheet": "工作表行数 × 列数",
}
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), said) for pattern, said in _SAID)


def refusal_zh(message: str) -> str | None:
    """`message` in Chinese; None where it is not known."""
    if match := re.fullmatch(_COUNTED, message):
        what = _NAMES.get(match[1])
        return what and f"{what}为 {match[2]}，限额为 {match[3]}{match[4]}"
    for pattern, said in _PATTERNS:
        if match := pattern.fullmatch(message):
            if "{named}" in said and match[1] not in _NAMES:
                return None
            return said.format(*match.groups(), named=_NAMES.get(match[1]) if "{named}" in said else "")
    return None
