"""Whether an English sentence asks for something: a question, an order, a wish.

Sentences are those of ``message_sentences``: lower case, one space around each word.
"""

import re

from memory.messages.message_sentences import Sentence

WORD = r"[\w'-]++ "
BE_OR_DO = "am|is|are|was|were|do|does|did|have|has|had|can|could|will|would|shall|should|might"
NUMBER = r"\d++|two|three|four|five|six|seven|eight|nine|ten"
POSSESSIVE = "my|our|your|his|her|its|their"
# Interjections, greetings and addresses before what is said.
OPENING = re.compile(
    r" (?>(?:(?:ok|oh|ah|so|well|and|but|then|now|also|just|um|uh|hmm|hm|hi|hey|hello|yes|yeah"
    r"|yep|no"
    r"|thanks|great|cool|right|sure|perfect|alright|actually|anyway|honestly|sorry"
    r"|good (?:morning|evening|afternoon|day)|by the way|btw|never mind|nevermind"
    r"|on second thought|quick question|one more thing|first"
    r"|(?:hi|hey|hello|ok|dear) [\w'-]++(?= ,)|thank you|assistant|[,:()-]) )*)"
)
# Where a clause begins that may ask by itself.
_CLAUSE = re.compile(r" [,:(-] (?:(?:and|but|so|or|then) )?| (?:and|but|so) (?=can |could |what )")

_QUESTION = re.compile(
    # "What is …", "why did …", but not "why I left is …".
    rf"(?:what|who|whom|where|when|why|how) (?:else |exactly |all )?(?:{BE_OR_DO}) "
    r"|why (?!i |we |he |she |it |they |you |knows )"
    r"|how (?:many|much|often|long|far|old|big|tall|come|to|about|well|good|soon|likely|high|deep)"
    r" (?!i |we |you |he |she |it |they |fun |nice |be )"
    # "Which podcast did you …", but not "which is why …", "what bothers me is …", "what a day".
    rf"|(?:what|which|whose) (?:(?!is |are |a |i |we |you |he |she |it |they |me |us |that ){WORD})"
    rf"{{1,6}}?(?:did|do|does|am|have|has|had|is|are|was|were|should|can|could|would|will) "
    rf"(?:not )?(?:i|you|he|she|it|we|they|this|that|there|the|{POSSESSIVE}|in|called) "
    r"|(?:what|which|who|whose) (?:happened|happens|kind|sort|else|about|if|day|date) (?!is |was )"
    r"|who (?!knows |knew |cares |i |we |you |he |she |it |they |would have |is |was |are )"
    r"|whose |whom |(?:in|at|on|for|with|from|to|since|by|about) (?:what|which|whom|whose) "
    rf"(?:{WORD}){{0,2}}?(?:{BE_OR_DO}) (?:i|you|he|she|it|we|they|the|this|that|{POSSESSIVE}) "
    r"|which (?:is|was|are|were) (?:the|my|our) (?:least|most|best|worst|\w+est) "
    r"|which (?!is |are |was |were |i |we |you |he |she |it |they |has |had |have |would |will "
    r"|can "
    r"|could |in |for |also |means |meant |makes |made |brings |leads |reminds |gives |explains )"
    # "Did I …", but not "did the dishes" or "had I known".
    r"|(?:am|is|are|was|were|do|does|did|can|could|will|would|shall|might|has) (?:not )?"
    r"(?:i|you|he|she|it|we|they|this|that|there|anyone|anybody|someone|somebody|everyone|these) "
    r"|(?:is|are|does|can|will) (?:my|the|his|her|our|their) |have (?:i|we|you|they) "
    r"|should (?:i|we|he|she|it|they|my|the) |may i "
    r"|any (?:other |good |more )?(?:ideas?|tips|advice|suggestions?|recommendations?|thoughts) "
)
# A clause inside of a sentence: these do not begin a relative clause.
_INNER_QUESTION = re.compile(
    r"(?:can|could|would|will|do|did|have|are) you |(?:should|shall|may|can|could) (?:i|we) "
    rf"|(?:what|how|why|where|which) (?:{WORD}){{0,3}}?(?:is|are|can|should|do|does|did|would"
    r"|could)"
    rf" (?:i|we|you|he|she|it|this|that|the|{POSSESSIVE}) |(?:is|was|are|were) (?:it|this|that) "
    r"|how to |any (?:ideas?|tips|advice|suggestions?|recommendations?|thoughts) "
)

_MODEST = re.compile(
    r"(?>(?:(?:please|kindly|just|then|also|quickly|briefly|go ahead and|try to) )*)"
)
_THING = (
    rf"(?:me|us|it|them|him|her|myself|a|an|the|this|that|these|those|{POSSESSIVE}|some|any|all"
    rf"|every|each|both|another|more|several|another|{NUMBER}|something|\") "
)
_ASKING = r"(?:what|which|how|why|who|where|when|if|whether) "
_ORDER = re.compile(
    # Verbs that are no nouns, before anything that can be their object.
    r"(?:recommend|suggest|translate|explain|describe|summari[sz]e|write|compose|rewrite|rephrase"
    r"|paraphrase|generate|calculate|compute|proofread|brainstorm|analy[sz]e|define|propose|clarify"
    r"|enumerate|elaborate|sum up|recap|convert|simplify|shorten|pronounce|compare) "
    r"(?!is |was |were |are |has |had |will |would |and |or |of |, |am |be |off )"
    r"|(?:explain|elaborate|continue|clarify|summari[sz]e) $"
    # Verbs that are also nouns, or that also order other things than an answer.
    r"|(?:list|name|draft|design|plan|make|help|review|fix|solve|prove|correct|improve|edit|choose"
    r"|outline|prepare|draw|sort|rank|rate|pick|estimate|check|count|create|invent|find|build|debug"
    r"|implement|code|develop|provide|change|replace|remove|add|turn|order|sketch|revise|repeat"
    r"|test|organi[sz]e|schedule|evaluate|spell|answer|read|tailor|format|extract|identify"
    r"|simulate|complete|continue"
    r"|select|classify|highlight|modify|update|refactor|optimi[sz]e|adapt|expand|print|assess"
    r"|critique"
    rf"|introduce|examine|illustrate|justify|predict|craft|merge|rewrite|research) (?:{_THING}"
    r"|(?:out|with|for|between|from|in) (?!work |town |order |love ))"
    r"|(?:show|teach|give|send|get|tell|remind|ask|quiz|advise|walk|guide|talk|help|surprise"
    r"|entertain|inspire|motivate) (?:me|us) |(?:make me laugh|cheer me up|do me a favou?r) "
    rf"|give (?:an?|some|the|{NUMBER}|examples?|advice|tips|feedback|details) "
    r"|show (?:the|all|every|an?) |(?:show|check|explain|find out|work out|figure out|look up|say"
    rf"|tell) {_ASKING}"
    r"|(?:come up with|fill in|think of|look (?:up|for|into)|search (?:for|the)|act (?:as|like)"
    r"|pretend) "
    r"|imagine (?:that |you |a )|tell (?:a|the) (?:joke|story) |say (?:it|that|this|something|\") "
    r"|let me know (?!if (?:you|there|i|we) |how (?:it|you|things) |when you )|use (?:a|the|simple"
    r"|simpler|fewer|more|bullet|this|that) |sing me |play me "
    r"|(?:go on|go ahead|try again|do it|carry on|keep going|start over) $"
)
_LET_US = re.compile(
    r"let us (?:plan|discuss|review|start|begin|talk|continue|brainstorm|design|look at|write"
    r"|practi[sc]e|play|prepare|work (?:on|out|through)|figure|make (?:an?|the) (?:plan|list"
    r"|table)|compare"
    r"|think about) "
)
# "Find it hard to …", "make sure", "check out my bike", "tell me about it" order nothing.
_NO_ORDER = re.compile(
    r"(?:find|found) (?:it|myself) |make sure |check out |(?:tell me about it|give me a break"
    r"|help yourself) $"
    r"|(?:list|plan|order|name|design|draft|code|review|test|research) (?:of |in |for |from |a )"
    rf"(?:{WORD}){{0,6}}(?:is|was|are|were|has|have|had|failed|arrived|went) "
)
_ASKED_NOUN = (
    r"(?:recipes?|recommendations?|suggestions?|advice|tips?|ideas?|inspiration|help|plan|schedule"
    r"|itinerary|list|poem|haiku|limerick|story|joke|explanation|translation|summary|examples?"
    r"|letter|email|message|essay|speech|toast|draft|outline|template|script|guide|instructions"
    r"|information|info|details|options|alternatives|synonyms?|caption|slogan|quiz|workout|routine"
    r"|menu|guidance|feedback|input|opinion|code|playlist|name for|names for|gift for|present for"
    r"|overview|titles?|mottos?|puns?|riddles?|excuses?|facts?|headlines?|nicknames?|quotes?)"
)
_SOUGHT = (
    r"(?:books?|novels?|podcasts?|films?|movies?|series|shows?|restaurants?|hotels?|gifts?|games?"
    r"|presents?|songs?|albums?|courses?|apps?|places?|ways?|something|music|documentar(?:y|ies)"
    r"|hikes?|trails?|recordings?|poets?|authors?|activit(?:y|ies)|exercises?|names?|drinks?|dish"
    r"|dishes|dessert|wine|word|words|phrase)"
)
_WANT = (
    r"(?>(?:really |just |also |only |still |might )*)(?:need|want|appreciate|could (?:really )?use"
    r"|could do with|(?:am|are) (?:looking|searching) for"
    r"|would (?:really |also |just )?(?:need|want|like|love|appreciate))"
)
# "I am looking for a …" asks, and "for my keys" does not: nobody but the speaker knows those.
_SEEKING = (
    r"(?:(?:looking|searching|hunting|hoping) for|after|in (?:need|search) of|on the lookout for"
    r"|(?:trying|struggling) to (?:find|come up with|think of|choose|pick)|stuck for)"
)
_INDEFINITE = rf"(?:an?|some|any|something|somewhere|good|new|another|more|other|ideas|{NUMBER}) "
# What the thing wanted has to be: "a board game for four", but not "a board game".
_FOR = r"(?:for|on|about|with|to|that|which|in|near|under|as|like|by|from|where) "
WISH = re.compile(
    rf" (?<!if )(?<!when )(?:i|we|and) {_WANT} "
    rf"(?:(?!to |it |that |you )(?!{_ASKED_NOUN} ){WORD}){{0,4}}{_ASKED_NOUN} "
    rf"| (?:i|we) (?:am|are) (?>(?:[a-z]{{3,12}}ly |still |also |just |now |and )*){_SEEKING} "
    rf"{_INDEFINITE}"
    rf"| (?<!if )(?<!when )(?:i|we) {_WANT} (?:(?:an?|some|{NUMBER}) "
    rf"(?:(?!to |it |that |you ){WORD}){{0,3}}?{_SOUGHT}|something) {_FOR}"
    r"| (?:ideas|suggestions|tips|advice|recommendations|help|feedback|input) "
    r"(?:is |are |would be )?(?:very |much |most |always )?(?:welcome|appreciated) "
)
_WISH_BARE = re.compile(
    rf"(?:looking|searching|hunting) for {_INDEFINITE}"
    rf"(?!(?:{WORD}){{1,5}}?(?:is|was|can|takes|took|has|had) )|"
    r"(?:need|want|could use|looking for|searching for|in (?:need|search) of) "
    rf"(?:(?!to )(?!{_ASKED_NOUN} ){WORD}){{0,4}}"
    rf"(?:{_ASKED_NOUN}|{_SOUGHT}) "
    rf"|(?:(?!is |are |was |were |has |have |needs |wants |asks |asked )(?!{_ASKED_NOUN} ){WORD})"
    r"{0,3}"
    r"(?:recipes?|ideas|tips|suggestions|recommendations|synonyms|advice|examples|instructions) "
    rf"(?:for|on|to|about|with|of) (?:(?!is |are |was |were |has |have |had |went ){WORD}){{0,12}}$"
)
_INDIRECT = re.compile(
    r" (?:i|we) (?>(?:really |just |also |would )*)(?:want|need|like|love) (?:you to|to know|to ask"
    r"|to find out|to hear your) "
    r"| i (?:was|am) (?:just |also )?(?:wondering|curious) (?:if|whether|what|how|which|about|why) "
    r"| i wonder (?:if|whether|what|how|which) | i have a question "
    r"| would be (?:great|nice|lovely|helpful|good|perfect|wonderful|kind) if you (?:could|would) "
    r"| i (?:was|am) hoping (?:that )?you (?:could|can|would|might) "
    r"| i would (?:appreciate|be grateful|love it) (?:it )?(?:if you|your|any|some) "
)
_ABOUT_NAMED = re.compile(r"(?:is|was|does|did|has|can) [\w'-]++ \w")
_PLEASE_AT_END = re.compile(r"(?:, )?please $")
_LONG_SENTENCE = 120
# "You know what?" announces something.
_ANNOUNCES = re.compile(r"(?: (?:guess|you know|know|and|but)){1,3} what $| remember [\w'-]++ $")


def asks(sentence: Sentence) -> bool:
    """Whether an English sentence asks something, with or without a question mark.

    A question mark is one in every language.
    """
    if sentence.marked:
        return not _ANNOUNCES.match(sentence.words)
    return asks_by_words(sentence)


def asks_by_words(sentence: Sentence) -> bool:
    """Whether an English sentence asks something, whatever mark is at its end."""
    words = sentence.words
    start = OPENING.match(words)
    at = start.end() if start else 1
    if _ABOUT_NAMED.match(words, at) and words[at:].split()[1] in sentence.names:
        return True
    if _QUESTION.match(words, at) or _is_order(words, at):
        return True
    if _WISH_BARE.match(words, at) or WISH.search(words) or _INDIRECT.search(words):
        return True
    if _PLEASE_AT_END.search(words) and len(words) > 8:
        return True
    return _inner_request(words, at) > 0


def asking_part(sentence: Sentence) -> str:
    """What of a sentence that asks is about what it asks: a long one first tells something."""
    words = sentence.words
    inner = _inner_request(words, 1) if len(words) > _LONG_SENTENCE else 0
    return f" {words[inner:]}" if inner else words


def _inner_request(words: str, at: int) -> int:
    """Where the first clause begins, after the first of all, that asks by itself; 0 without one."""
    for clause in _CLAUSE.finditer(words, max(at - 1, 0)):
        inner = clause.end()
        if _INNER_QUESTION.match(words, inner) or _is_order(words, inner):
            return inner
    return 0


def _is_order(words: str, at: int) -> bool:
    modest = _MODEST.match(words, at)
    verb = modest.end() if modest else at
    if _NO_ORDER.match(words, verb):
        return False
    if _ORDER.match(words, verb) or _LET_US.match(words, verb):
        return True
    return " please " in words[at - 1 : verb] and not words.startswith(("is ", "was "), verb)
