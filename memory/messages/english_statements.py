"""English rules for what a sentence tells: a standing preference, an order to forget, small talk.

Sentences are those of ``message_sentences``: lower case, one space around each word.
"""

import re

from memory.messages.english_requests import OPENING, WORD

# "I like your idea" or "I love it" are of the moment, and "I prefer to think" is a way of speaking.
_OF_THE_MOMENT = (
    r"(?!(?:it(?! when| if)|that|this|these|those|him|her|them|you|your|how|what|(?:the )?(?:idea"
    r"|way|look|sound)|(?:not )?to (?:think|say|believe|imagine|admit|assume|bother|interrupt|ask"
    r"|see|tell"
    r"|hear|disappoint|break|complain|be (?:rude|that)|know)|and|or|but|so|in|[,.:-])(?: |$))"
)
_ADVERB = (
    r"(?>(?:(?:really|absolutely|strongly|generally|usually|normally|always|just|also|still|do|truly"
    r"|totally|genuinely|personally|definitely|especially|particularly|simply|mostly|actually"
    r"|honestly|quite|rather|deeply|firmly|typically|often|much|only|both|[a-z]{3,14}ly|tend to"
    r"|have always"
    r"|would(?= prefer | hate )"
    r"|try to|kind of|sort of|now|very much) )*)"
)
_PAST = (
    r"(?:said|went|did|had|was|were|saw|got|heard|knew|thought|told|met|been|felt|came|took|made"
    r"|found|gave|kept|left|lost|bought|ate|drank|slept|wrote|spoke|won|grew|began|forgot|brought"
    r"|understood|meant|could|would|will|can|[a-z]{2,20}(?<!e)ed|seen|gone|done|tried|used)"
)
_HABIT = (
    r"(?:like|eat|drink|enjoy|smoke|use|do|watch|wear|read|trust|buy|drive|fly|cook|tolerate|touch"
    r"|care for|believe in|celebrate|listen|play|take|consume|go|travel|sleep|work|shop|order|date"
    r"|set foot in"
    r"|go near|stay|swim|run|dance|sing|camp|gamble|handle|digest|own|keep"
    r"|want (?:any|you to|to (?:eat|use"
    r"|receive|be|hear|get)))"
)
_TRAIT = (
    r"(?:(?:an? )?(?:(?:strict|lifelong|committed|life-long|devout|practi[sc]ing) )?(?:vegetarian"
    r"|vegan|pescatarian|allergic|intolerant|lactose|gluten|coeliac|celiac|diabetic|teetotal\w*"
    r"|teetotaller|muslim|kosher|halal|claustrophobic|minimalist|colou?r-?blind|left-handed|picky"
    r"|night owl|early bird|(?:morning|night|cat|dog|tea|coffee|beach|city|mountain) person"
    r"|(?:big |huge )?fan of)|sensitive to|averse|opposed to|against|into(?! the)|fond of|keen on"
    r"|afraid of"
    r"|scared of|terrified of|big on|partial to"
    r"|(?:fussy|picky|strict|crazy) about|a stickler for"
    r"|not an? (?:night owl|early bird|(?:morning|night|cat|dog|tea|coffee|beach|people)"
    r" person)|(?:not )?(?:much|more|a bit|a lot) of an?"
    r"|an? (?:\w+ )?(?:lover|drinker|eater|sleeper"
    r"|riser|homebody|bookworm|non-smoker)"
    r"|not (?:comfortable|interested in|keen on|into|fond of|a (?:\w+ )?fan)"
    r"|uncomfortable (?:with|in|around)|wary of|hesitant to|on a (?:\w+ )?diet)"
)
PREFERENCE = re.compile(
    r" (?<!everyone )(?<!something )(?<!someone )(?<!what )(?<!everything )(?<!all )(?:i"
    rf"|we) {_ADVERB}(?:like|love|hate|dislike|prefer|enjoy|adore|detest|loathe|despise"
    r"|favou?r) "
    rf"{_OF_THE_MOMENT}"
    rf"| i {_ADVERB}(?:avoid|refuse to|tend to|stick to|stick with|swear by|steer clear of|shy away"
    r" from|stay away from|insist on|opt for|gravitate towards?|lean towards?|keep away from"
    r"|abstain from|care (?:deeply |a lot )?about|value) (?!that |it |this |him |her |you )"
    rf"| i (?:try|prefer|want|like|have|need|make sure|am trying) to avoid "
    r"| i would (?:rather|sooner) (?!that )(?!not say )"
    r"| i (?:just |really |simply |absolutely )?can (?:not|never) (?:stand|bear|eat|drink|tolerate"
    r"|handle|digest|do without|live without"
    r"|do (?:spicy|dairy|gluten|caffeine|sugar|alcohol|mornings|heights|crowds|small talk)"
    r"|have (?!it |a word )) ?(?!to think |to say )"
    r"| i (?:could|can) (?:not|never) (?:live|do|manage|imagine life)"
    r" without (?!you |him |her )"
    r"| i tend (?:not )?to (?!think |agree |believe )"
    r"| i (?:sleep|work|think|relax|learn|feel) best (?:with|when|in|at|without|after|alone|on) "
    r"| (?:i|we) (?:just |really |simply )?do not (?>(?:really |usually |ever |normally "
    r"|particularly |even )*)"
    rf"{_HABIT} {_OF_THE_MOMENT}"
    rf"| (?:i|we) (?>(?:almost |hardly |really )*)(?:never|always"
    rf"|rarely|hardly ever|seldom|usually|normally|generally) (?!{_PAST} |(?:think|know|knew|say"
    r"|mind|end up|thought) )[a-z]{2,} "
    rf"| i (?:only|exclusively) (?:ever )?{_HABIT} | i no longer {_HABIT} | i will (?:not"
    r"|never) (?:eat|drink"
    r"|touch|use|buy"
    r"|watch|wear|fly|read|smoke) | i have always (?:loved|hated|liked|preferred|enjoyed|avoided"
    r"|disliked) "
    rf"| i (?:have )?(?:stopped|quit|gave up|given up) (?:eating|drinking|smoking|using|buying|meat"
    r"|alcohol|sugar|coffee|dairy|gluten|flying) "
    rf"| i am (?:\w+ly )?{_TRAIT} (?!my |the car |it )"
    r"| i have (?:absolutely )?no (?:interest|desire|appetite|patience) "
    r"| i follow an? (?:\w+ ){0,3}diet "
    rf"| i (?:{WORD}){{1,14}}?and (?:\w+ly )?(?:avoid|prefer|dislike|hate"
    rf"|refuse to) {_OF_THE_MOMENT}"
    r"| i have (?!to |never |been |not |had )(?:an? )?(?:(?:\w+ )){0,5}?(?:allergy|allergies"
    r"|intolerance|aversion|phobia|fear"
    r"|dislike|preference|distaste|soft spot|sweet tooth|rule|policy|weakness|passion|horror"
    r"|low tolerance) (?!about him )"
    rf"| i find (?:(?!it |out |my |a |the ){WORD}){{1,6}}?(?>(?:too |very |really |quite "
    r"|so )*)(?:boring"
    r"|overwhelming|annoying|disgusting|uncomfortable|stressful|relaxing|distracting|unpleasant"
    r"|exhausting|tedious|repulsive|off-putting|soothing|delicious) "
    rf"| my (?:all-time |absolute )?(?:favou?rite|preferred|preference) (?:{WORD}){{0,5}}?(?:is"
    r"|are) "
    r"| (?:is|are) my (?:all-time |absolute )?favou?rites? "
    r"| (?:is|are) (?:just |really |definitely )?not (?:really )?my (?:thing|cup of tea|style|scene"
    r"|idea of fun) | (?:nothing beats|there is nothing like|give me) (?=.{1,60} any day )"
    r"|^ nothing beats an? "
    r"| i (?:want|would like|need|prefer|wish) (?:you to (?:always|never|not|call|address|stop|keep"
    r"|speak|use|answer|avoid)|to be (?:called|addressed)|my (?:answers|replies|messages)) "
)
# What has a lasting effect on the speaker. "It" and "he" are of the moment or another's doing, and
# "the gift is not for me" is about one thing.
_EFFECT = re.compile(
    r" (?!(?:he|she|it|you|this|that|these|those|they|which|who|we|not) )[\w'-]++ "
    r"(?>(?:(?:always|usually|really|often|just|simply|only|totally|absolutely|do|does) )*)(?:"
    r"(?:make|makes) me (?>(?:\w+ly |so |very |feel |too )*)(?:ill|sick|sleepy|anxious|nauseous"
    r"|dizzy"
    r"|crazy|mad|nervous|happy|sad|angry|tired|uneasy|uncomfortable|jumpy|gag|itch|sneeze|bloated"
    r"|claustrophobic|miserable|calm|panic|cry|queasy|restless|irritable|better|relaxed|cringe)"
    r"|(?:give|gives) me (?>(?:an? |the |such |bad |terrible )*)(?:headaches?|migraines?|hives|rash"
    r"|heartburn|creeps|nightmares|chills|energy|joy|anxiety|indigestion|(?:stomach|tummy) ?aches?"
    r"|stomachaches?|cramps|shivers|goosebumps|jitters)"
    r"|(?:drive|drives) me (?:crazy|mad|nuts|insane|up the wall|round the bend|bananas)"
    r"|(?:turn|turns|put|puts) me (?:off|to sleep|in a (?:good|bad) mood)"
    r"|(?:keep|keeps) me (?:awake|up|calm|sane)|(?:wear|wears|stress|stresses|freak|freaks|creep"
    r"|creeps|gross|grosses|tire|tires) me out|(?:calm|calms|get|gets|cheer|cheers) me (?:down|up)"
    r"|(?:scare|frighten|bore|annoy|irritate|disgust|relax|soothe|upset|exhaust|overwhelm|depress"
    r"|fascinate|calm|intimidate|stresse|unsettle|nauseate)s? me|terrif(?:y|ies) me"
    r"|(?:not )?(?:agree with|appeal to|suit|interest|work for) me|appeals to me) (?!about |if )"
    r"|^ (?!(?:the|this|that|these|those|it|my|his|her|your|he|she) )(?:[\w'-]++ ){1,4}?(?:is|are) "
    r"(?>(?:just |really |simply |definitely )*)not (?:really )?for me (?=$|[,.])"
)
# "No horror for me, ever", "nothing with nuts, please"; "no mail for me" is news.
_REFUSAL = re.compile(
    r"(?:please (?:, )?)?(?:"
    r"(?:no|never any) (?!(?:mail|post|letters?|seats?|time|luck|news|rest|sleep|breaks?|chance"
    r"|reply|answer|word|way|one|more|idea|rush|hurry|problem|worries|wonder|need) )"
    r"(?:[\w'-]++ ){1,4}?(?:for me (?:(?:, )?(?:ever|please|thanks|thank you) )?$"
    r"|(?:, )?(?:please|ever) $)"
    r"|(?:nothing|anything|everything) (?:with|containing|made (?:with|of|from)|too|but|except"
    r"|without) (?:[\w'-]++ ){1,5}?(?>(?:for me |, )*)please $"
    r"|keep (?:[\w'-]++ ){1,4}?away from me )"
)
_PLEASE_NO = re.compile(r"please (?:, )?no (?!more |need )(?:[\w'-]++ ){1,4}$")
# Without a subject, at the beginning of a sentence.
_DROPPED = re.compile(
    r"(?:really |absolutely )?(?:hate|dislike|prefer|can not stand|do not like|never eat"
    r"|always eat"
    rf"|allergic to) {_OF_THE_MOMENT}"
)
_RULE = re.compile(
    r"(?>(?:(?:please|from now on|in (?:the )?future|going forward|and|,|kindly) )*)(?:(?:always"
    r"|never"
    r"|from now on|in future|do not (?:ever )?) ?(?:answer|respond|reply|write|speak|talk|use|call"
    r"|address|keep|include|format|give(?! up| in)|mention|start|end|ask|remind|tell|suggest"
    r"|recommend|say"
    r"|show|add|avoid|explain|translate|round|send|be|provide|put|quote)|call me (?!later|back"
    r"|tomorrow|tonight|when|if|crazy|on|at|in|an?|soon|today|now)[\w'-]+|address me (?:as"
    r"|formally|informally|with|by)"
    r"|(?:keep|make) (?:your |the |all )?(?:answers|replies|responses|messages) (?:\w+ )?(?:short"
    r"|brief|concise|simple|formal|informal|shorter|longer)) "
)
_STANDING = re.compile(r" (?:always|never|from now on|every time|whenever|in (?:the )?future) ")
_RULED = re.compile(
    r"(?:please )?(?:answer|respond|reply|write|speak|talk|use|call|address|keep|include|format"
    r"|give(?! up| in)|mention|start|end|ask|remind|say|show|add|explain|round) "
)
# What is so today is no standing preference; what is imagined or another's is none either.
_PASSING = re.compile(
    r" (?:today|tonight|tomorrow|right now|at the moment|this (?:morning|time|evening|week|once))"
    r" | if i | (?:says|said|thinks|claims|told me|thought) (?:that )?i "
)

_POLITE = re.compile(
    r"(?>(?:(?:please|kindly|just|now|can you|could you|would you|you can|you may|you should"
    r"|you must"
    r"|you have to|can we|let us|i (?:really )?(?:want|need|would like|ask|would love) you to|also"
    r"|i would (?:appreciate it|be glad|be grateful) if you|go ahead and|completely) )*)"
)
_SAID = (
    r"(?:(?:all |everything )?(?:of )?what (?:i|we|you know)|that (?:i|my|we) |everything|anything"
    r"|all (?:about|of|that|my|i|the)|my (?!lead )|our (?:last |first |previous |whole )?(?:chat"
    r"|conversation|talk)|this (?:conversation|chat|message)|whatever i|i (?:ever )?(?:said|told"
    r"|mentioned)|the (?:fact|thing|things|stuff|part|last thing|first thing|story) |the (?:\w+ )"
    r"{1,4}(?:that )?(?:i|we) (?:said|told|gave|mentioned|sent|shared)|about (?:what i|my |our "
    r"|everything)|me $|about me $)"
)
_MEMORY = r"(?:memory|memories|records?|notes|database|history|mind|brain|storage|files|data)"
FORGET = re.compile(
    rf"(?:forget|unlearn) {_SAID}"
    r"|(?:delete|erase|remove|wipe|clear|purge|scrub|drop|strike"
    rf"|take) (?:(?!from my ){WORD}){{1,12}}?(?:from"
    rf"|out of|in|off) (?:your|the) {_MEMORY} "
    r"|(?:delete|erase|remove|wipe|purge) (?:all |everything )?(?:of )?(?:what|that|everything"
    r"|anything"
    r"|whatever|the fact) (?:that |related |connected )?(?:about me|about my|to me|to my|i|we"
    r"|you know|you have|you remember|about me|my) "
    r"|(?:delete|erase|wipe|clear|purge) (?:all )?(?:of )?(?:my|your|our|this|that"
    r"|the) (?:\w+ ){0,3}?"
    r"(?:memory|memories|data|conversations?|chats?|history|information|info|details|number|address"
    r"|birthday|name|password) (?!from my |on my |in my )"
    r"|(?:do not|stop|please do not) (?:remember|remembering|store|storing|keep|keeping|save|saving"
    r"|memori[sz]e|memori[sz]ing) (?:that|what|anything|my|this) "
)


def states_preference(words: str) -> bool:
    """Whether an English sentence that is no question states a standing preference or rule."""
    if _PASSING.search(words):
        return False
    at = _start(words)
    clauses = [words[at:], *words.split(" , ")[1:]]
    if PREFERENCE.search(words) or any(map(_RULE.match, clauses)) or _DROPPED.match(words, at):
        return True
    if " me " in words and _EFFECT.search(words):
        return True
    # "No" is an interjection in an opening, so it is looked for before that.
    if _REFUSAL.match(words, 1) or _REFUSAL.match(words, at) or _PLEASE_NO.match(words, at):
        return True
    return bool(_RULED.match(words, at) and _STANDING.search(words))


def is_forget_order(words: str) -> bool:
    """Whether an English sentence orders to forget something said."""
    polite = _POLITE.match(words, _start(words))
    return bool(polite and FORGET.match(words, polite.end()))


def _start(words: str) -> int:
    opening = OPENING.match(words)
    return opening.end() if opening else 1
