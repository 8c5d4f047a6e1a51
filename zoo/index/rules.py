"""What every problem that the reader raises means: the text of ``zoo explain`` and of its page."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zoo.rules import Level, Rule

_WHY_UNREAD = "what stands here is not read, so that none of its claims is checked"
_WHY_GUESS = "readers of YAML differ in what they make of this, and zoo does not guess"

# What libyaml says is no help to someone who has not written a parser.
YAML_HINTS = {
    "block sequence entries are not allowed in this context": "begin the list on a line of its own",
    "could not find expected ':'": "write a ':' and a blank behind the key",
    "did not find expected '-' indicator": "indent what belongs together alike",
    "did not find expected key": "indent what belongs together alike",
    "found character that cannot start any token": "indent with blanks and not with tabs, and put "
    "a text that begins with '@', '`' or '%' into quotes",
    "found unexpected end of stream": "close the quotes",
    "found unknown escape character": "put a text with a backslash into single quotes",
    "mapping values are not allowed in this context": "here or on the line before: write a blank "
    "behind '-' and ':', indent alike, and put a text that holds ': ' into quotes",
}

_ERRORS = {
    "bad-value": (
        "the value of a field cannot be read as what the field holds, or is out of its range",
        "a claim that has no value cannot be compared with anything",
        "write the value as the message says, such as 28090000, 25.6M, 4.1 G or 83.74%",
    ),
    "control-character": (
        "a character that no editor shows stands in the file or in a text",
        "people and programs read different things here, which is how names are forged",
        "remove the character",
    ),
    "duplicate-collection": (
        "two collections of one library have the same name",
        "nobody can say from which of the two a model inherits",
        "give one of the two another name, or remove it",
    ),
    "duplicate-key": (
        "a key stands twice in one mapping, without regard to case and with _ as a space",
        "most readers silently take the last one, so that the first claim vanishes",
        "remove one of the two",
    ),
    "duplicate-model": (
        "two models of one library have the same name",
        "a name leads to one entry, and the other would never be verified",
        "give one of the two another name, or name their libraries with 'Library'",
    ),
    "encoding": (
        "the file is not UTF-8 text",
        "another encoding is read differently from machine to machine",
        "save the file as UTF-8",
    ),
    "import-cycle": (
        "a file imports itself, directly or by way of others",
        "the index has no beginning: its reference tool ends in a recursion error",
        "remove one import of the circle",
    ),
    "import-limit": (
        "more files, bytes, levels or names than an index needs are imported",
        "a few lines could otherwise keep a machine busy without end",
        "import fewer files, or narrow the wildcard",
    ),
    "import-missing": (
        "a path leads to no file, or a wildcard matches none",
        "the models that should be there would silently be missing",
        "correct the path: it is relative to the file in which it is written",
    ),
    "import-outside": (
        "a path leads out of the folder of the index, by '..', by a link, or by being absolute",
        "an index of a stranger could make its reader show any file of the machine",
        "copy the file into the folder, and name it by a relative path with '/'",
    ),
    "json-syntax": (
        "the file is called .json and is not JSON",
        "other readers of JSON refuse it",
        "correct the syntax, or call the file .yml",
    ),
    "markdown-comment": (
        "it is not clear where a comment that holds a model index ends",
        "a comment that is cut short loses claims, and Markdown readers differ in where they cut",
        "open the comment with '<!--' and close it once, with '-->' at the end of its last line",
    ),
    "missing-field": (
        "a field that every such part must have is missing",
        "without it nobody can say which model, or what, the rest is about",
        "write the field",
    ),
    "not-an-index": (
        "a file that was named, imported or found holds no model index",
        _WHY_UNREAD,
        "write 'Type: model-index' and list 'Models', or leave the file out",
    ),
    "readme-missing": (
        "a README is named that is not there",
        "those who follow the index find nothing",
        "correct the path: it is tried from the file's folder, and then from the index's",
    ),
    "too-large": (
        "a file, a text, or what aliases and collections repeat is larger than zoo reads",
        "a small file could otherwise fill the memory",
        "split the file, or write less into it",
    ),
    "unknown-collection": (
        "a model is in a collection that is not in the index",
        "what it should inherit is missing",
        "correct the name, or import the file with the collection",
    ),
    "unknown-field": (
        "a field stands where only certain fields may be",
        "what builds the network is not read from it",
        "correct the name of the field, or remove it",
    ),
    "unreadable": (
        "a file cannot be opened or is no regular file",
        _WHY_UNREAD,
        "make it a regular file that you may read",
    ),
    "wrong-kind": (
        "a text, a list or a mapping stands where something else must be",
        _WHY_UNREAD,
        "write it in the form that the message names",
    ),
    "yaml-alias": (
        "an alias stands for nothing, or for what it is a part of",
        "there is no value here",
        "write the value out",
    ),
    "yaml-documents": (
        "a second document begins in one file or comment",
        "readers that take the first one miss the second",
        "use one file or one comment for each",
    ),
    "yaml-key": (
        "a key is a list or a mapping",
        _WHY_GUESS,
        "use a text as the key",
    ),
    "yaml-merge": (
        "a merge key, '<<', stands in a mapping",
        _WHY_GUESS,
        "write the fields out, or let the models inherit them from a collection",
    ),
    "yaml-syntax": (
        "the text is not YAML",
        "not even a good reader can say what it claims; the reference tool drops it silently",
        "correct the line, often its indentation, a missing quote or a bracket",
    ),
    "yaml-tag": (
        "a tag such as !!python/object stands before a value",
        "a tag tells a reader to build things, and an index only states them",
        "remove the tag",
    ),
}
_WARNINGS = {
    "import-not-a-list": (
        "'Import' is one path and not a list",
        "the reference tool reads each of its letters as a path",
        "write '- ' before the path, on a line of its own",
    ),
    "near-miss": (
        "a key is almost one that is read, or one that is read in another place",
        "what it says is kept and shown, and compared with nothing",
        "write the key that is suggested; if it is meant as it stands, silence this line",
    ),
    "percent-scale": (
        "a percentage is above 0 and at most 1, and may be meant as a share",
        "0.7834 is read as 0.7834 %, because a scale is never guessed",
        "write 78.34%, or 0.7834% if that is meant",
    ),
    "unknown-rule": (
        "a comment 'zoo: ignore' names no rule, one that there is not, or more than 32",
        "what is not a rule silences nothing, and what comes behind 32 names is not read",
        "write '# zoo: ignore[rule]' with a rule that 'zoo explain' lists",
    ),
}


def _rules(level: Level, texts: dict[str, tuple[str, str, str]]) -> dict[str, Rule]:
    return {id: Rule(id, level, *said) for id, said in texts.items()}


RULES: Mapping[str, Rule] = MappingProxyType(
    _rules("error", _ERRORS) | _rules("warning", _WARNINGS)
)
