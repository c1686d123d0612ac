"""Find every regular expression of the packages by syntax.

Each call of ``re.compile``, ``re.sub`` and the like is resolved to compiled expressions: a literal
is compiled here, a global is read from its module, and one that is built at run time comes from
``BUILT``. A call that cannot be resolved is an error, and so is one without a line in ``MEETS``,
which names the text that the expression is applied to.
"""

import ast
import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from tokenizers import AddedToken

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "memory", "models", "migrations", "tapehead_client")
# The functions of ``re`` that take an expression, and which of their arguments the flags are.
FUNCTIONS = {
    "compile": 1,
    **dict.fromkeys(("search", "match", "fullmatch", "findall", "finditer"), 2),
    "split": 3,
    **dict.fromkeys(("sub", "subn"), 4),
}

# The text that each expression is applied to, by the name that ``find`` returns.
MEETS = {
    "memory.evaluation.answers._ARTICLES": "answers of the model",
    "app.importers.labelled_datasets._locomo_question": "an evaluation set",
    "app.importers.labelled_datasets.from_locomo": "an evaluation set",
    "app.api.dialects.ignored._FIELD_NAME": "names of fields in requests",
    "app.importers.formats.chatgpt._MARK": "messages of ChatGPT's export",
    "app.importers.formats.chatgpt._SOURCE": "messages of ChatGPT's export",
    "app.importers.formats.chatgpt._STRAY": "messages of ChatGPT's export",
    "app.importers.formats.deepseek._CITATION": "messages of DeepSeek's export",
    "app.importers.formats.gemini._DONE": "titles of Google's export",
    "app.importers.formats.gemini._SAID": "titles of Google's export",
    "app.importers.formats.gemini._TAG": "HTML of Google's export",
    "app.importers.formats.sillytavern._SENT": "dates of SillyTavern's chats",
    "app.importers.formats.whatsapp._FILE": "lines of WhatsApp's export",
    "app.importers.formats.whatsapp._INSERTED": "lines of WhatsApp's export",
    "app.importers.formats.whatsapp._LEFT_OUT": "messages of WhatsApp's export",
    "app.importers.formats.whatsapp._LINE": "lines of WhatsApp's export",
    "app.importers.formats.whatsapp._SPEAKER": "lines of WhatsApp's export",
    "app.importers.importer._FIRST_VALUE": "the first bytes of an imported file",
    "app.importers.importer._OURS": "the first bytes of an imported file",
    "app.api.middleware.addresses._OPENAI": "addresses of requests",
    "app.api.middleware.addresses._SLASHES": "addresses of requests",
    "app.api.middleware.cors._HEADER_NAMES": "a header of requests",
    "app.api.schemas.mem0_ignored._NAME": "names of fields of requests",
    "app.settings._ORIGIN": "a setting",
    "app.settings._ROOT_PATH": "a setting",
    "app.documents.chunking._SENTENCE": "documents",
    "app.documents.chunking._SPACE": "documents",
    "app.documents.chunking._UNSTORABLE": "documents",
    "app.documents.chunking._WORD": "documents",
    "app.documents.chunking._of_text": "documents",
    "app.documents.formats.pdf._LEFT_TO_RIGHT": "documents",
    "app.thoughts._CLOSING": "answers of the model, imported answers",
    "app.thoughts._OPENING": "answers of the model, imported answers",
    "app.thoughts._TAG": "answers of the model, imported answers",
    "app.time_zones._IANA": "time zones of requests",
    "app.time_zones._OFFSET": "time zones of requests",
    "memory.dates._RELATIVE": "messages and memories in a prompt",
    "memory.dates._SENTENCE_BREAK": "messages and memories in a prompt",
    "memory.dates._SENTENCE_END": "messages and memories in a prompt",
    "memory.date_rules.chinese.MARKERS": "messages and memories in a prompt",
    "memory.date_rules.chinese.RULES": "messages and memories in a prompt",
    "memory.date_rules.chinese.SUFFIXES": "messages and memories in a prompt",
    "memory.date_rules.english.MARKERS": "messages and memories in a prompt",
    "memory.date_rules.english.RULES": "messages and memories in a prompt",
    "memory.date_rules.parts._JOINT": "messages and memories in a prompt",
    "memory.date_rules.parts._OF": "messages and memories in a prompt",
    "memory.date_rules.phrases._AND": "messages and memories in a prompt",
    "memory.date_rules.phrases._BETWEEN_ENDS": "messages and memories in a prompt",
    "memory.date_rules.phrases._ONWARDS": "messages and memories in a prompt",
    "memory.date_rules.phrases._OR": "messages and memories in a prompt",
    "memory.date_rules.phrases._TO": "messages and memories in a prompt",
    "memory.date_rules.tense._CLAUSE_END": "messages and memories in a prompt",
    "memory.date_rules.tense._COMPLEMENT": "messages and memories in a prompt",
    "memory.date_rules.tense._CUE": "messages and memories in a prompt",
    "memory.date_rules.tense._SENTENCE_END": "messages and memories in a prompt",
    "memory.excerpts._DATA_LINES": "long memories in a prompt",
    "memory.excerpts._DATA_URI": "long memories in a prompt",
    "memory.excerpts._RUN": "long memories in a prompt",
    "memory.text.layout._HEADING": "memories in a prompt",
    "memory.text.layout._MARKED": "memories in a prompt",
    "memory.prompt._LIKE_MEMORY": "results of tools and parts of messages in requests",
    "memory.quoting._OTHER_SPACE": "memories in a prompt",
    "memory.quoting._UNSEEN": "memories in a prompt",
    "memory.secret_patterns.HINT": "memories in a prompt",
    "memory.secret_patterns.PATTERNS": "memories in a prompt",
    "memory.secret_patterns._WHOLE_CARD": "what looks like a card number",
    "memory.secret_patterns._ibans_of": "what looks like an IBAN",
    "memory.secret_patterns._pattern": "memories in a prompt",
    "app.cli.chat._CONTROL": "answers and memories in the terminal",
    "app.cli.word_wrap._BREAKS": "answers in the terminal",
    "memory.repositories.api_keys._SHAPE": "API keys of requests",
    "memory.evaluation.dataset._WEEKDAY": "an evaluation set",
    "memory.text.sentences._ATTACHED": "long memories in a prompt",
    "memory.text.sentences._LINE_END": "long memories in a prompt",
    "memory.text.sentences._SENTENCE_END": "long memories in a prompt",
    "memory.text.arabic._MARKS": "messages, queries, memories",
    "memory.messages.attributes._ASKED": "messages, memories",
    "memory.messages.attributes._ASKS": "messages, memories",
    "memory.messages.attributes._CHINESE_ASKED": "messages, memories",
    "memory.messages.attributes._CHINESE_STATED": "messages, memories",
    "memory.messages.attributes._CHINESE_UNREAL": "messages, memories",
    "memory.messages.attributes._FINAL_QUESTION": "messages, memories",
    "memory.messages.attributes._STATED": "messages, memories",
    "memory.messages.attributes._SWITCHED": "messages, memories",
    "memory.messages.attributes._UNREAL": "messages, memories",
    "memory.messages.attributes._WORD": "messages, memories",
    "memory.messages.back_references._ABOUT_US": "messages, memories",
    "memory.messages.back_references._COMPARISON": "messages, memories",
    "memory.messages.back_references._ELLIPSIS": "messages, memories",
    "memory.messages.back_references._EXPLETIVE": "messages, memories",
    "memory.messages.back_references._POINTING": "messages, memories",
    "memory.messages.back_references._WEATHER": "messages, memories",
    "memory.messages.chinese_kinds.ALL": "messages, memories",
    "memory.messages.chinese_kinds.ASSISTANT": "messages, memories",
    "memory.messages.chinese_kinds.COUNT": "messages, memories",
    "memory.messages.chinese_kinds.EXTREME": "messages, memories",
    "memory.messages.chinese_kinds.FIRST": "messages, memories",
    "memory.messages.chinese_kinds.FUNCTION_WORDS": "messages, memories",
    "memory.messages.chinese_kinds.LAST": "messages, memories",
    "memory.messages.chinese_kinds.OVERVIEW": "messages, memories",
    "memory.messages.chinese_kinds._ADVICE": "messages, memories",
    "memory.messages.chinese_kinds._GIVEN_BY_OTHERS": "messages, memories",
    "memory.messages.chinese_kinds._NOW": "messages, memories",
    "memory.messages.chinese_kinds._ORDER_AND_TIME": "messages, memories",
    "memory.messages.chinese_kinds._TELLING": "messages, memories",
    "memory.messages.chinese_requests.WISH": "messages, memories",
    "memory.messages.chinese_requests._CLAUSE_ORDER": "messages, memories",
    "memory.messages.chinese_requests._INDEFINITE": "messages, memories",
    "memory.messages.chinese_requests._ORDER": "messages, memories",
    "memory.messages.chinese_requests._QUESTION": "messages, memories",
    "memory.messages.chinese_statements._COMPARISON": "messages, memories",
    "memory.messages.chinese_statements._ELLIPSIS": "messages, memories",
    "memory.messages.chinese_statements._FORGET": "messages, memories",
    "memory.messages.chinese_statements._PASSING": "messages, memories",
    "memory.messages.chinese_statements._PREFERENCE": "messages, memories",
    "memory.messages.chinese_statements._PRONOUN": "messages, memories",
    "memory.messages.chinese_statements._WOULD_YOU": "messages, memories",
    "memory.messages.english_kinds.ADVICE": "messages, memories",
    "memory.messages.english_kinds.ALL": "messages, memories",
    "memory.messages.english_kinds.ASSISTANT": "messages, memories",
    "memory.messages.english_kinds.COUNT": "messages, memories",
    "memory.messages.english_kinds.EXTREME": "messages, memories",
    "memory.messages.english_kinds.FIRST": "messages, memories",
    "memory.messages.english_kinds.HINTS": "messages, memories",
    "memory.messages.english_kinds.LAST": "messages, memories",
    "memory.tape.query._FOREIGN_LETTER": "messages, queries",
    "memory.tape.query._HAN": "messages, queries",
    "memory.tape.query._NO_TOPIC": "messages, queries",
    "memory.tape.query._OTHER_UNSPACED": "messages, queries",
    "memory.tape.indexes.late_interaction._WORD": "messages, queries, memories",
    "memory.messages.clock_questions._CHINESE": "messages",
    "memory.messages.clock_questions._ENGLISH": "messages",
    "memory.messages.corrections._BEGINNING": "messages, memories",
    "memory.messages.corrections._CHINESE": "messages, memories",
    "memory.messages.corrections._HAN": "messages, memories",
    "memory.messages.corrections._WITHIN": "messages, memories",
    "memory.messages.english_kinds.OVERVIEW": "messages, memories",
    "memory.messages.english_kinds._NOW": "messages, memories",
    "memory.messages.english_kinds._PAST_HINTS": "messages, memories",
    "memory.messages.english_requests.OPENING": "messages, memories",
    "memory.messages.english_requests.WISH": "messages, memories",
    "memory.messages.english_requests._ABOUT_NAMED": "messages, memories",
    "memory.messages.english_requests._ANNOUNCES": "messages, memories",
    "memory.messages.english_requests._CLAUSE": "messages, memories",
    "memory.messages.english_requests._INDIRECT": "messages, memories",
    "memory.messages.english_requests._INNER_QUESTION": "messages, memories",
    "memory.messages.english_requests._LET_US": "messages, memories",
    "memory.messages.english_requests._MODEST": "messages, memories",
    "memory.messages.english_requests._NO_ORDER": "messages, memories",
    "memory.messages.english_requests._ORDER": "messages, memories",
    "memory.messages.english_requests._PLEASE_AT_END": "messages, memories",
    "memory.messages.english_requests._QUESTION": "messages, memories",
    "memory.messages.english_requests._WISH_BARE": "messages, memories",
    "memory.messages.english_statements.FORGET": "messages, memories",
    "memory.messages.english_statements.PREFERENCE": "messages, memories",
    "memory.messages.english_statements._DROPPED": "messages, memories",
    "memory.messages.english_statements._EFFECT": "messages, memories",
    "memory.messages.english_statements._PLEASE_NO": "messages, memories",
    "memory.messages.english_statements._REFUSAL": "messages, memories",
    "memory.messages.english_statements._PASSING": "messages, memories",
    "memory.messages.english_statements._POLITE": "messages, memories",
    "memory.messages.english_statements._RULE": "messages, memories",
    "memory.messages.english_statements._RULED": "messages, memories",
    "memory.messages.english_statements._STANDING": "messages, memories",
    "memory.text.chinese._FRAMING": "messages",
    "memory.text.identifiers.DIGIT": "messages, queries, memories",
    "memory.text.identifiers._CAMEL_POSSIBLE": "messages, queries, memories",
    "memory.text.identifiers._GROUPED": "messages, queries, memories",
    "memory.text.identifiers._GROUP_SEPARATOR": "messages, queries, memories",
    "memory.text.identifiers._HUMP": "messages, queries, memories",
    "memory.text.identifiers._LETTERS": "messages, queries, memories",
    "memory.text.identifiers._PART": "messages, queries, memories",
    "memory.text.identifiers._POSSIBLE": "messages, queries, memories",
    "memory.text.identifiers._SEPARATING": "messages, queries, memories",
    "memory.messages.instructions._ANY_CONDITIONAL": "messages, memories",
    "memory.messages.instructions._BY_ORDER": "messages, memories",
    "memory.messages.instructions._BY_WISH": "messages, memories",
    "memory.messages.instructions._CHINESE": "messages, memories",
    "memory.messages.instructions._CHINESE_CONDITION": "messages, memories",
    "memory.messages.instructions._CHINESE_ORDER": "messages, memories",
    "memory.messages.instructions._CONDITION": "messages, memories",
    "memory.messages.instructions._PASSING": "messages, memories",
    "memory.messages.message_kinds._CHINESE_FUNCTION": "messages, memories",
    "memory.messages.message_kinds._TELLING": "messages, memories",
    "memory.messages.message_kinds._UNSPACED": "messages, memories",
    "memory.messages.message_sentences._EMOTICON": "messages, memories",
    "memory.messages.message_sentences._HAN": "messages, memories",
    "memory.messages.message_sentences._NOT_CHINESE": "messages, memories",
    "memory.messages.message_sentences._QUOTATION": "messages, memories",
    "memory.messages.message_sentences._QUOTATION_MARK": "messages, memories",
    "memory.messages.message_sentences._SENTENCE": "messages, memories",
    "memory.messages.message_sentences._SPEAKER": "messages, memories",
    "memory.messages.message_sentences._TOKEN": "messages, memories",
    "memory.messages.small_talk._CHINESE_THANKS": "messages, memories",
    "memory.messages.small_talk._HAVE_A": "messages, memories",
    "memory.messages.small_talk._LAUGHTER": "messages, memories",
    "memory.messages.small_talk._LENGTHENED": "messages, memories",
    "memory.messages.small_talk._SEE_YOU": "messages, memories",
    "memory.messages.small_talk._THANKS_FOR": "messages, memories",
    "memory.tape.query._ME": "messages and queries",
    "memory.tape.query._MONTH": "messages and queries",
    "memory.tape.query._QUOTED_ASSISTANT": "messages and queries",
    "memory.tape.query._WHEN": "messages and queries",
    "memory.tape.query._YEAR": "messages and queries",
    "memory.text.words.ANY_UNSPACED": "messages, queries, memories",
    "memory.text.words.ANY_WORD": "messages, queries, memories",
    "memory.text.words.ASCII_WORD": "messages, queries, memories",
    "memory.text.words.PIECE": "messages, queries, memories",
    "memory.text.words.RUN": "messages, queries, memories",
    "memory.text.words.WORD": "messages, queries, memories",
    "memory.evaluation.foreign_questions._any_of": "an evaluation set",
    "models.language.chat_template._MARKS": "what a chat template writes",
    "models.language.chat_template.control_pattern": "what a chat template writes",
    "models.language.constrained.json_schema._BACKTRACKING": "patterns in JSON schemas of requests",
    "models.language.control_tokens.ControlTokens.__init__": "prompts for an engine elsewhere",
    "models.language.token_counting._PARTS": "prompts for an engine elsewhere",
    "models.language.turn_markers.TurnMarkers.__init__": "messages and memories in a prompt",
    "models.language.turn_markers._BRACKETED": "what a chat template writes",
    "models.language.turn_markers._WORD": "what a chat template writes",
}


class Unresolved(Exception):
    """A call of ``re`` could not be resolved; the message names it."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One compiled regular expression of the sources."""

    name: str
    meets: str
    pattern: re.Pattern[Any]
    methods: frozenset[str] = frozenset()
    """Methods that the sources call, if known. ``match`` alone does not scan a whole text."""


def _secrets() -> Iterable[re.Pattern[Any]]:
    from memory.secret_patterns import _KEYS, PATTERNS, _pattern

    # Each kind of key separately as well: the generated texts cannot cover all at once.
    return [each.regex for each in [*PATTERNS, *(_pattern("API key", key) for key in _KEYS)]]


def _ibans() -> Iterable[re.Pattern[Any]]:
    from memory.secret_patterns import _ibans_of

    return [_ibans_of(country)[1] for country in ("DE", "GB", "MT")]


def _names() -> Iterable[re.Pattern[Any]]:
    from memory.evaluation.foreign_questions import _any_of

    return [_any_of(["Ada", "Ada Byron", "José", "李雷"])]


def _control_tokens() -> Iterable[re.Pattern[Any]]:
    from models.language.chat_template import control_pattern

    named = ["<|im_start|>", "<|im_end|>", "<s>", "</s>", "[INST]", "[/INST]"]
    greedy = AddedToken("<mask>", lstrip=True, rstrip=True)
    return [
        control_pattern([AddedToken(name) for name in named]),
        control_pattern([greedy, *(AddedToken(name, lstrip=True) for name in named)]),
    ]


def _names_of_controls() -> Iterable[re.Pattern[Any]]:
    from models.language.control_tokens import ControlTokens

    return [ControlTokens()._pattern, ControlTokens(["<|im_start|>", "<special_7>"])._pattern]


def _turn_markers() -> Iterable[re.Pattern[Any]]:
    from models.language.turn_markers import TurnMarkers

    written = [
        ["[INST] ", " [/INST] ", "<<SYS>>\n", "\n<</SYS>>\n\n"],
        ["### Instruction:\n", "\n\n### Response:\n", "### Input:"],
        ["USER: ", " ASSISTANT: ", "A chat between a curious user and an assistant."],
    ]
    found = [TurnMarkers(each)._pattern for each in written]
    return [each for each in found if each is not None]


BUILT: Mapping[str, Callable[[], Iterable[re.Pattern[Any]]]] = {
    "memory.secret_patterns._ibans_of": _ibans,
    "memory.secret_patterns._pattern": _secrets,
    "memory.evaluation.foreign_questions._any_of": _names,
    "models.language.chat_template.control_pattern": _control_tokens,
    "models.language.control_tokens.ControlTokens.__init__": _names_of_controls,
    "models.language.turn_markers.TurnMarkers.__init__": _turn_markers,
}


def find() -> list[Expression]:
    """Every regular expression, each once. Raises Unresolved."""
    found: dict[re.Pattern[Any], Expression] = {}
    sites: set[str] = set()
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            for each in of_module(module, ast.parse(file.read_text(encoding="utf-8"))):
                found.setdefault(each.pattern, each)
                sites.add(each.name.partition("[")[0])
    gone = (MEETS.keys() | BUILT.keys()) - sites
    if gone:
        raise Unresolved(f"no such expression is in the sources: {', '.join(sorted(gone))}")
    return list(found.values())


def of_module(module: str, tree: ast.Module) -> Iterator[Expression]:
    """The expressions of one module. Raises Unresolved."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("re", "regex", "sre_compile"):
            raise Unresolved(f"{module}: write `import re`, so that calls of it can be found")
        if isinstance(node, ast.Import) and any(
            each.name == "regex" or (each.name == "re" and each.asname) for each in node.names
        ):
            raise Unresolved(f"{module}: write `import re`, so that calls of it can be found")
    for scope, target, call in _calls(tree):
        name = f"{module}.{target or scope}"
        patterns = list(_patterns(module, name, target, call))
        if not patterns:
            raise Unresolved(f"{name}, line {call.lineno}: no expression is found for this call")
        if name not in MEETS:
            raise Unresolved(f"{name}, line {call.lineno}: MEETS does not say what text it meets")
        methods: frozenset[str] = frozenset()
        if target is None and call.func.attr != "compile":  # type: ignore[attr-defined]
            methods = frozenset([call.func.attr])  # type: ignore[attr-defined]
        elif target is not None and target.startswith("_"):
            methods = _methods(tree, target)
        for number, pattern in enumerate(patterns, 1):
            numbered = f"{name}[{number}]" if len(patterns) > 1 else name
            yield Expression(numbered, MEETS[name], pattern, methods)


def _calls(tree: ast.Module) -> Iterator[tuple[str, str | None, ast.Call]]:
    """Every call of ``re``: its function, or the global that it is assigned to."""

    def walk(node: ast.AST, scope: str, target: str | None) -> Iterator[Any]:
        for child in ast.iter_child_nodes(node):
            inner, name = scope, target
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{scope}.{child.name}" if scope else child.name
                name = None
            elif not scope and isinstance(child, ast.Assign | ast.AnnAssign):
                targets = child.targets if isinstance(child, ast.Assign) else [child.target]
                name = next((each.id for each in targets if isinstance(each, ast.Name)), None)
            elif (
                isinstance(child, ast.Call)
                and isinstance(child.func, ast.Attribute)
                and isinstance(child.func.value, ast.Name)
                and child.func.value.id == "re"
                and child.func.attr in FUNCTIONS
            ):
                yield scope or "<module>", target, child
            yield from walk(child, inner, name)

    return walk(tree, "", None)


def _patterns(
    module: str, name: str, target: str | None, call: ast.Call
) -> Iterator[re.Pattern[Any]]:
    if name in BUILT:
        yield from BUILT[name]()
    elif target is not None:
        yield from _within(getattr(importlib.import_module(module), target, None))
    elif call.args and isinstance(call.args[0], ast.Constant):
        at = FUNCTIONS[call.func.attr]  # type: ignore[attr-defined]
        given = [
            *call.args[at : at + 1],
            *(each.value for each in call.keywords if each.arg == "flags"),
        ]
        names = [each for one in given for each in ast.walk(one) if isinstance(each, ast.Attribute)]
        flags = 0
        for each in names:  # re.ASCII | re.MULTILINE
            flags |= getattr(re, each.attr)
        yield re.compile(call.args[0].value, flags)


def _within(value: Any) -> Iterator[re.Pattern[Any]]:
    """The expressions in a value, its items and its fields."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _within(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _within(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _within(getattr(value, field.name))


def _methods(tree: ast.Module, target: str) -> frozenset[str]:
    """Methods that a module calls on its global; empty if the global is used in another way."""
    called = [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == target
    ]
    loaded = sum(
        isinstance(node, ast.Name) and node.id == target and isinstance(node.ctx, ast.Load)
        for node in ast.walk(tree)
    )
    return frozenset(called if len(called) == loaded else ())
