"""fold: one spelling for every width, script and compatibility form, character for character.

The folded text has exactly the length of the original, so an offset found in one is an offset into the other. Each
character folds by itself, whatever stands beside it: fold(a + b) == fold(a) + fold(b), and folding twice changes
nothing.
"""

import unicodedata
from functools import cache
from typing import Protocol

__all__ = ["fold"]


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


# Characters met so far: most of a text is known after the first few documents, and the alphabet is finite.
_PLAIN: set[str] = set()
_CHANGED: dict[str, str] = {}

# The end of a page is the end of a line.
_BREAKS = str.maketrans("\f\v", "\n\n")
# str.replace costs one scan for each character, str.translate one look-up for each place.
_FEW = 40


def fold(text: str) -> str:
    """`text` with full-width forms, radicals, spaces, dashes, quotes and traditional characters unified.

    Same length as `text`. Full-width ASCII becomes ASCII, 、 。 《 》 stay; circled and raised digits stay, for they
    are footnote marks and not part of a figure. Zero-width characters become spaces.
    """
    if text.isascii():
        return text.translate(_BREAKS) if "\f" in text or "\v" in text else text
    changed: dict[str, str] = {}
    for character in set(text) - _PLAIN:
        target = _CHANGED.get(character) or _learn(character)
        if target != character:
            changed[character] = target
    if len(changed) > _FEW:
        return text.translate({ord(character): target for character, target in changed.items()})
    for character, target in changed.items():
        text = text.replace(character, target)
    return text


def _learn(character: str) -> str:
    """The fold of one character, remembered."""
    target = character
    # A radical may become a traditional ideograph, and that a simplified one: three steps reach the end.
    for _ in range(4):
        target = _step(target)
    if target == character:
        _PLAIN.add(character)
    else:
        _CHANGED[character] = target
    return target


def _step(character: str) -> str:
    by_hand = _BY_HAND.get(character)
    if by_hand is not None:
        return by_hand
    category = unicodedata.category(character)
    if category == "Zs" or (category == "Cf" and character not in _KEPT_FORMAT):
        return " "
    if category == "Pd":
        return "-"
    if not unicodedata.decomposition(character).startswith(_MARKS):
        compatible = unicodedata.normalize("NFKC", character)
        if compatible != character:
            return compatible if len(compatible) == 1 else character
    if _may_be_traditional(character):
        simplified = _opencc().convert(character)
        return simplified if len(simplified) == 1 else character
    return character


# ① and ² are marks beside a figure: made digits, they would be read as part of it.
_MARKS = ("<circle>", "<super>", "<sub>")
_KEPT_FORMAT = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2\U000110bd\U000110cd")


@cache
def _opencc() -> _Converter:
    from opencc import OpenCC

    return OpenCC("t2s")


# Simplified text has no use for these, though GB 2312 lists them; 乾 and 著 it does use, so they stay.
_TRADITIONAL_IN_GB2312 = frozenset("於後徵夥麽")
_TRADITIONAL_OUTSIDE_BIG5 = frozenset("産爲絶緑説鋭録閲顔僞奬幷査謡敎藴畵")


def _may_be_traditional(character: str) -> bool:
    """Outside GB 2312 but inside Big5: worth asking OpenCC, which takes 25 ms to load."""
    if not "㐀" <= character <= "鿿":
        return False
    if character in _TRADITIONAL_IN_GB2312 or character in _TRADITIONAL_OUTSIDE_BIG5:
        return True
    return not _encodable(character, "gb2312") and _encodable(character, "big5hkscs")


def _encodable(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _by_hand() -> dict[str, str]:
    table = dict.fromkeys("−⁃─━╌﹣﹘", "-")
    table |= dict.fromkeys("～∼〜∽˜", "~")
    table |= dict.fromkeys("“”„‟‘’‚‛「」『』﹁﹂﹃﹄〝〞〟", '"')
    table |= dict.fromkeys("・•‧∙⋅･᛫⸱", "·")
    table |= dict.fromkeys("\u200b\u115f\u1160\u3164\uffa0\u2800", " ")
    table |= dict.fromkeys((chr(code) for code in range(0xFE00, 0xFE10)), " ")
    table |= dict.fromkeys("\f\v\x85\u2028\u2029", "\n")
    # Brackets that stand for the round ones in 第二十条第（一）项.
    table |= {"﹙": "(", "﹚": ")", "⁄": "/", "∕": "/", "∶": ":", "⁎": "*", "∗": "*"}
    for pair in _RADICALS.split():
        table[pair[0]] = pair[1]
    return table


# CJK radicals that PDFs made by browsers print in place of ideographs. NFKC leaves them, except ⺟ and ⻳.
_RADICALS = """
⺁厂 ⺂乛 ⺃乚 ⺄乙 ⺅亻 ⺆冂 ⺇几 ⺈刀 ⺉刂 ⺊卜 ⺋㔾 ⺌小 ⺍小 ⺎兀 ⺏尣 ⺐尢 ⺑尢 ⺒巳 ⺓幺 ⺔彑 ⺕彐 ⺖忄
⺗㣺 ⺘扌 ⺙攵 ⺛旡 ⺜日 ⺝月 ⺞歺 ⺟母 ⺠民 ⺡氵 ⺢氺 ⺣灬 ⺤爫 ⺥爫 ⺦丬 ⺧牛 ⺨犭 ⺩王 ⺪疋 ⺫罒 ⺬示 ⺭礻
⺮竹 ⺯糹 ⺰纟 ⺱罓 ⺲罒 ⺳网 ⺴网 ⺵网 ⺶羊 ⺷羊 ⺸羊 ⺹耂 ⺺肀 ⺻聿 ⺼月 ⺽臼 ⺾艹 ⺿艹 ⻀艹 ⻁虎 ⻂衤 ⻃覀
⻄西 ⻅见 ⻆角 ⻇角 ⻈讠 ⻉贝 ⻊足 ⻋车 ⻌辶 ⻍辶 ⻎辶 ⻏阝 ⻐钅 ⻑长 ⻒镸 ⻓长 ⻔门 ⻕阜 ⻖阝 ⻗雨 ⻘青 ⻙韦
⻚页 ⻛风 ⻜飞 ⻝食 ⻞食 ⻟飠 ⻠饣 ⻡首 ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻫斉 ⻬齐 ⻭歯 ⻮齿 ⻯竜
⻰龙 ⻱龟 ⻲亀 ⻳龟
"""
_BY_HAND = _by_hand()
