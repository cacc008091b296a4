"""Numbers and units as the package siunitx writes them (`\\SI{16}{\\kilo\\hertz}`), in formulas and in running text."""

from __future__ import annotations

import re
from collections.abc import Callable

_PREFIXES = {
    "pico": "p", "nano": "n", "micro": "µ", "milli": "m", "centi": "c", "deci": "d", "kilo": "k", "mega": "M",
    "giga": "G", "tera": "T", "peta": "P", "exa": "E", "kibi": "Ki", "mebi": "Mi", "gibi": "Gi",
}  # fmt: skip
_UNITS = {
    "hertz": "Hz", "second": "s", "meter": "m", "metre": "m", "gram": "g", "kilogram": "kg", "watt": "W", "joule": "J",
    "volt": "V", "ampere": "A", "ohm": "Ω", "farad": "F", "kelvin": "K", "celsius": "°C", "degreeCelsius": "°C",
    "degree": "°", "percent": "%", "decibel": "dB", "byte": "B", "bit": "bit", "minute": "min", "hour": "h", "day": "d",
    "liter": "L", "litre": "L", "newton": "N", "pascal": "Pa", "lumen": "lm", "lux": "lx", "mole": "mol", "tesla": "T",
    "electronvolt": "eV", "angstrom": "Å", "bel": "B", "khz": "kHz", "hz": "Hz", "mhz": "MHz", "ghz": "GHz",
    "db": "dB",
    "ms": "ms", "us": "µs", "ns": "ns", "s": "s", "mm": "mm", "cm": "cm", "km": "km", "um": "µm", "nm": "nm",
    "kg": "kg",
    "mW": "mW", "kW": "kW", "GB": "GB", "MB": "MB", "TB": "TB", "kHz": "kHz", "MHz": "MHz", "GHz": "GHz", "Hz": "Hz",
    "dB": "dB", "eV": "eV", "per": "/", "squared": "²", "square": "²", "cubed": "³", "cubic": "³",
}  # fmt: skip
QUANTITIES = frozenset({"SI", "qty", "si", "unit", "num", "ang", "SIrange", "qtyrange", "numrange"})


def quantity(name: str, argument: Callable[[], str], option: Callable[[], str]) -> str | None:
    """What the command `name` shows, as TeX of a formula; None where it is none of siunitx's.

    `argument` reads the next argument as it was typed, `option` one in brackets, which is left out.
    """
    if name not in QUANTITIES:
        return None
    option()
    if name in ("si", "unit"):
        return _unit(argument())
    if name == "num":
        return _number(argument())
    if name == "ang":
        return _number(argument()) + r"^{\circ}"
    if name.endswith("range"):
        numbers = f"{_number(argument())}\\text{{–}}{_number(argument())}"
        return numbers if name == "numrange" else numbers + _spaced(argument())
    return _number(argument()) + _spaced(argument())


def _spaced(unit: str) -> str:
    written = _unit(unit)
    return written if written in (r"\%", r"^{\circ}") else rf"\,{written}"


def _number(typed: str) -> str:
    typed = typed.replace(r"\pm", "+-").replace(" ", "")
    digits = re.sub(r"[^\d.,eE+\-x/()]", "", typed)
    mantissa, _, exponent = digits.replace("E", "e").partition("e")
    mantissa = mantissa.replace("+-", r"\pm ").replace("x", r"\times ")
    if not exponent:
        return mantissa
    return rf"{mantissa}\times 10^{{{exponent}}}" if mantissa else rf"10^{{{exponent}}}"


def _unit(typed: str) -> str:
    said, prefix = "", ""
    for command, power, letters in re.findall(r"\\([A-Za-z]+)|\^\{?(-?\d)\}?|([^\s\\{}^]+)", typed):
        if command in _PREFIXES:
            prefix = _PREFIXES[command]
        elif command:
            said, prefix = said + prefix + _UNITS.get(command, command), ""
        elif power:
            said += power.translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        else:
            said += letters.replace("~", " ").replace(".", " ").replace("$", "")
    said = re.sub(r"[^\w\s/²³⁻⁰¹⁴-⁹°µΩÅ%·-]", "", said).replace("_", " ")
    if said == "%":
        return r"\%"
    if said == "°":
        return r"^{\circ}"
    return rf"\text{{{said.replace('%', '％')}}}" if said else ""
