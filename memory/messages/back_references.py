"""Whether an English message cannot be understood without the conversation before it.

A pronoun refers back if nothing before it in the message can be what it stands for. There is no
lexicon of parts of speech, so nouns are recognised by the words beside them.
"""

import re
from collections.abc import Sequence

from memory.messages.english_requests import WORD
from memory.messages.message_sentences import Sentence, word_set
from memory.text.words import STOP_WORDS

_PERSONAL = word_set("he she him her his hers they them their theirs it its")
_DETERMINERS = word_set(
    """
    my your our the a an some any every each no another this these those both his her their its
    two three four five six seven eight nine ten many few several which what whose most
    """
)
_PREPOSITIONS = word_set(
    """
    about in at on for with from of by near without after before during like through against
    between around into over under until since and or
    """
)
_AUXILIARIES = word_set(
    """
    am is are was were do does did have has had can could will would shall should may might must
    be been being not
    """
)
_SUBJECTS = word_set("i we you they he she it")
_NOT_BEFORE_PLURAL = word_set("who what which that he she it how")
# Words that name nothing, besides the stop words.
_VAGUE = word_set(
    """
    recommend suggest think advise mean say said happen happened happens cost costs take takes
    help choose prefer else exactly really ok please now best better worth good well know tell see
    feel know about much many long often far again ever maybe also even still actually today
    tomorrow yesterday later soon next yet here going go get got want need like thing things one
    ones way something anything nothing someone anyone first last other more less same sure ask
    old big bad new possible called hi hey hello thanks thank oh let
    """
)
_STOP = word_set(STOP_WORDS) | _VAGUE | word_set("two three four five")

_PAST = word_set(
    """
    lost went said told came got made took gave bought saw met left found ate drank ran fell felt
    broke brought won sold kept wrote thought knew grew began became sent spent
    """
)

_ELLIPSIS = re.compile(
    r" (?>(?:ok |so |and |but |, )*)(?:what about|how about|what of) (?:[\w'-]++ ){1,4}$"
    # "And my sister?", "for how long?", but not "and what is my name?".
    r"| (?:and|but|or|then|for|in|at|since|with|from|to|until|by|on) (?:(?!am |is |are |was |were "
    r"|do |does |did |have |has |had |can |could |will |would |should |what |who |where |when "
    r"|why )[\w'-]++ ){1,4}$"
)
_COMPARISON = re.compile(
    # "A bit shorter, please."
    r" (?>(?:(?:a bit|a little|much|even|please|but|ok|make it) )*)(?:(?:more|less) [\w'-]++ "
    r"|(?:short|long"
    r"|simpl|easi|cheap|bigg|small|fast|slow|warm|cold|light|funni|clear|nic|loud|quiet|short)e?r )"
    r"(?:, )?(?:please )?$"
)
# "That" and "this" as pronouns, and "there" as a place.
_POINTING = re.compile(
    r" (?:is|was|does|did|do|would|will|can|could|should|has|had|about|for|like|with|of|from|by|why"
    r"|how|after|before|mean|say|in|on|to|know|remember|explain|translate|repeat|use|call|believe"
    r"|make|than|me|show|send|give|repeat|need|want) (?:that|this|these|those) (?:(?=$|[,:(-])"
    r"|(?:is|was|mean|means|cost|costs|work|help"
    r"|happen|happened|take|the|a|an|so|true|right|correct|really|again|all|then|make|look|sound"
    r"|apply|affect|be|have|go|in|into|to|with|for|as|better|good|bad|not|possible|normal|enough"
    r"|too|sentence|one|last|still|now|usually|always|safe|expensive) )"
    r"|^ (?>(?:so |and |but |ok |, )*)that (?:is|was|would|sounds|makes|does|did|reminds|looks"
    r"|seems) "
    r"| (?:(?!is |are |was |were |be |been |will |has |have |over |out |anyone "
    r"|somebody )[\w'-]++ )"
    r"there (?:(?=$|[,])|(?:again|too|now|then|yet|alone|before) )"
    r"| (?:do|use|make|have|need|want) the same (?:(?=$|[,])|for|with|again|thing|in) "
    r"| (?:happened|did i do|did we do|do i do|next) then (?=$|[,])"
    rf"| (?:the|that|this|another|which|other) (?:{WORD})?ones? (?:(?=$|[,])|(?:is|was|did|do"
    r"|should"
    r"|would|has|again) )"
)
_WEATHER = re.compile(
    r" (?:rain|raining|rainy|snow|snowing|cold|colder|hot|warm|warmer|sunny|windy|foggy|cloudy|dark"
    r"|light|humid|freezing|storming|monday|tuesday|wednesday|thursday|friday|saturday|sunday|late"
    r"|early|time|noon|midnight|summer|winter|spring|autumn|christmas|easter|weekend|birthday"
    r"|january|february|march|april|june|july|august|september|october|november|december|degrees"
    r"|o'clock|past|holiday|dinner|true|obvious|day|year|month|week) "
)
# "Is it safe to …", "how long does it take to …", "I find it hard that …".
_EXPLETIVE = re.compile(
    rf" (?:is|was|be|does|do|did|will|would|find|found|make|makes|hate|love|has|not) (?:not )?it "
    rf"(?:{WORD}){{1,4}}?(?:to|that|if|whether|when|since|for (?:a|an|the)|like (?:in|to)|worth"
    r"|[a-z]+ing) | it (?:is|was|will be|would be|has been|takes|took|costs|seems|makes|feels) "
    rf"(?:{WORD}){{0,4}}?(?:to|that|if|whether|when|since|like) | it (?:when|that|if) "
    r"| (?:time|day|date|year) (?:is|was) it | how is it going | is it (?:ok|me|worth \w+ing) "
)


def refers_back(sentences: Sequence[Sentence]) -> bool:
    """Whether English sentences need what was said before them."""
    if len(sentences) == 1:
        only = sentences[0]
        if _COMPARISON.match(only.words) or (only.marked and _ELLIPSIS.match(only.words)):
            return True
    antecedent = False
    for number, sentence in enumerate(sentences):
        words = sentence.words.split()
        first = _first_noun(words, sentence.names)
        if not antecedent and _has_pronoun(sentence, words, first):
            return True
        if not antecedent and number == len(sentences) - 1 and _points(sentence.words, first):
            return True
        antecedent = antecedent or first < len(words)
    return not antecedent and _only_asks_vaguely(sentences)


def _has_pronoun(sentence: Sentence, words: list[str], first: int) -> bool:
    for word in words[:first]:
        if word in _PERSONAL:
            is_it = word in ("it", "its")
            empty = _EXPLETIVE.search(sentence.words) or _WEATHER.search(sentence.words)
            if not (is_it and empty):
                return True
    return False


def _points(text: str, first: int) -> bool:
    """Whether "that", "there" or "the red one" points at nothing before it."""
    match = _POINTING.search(text)
    return match is not None and text.count(" ", 0, match.start() + 1) - 1 <= first


def _only_asks_vaguely(sentences: Sequence[Sentence]) -> bool:
    """Whether nothing is named at all: "what do you recommend?", "how much?"."""
    words = [word for each in sentences for word in each.words.split() if word.isalpha()]
    named = any(word not in _STOP for word in words)
    return bool(words) and not named and not _ABOUT_US.search(sentences[-1].words)


_ABOUT_US = re.compile(
    r" (?:who|where|how|how old) (?:am i|are you|are we) | what (?:can|could) you do | about (?:me"
    r"|you|us|myself) | know of me | are you | (?:i|we) (?:just |ever |first |last )?(?:say|said"
    r"|tell|told|ask|asked|mention|mentioned|talk|talked|discuss|discussed|speak|spoke) "
)


def _first_noun(words: list[str], names: frozenset[str]) -> int:
    """The place of the first word that seems to be a noun; the number of words without one."""
    for at, word in enumerate(words):
        if word == '"':
            return at
        if word in names and word not in _STOP and word not in _SUBJECTS:
            return at
        if not word[0].isalpha() or word in _STOP or word in _PERSONAL:
            continue
        before = words[at - 1] if at else ""
        after = words[at + 1] if at + 1 < len(words) else ""
        if before in _DETERMINERS or before in _PREPOSITIONS:
            return at
        if at == 0 and (after in _AUXILIARIES or after.endswith(("ed", "s")) or after in _PAST):
            return at
        if at == 1 and before in _AUXILIARIES and after:
            return at
        plural = len(word) > 3 and word[-1] == "s" and word[-2] not in "sui'"
        if plural and before not in _NOT_BEFORE_PLURAL:
            return at
        if at > 1 and words[at - 2] in _SUBJECTS and before not in _STOP and word[-2:] != "ly":
            return at
    return len(words)
