"""English rules for what a question or an order is about.

Each is searched in the sentences of a message that ask, in the form of ``message_sentences``,
joined by ``.``, with a ``.`` at the end.
"""

import re

from memory.messages.english_requests import NUMBER, WISH, WORD

# What is a part of a life rather than one thing in it.
_LIFE = (
    r"(?:life|hobby|hobbies|interests?|likes|dislikes|preferences?|tastes?|family|friends|people"
    r"|relatives|relationships?|health|fitness|diet|eating habits|habits?|routines?|work|job|career"
    r"|goals?|plans|dreams|projects?|trips|travels|past|history|personality|character|pets?|home"
    r"|background|childhood|education|studies|finances|allergies|conditions?|situation|lifestyle"
    r"|opinions|values|beliefs|free time|skills|strengths|weaknesses|loved ones|circumstances"
    r"|passions?|pastimes?|(?:spare|leisure) time"
    r"|(?:health|medical) (?:issues|problems|conditions))"
)
_LEISURE = (
    r"(?:(?:in|with|during|on|at) (?:my |the )?(?:(?:free|spare|leisure) time|weekends?|evenings"
    r"|days off)|for (?:fun|pleasure|leisure)|to (?:relax|unwind)|(?:after|outside(?: of)?) work)"
)
_END = r"(?= (?:[^\w ]|and|or|so|in general|overall|now|today|these|at|right|from|based|again))"
_SO_FAR = r"(?:so far|until now|up to now|already|lately|recently|these days|all this time|overall)"
_SUMMARY = r"(?:summari[sz]e|summary|summing up|sum up|recap|overview|rundown)"
_GIVEN = (
    r"(?:recommended|suggested|wrote|written|gave|given(?! it)|told|said|mentioned|made (?:me|us"
    r"|for)|proposed|advised"
    r"|sent|showed|shown|translated|explained|listed|named|composed|described|drafted|came up with"
    r"|answered|promised|provided|generated|taught|offered|quoted)"
)
_GIVE = (
    r"(?:recommend|suggest|say|tell|write|give|mention|propose|advise|explain|send|show|translate"
    r"|come up with|list|describe|compose|draft|answer|provide|generate|teach|offer|promise|quote"
    r"|help"
    r"|call (?:it|that|the|this)|name)"
)
_ANSWER = (
    r"(?:recommendation|suggestion|advice|answer|haiku|poem|reply|response|translation|tip|recipe"
    r"|explanation|summary|message|list|idea|story|proposal|words)s?"
)
_ONCE = r"(?:(?:just|already|also|ever|previously|originally|initially|last|first|once|earlier) )?"
_LANGUAGE = (
    r"(?:english|german|french|spanish|portuguese|italian|dutch|chinese|mandarin|japanese|korean"
    r"|russian|polish|greek|swedish|norwegian|danish|finnish|turkish|arabic|hebrew|latin|hindi"
    r"|czech|hungarian|ukrainian|thai|vietnamese|catalan|romanian|croatian|irish|welsh)"
)
_TIME = (
    r"(?:week|weeks|weekend|month|months|year|years|night|day|days|morning|evening|afternoon"
    r"|summer|spring|autumn|fall|winter|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    rf"|few|couple|decade|century|minute|hours?|term|semester|season|christmas|easter|{NUMBER})"
)
_EST = (
    r"(?:long|short|cheap|fast|slow|high|low|bigg|larg|small|tall|heavi|light|hott|cold|warm|hard"
    r"|easi|strong|weak|old|young|deep|rich|happi|sadd|funni|busi|clos|farth|furth|strang|weird"
    r"|scari|tough|steep|thick|thin|healthi|tasti|nic|cool|pretti|loud|quiet|wors|earli)e?(?:st)"
)
_PLURAL = (
    r"(?:(?!does |is |was |has |this |always |times |us |news )[a-z]{2,30}(?<![suia])s|people"
    r"|children|men|women|kids)"
)
_WITH = r"(?:for|about|of|in|on|with|from|at|that|or|and|to|by|related|made)"
# A word beside the plural noun that is asked for: in "what do my parents do" and "which size of
# shoes" that noun is another.
_BESIDE_NOUN = (
    r"(?:(?:kinds?|sorts?|types?|varieties) of |(?!(?:do|does|did|have|has|had|am|is|are|was|were"
    rf"|can|could|will|would|should|of|my|our|your|his|her|their|the) ){WORD})"
)
_NO_THINGS = r"(?!(?:options|chances|rights|choices|thoughts|days|odds) )"

OVERVIEW = re.compile(
    r" (?:know|remember|recall|learned|learnt|learn|understand|noticed|got|have|think|remembered"
    r"|stored|saved) (?:so far |anything |something |much |a lot )?(?:about|of|on) (?:me|us"
    rf"|myself|(?:my|our) {_LIFE}|(?:the )?people"
    rf" in my life){_END}"
    rf"| (?:tell|remind|show|give) (?:me|us) (?:(?!how |what i ){WORD}){{0,4}}?about (?:me|myself"
    r"|us"
    rf"|ourselves|(?:my|our) {_LIFE}){_END}| (?:told|said to|tell|mentioned to) you about "
    rf"(?:me|myself|(?:my|our) {_LIFE}){_END}"
    rf"| describe (?:me |my {_LIFE}{_END})| (?:sum me up|characteri[sz]e me|who matters to me) "
    r"| who am i (?=[^\w ]|to you )| what (?:kind|sort) of (?:a )?person am i | what am i like "
    rf"| what (?:are|were) (?:all )?my (?:(?!\w{{1,20}}'s ){WORD}){{0,2}}?{_LIFE} "
    r"(?=[^\w ]|and |or |so |like )| what is my (?:life|personality|lifestyle|background"
    r"|life story|history|daily routine)"
    r" (?=[^\w ]|like |been like )"
    rf"| (?:what|which) (?:{WORD})?{_LIFE} (?:do|have|did) (?:i|we) (?:have|got|know|mentioned"
    rf"|mention|told you|shared|pursue){_END}| what do i (?>(?:[a-z]{{3,12}}ly |like |love |to "
    rf"|enjoy )*)(?:do|doing)? ?{_LEISURE} "
    r"| how do i (?>(?:[a-z]{3,12}ly |like to )*)(?:spend|pass|fill) my (?:(?:free |spare "
    r"|leisure )?time|weekends|evenings|days(?: off)?) (?=[^\w ]|and |or )"
    r"| what am i (?:[a-z]{3,12}ly )?(?:into|interested in|passionate about|keen on|fond of"
    r"|good at) (?=[^\w ]|and |or )| what (?:interests|excites|drives|motivates|(?:makes|keeps) me"
    r"(?= (?:happy|busy|tick|going) [^\w ])) (?:me (?=[^\w ]))?(?:\w+ )?(?=[^\w ])"
    r"| (?:portrait|profile|picture|sketch|description|biography|bio|image|impression|memory"
    r"|memories|notes|records?|file|opinion) (?:that )?(?:you have )?(?:about|of|on) (?:me|myself"
    r"|us) | (?:tell|show|remind) me who i am | introduce me to myself "
    r"| what do you think of me (?=[^\w ]|as )"
    r"| who (?:all )?(?:is|are) (?:all )?(?:in )?my (?:\w+ )?(?:family|friends|relatives"
    r"|loved ones)(?= [^\w ]| and )"
    r"| (?:which|what) people (?:do i know|are (?:close|important|dear)"
    r" to me)"
    r"| what (?:things )?do i (?:really |usually |generally )?(?:like|love|enjoy|hate|dislike"
    r"|care about)(?: to do| doing| most)?(?: in (?:life|general|my free time))? (?=[^\w ]|and )"
    r"| people (?:that |who )?(?:are )?(?:in my life|around me|close to me|i know|i care about"
    r"|i love)"
    r"| who (?:is|are) (?:in my life|important (?:to|for) me|close to me)"
    r"| (?:keep in mind|bear in mind|take into account|be careful|watch out|pay attention|be aware"
    rf"|consider|remember|know|look out|take care|watch) (?:{WORD}){{0,3}}my {_LIFE}{_END}"
    rf"| {_SUMMARY} (?:(?!my essay "
    rf"|my text ){WORD}){{0,7}}?(?:our (?:{WORD}){{0,2}}(?:conversations?"
    r"|chats?|talks?|discussions?|dialogues?|messages|history)|over time|what (?:i|we|you)(?! need"
    r"| should)"
    r"|everything (?:that )?(?:i|we|you)|all (?:that )?(?:i|we)|how (?:my|our|i|we)|so far"
    rf"|(?:my|our) (?:{WORD}){{0,3}}?(?:{_LIFE}|year|month|progress|journey|milestones"
    r"|developments?|experiences?|achievements|decisions|activities))"
    r"| what (?:have|had) (?:i|we) (?:been (?:up to|doing|talking about|discussing|working on|busy"
    r" with)|(?:ever )?(?:told you|shared|said|mentioned|talked about|discussed|covered))"
    rf"(?: with you| to you)?(?: about (?:me|myself))?(?: {_SO_FAR})? (?=[^\w ])"
    r"| what (?:is|has)(?: been)? (?:new|going on|happening|up) (?:with me|in my life) "
    rf"| what did (?:i|we) (?:tell you|cover|talk about|discuss|share|say) {_SO_FAR} "
    rf"| how (?:have i been(?: doing)?|am i doing|is my life(?: going)?)(?: {_SO_FAR})? (?=[^\w ])"
    r"| how well do you know (?:me|us) "
    r"| (?:everything|all|what) (?:that )?(?:do )?you (?:know|remember|have learned)(?: so far)?"
    r" (?=[^\w ])"
)
ALL = re.compile(
    r" (?:list|enumerate|name|show|tell|give|recall|mention|find)(?: me| us)?(?: an?| the)?"
    r"(?: full| complete)?(?: list)?(?: of)? (?:all|every|everything|everyone|each) "
    r"| (?:list|enumerate)(?: me| out)? (?:the|my|our|which|what|those) | list of (?:my|our|the) "
    rf"| name (?:me )?(?:my|our|the) (?:{WORD}){{0,2}}?{_PLURAL} "
    rf"| (?:what|which) (?:all )?(?:{_BESIDE_NOUN}){{0,3}}?{_PLURAL} "
    rf"(?:{_WITH} (?:{WORD}){{1,5}}?)?"
    r"(?:have|has|had|did|do|does) (?!you |i need )"
    rf"| (?:what|which) (?:{WORD}){{0,2}}?{_PLURAL} (?:am|are|were) (?:i|we|my|our|in my|on my"
    r"|mine)"
    r" | what (?:all |else )?have (?:i|we) (?!to |got |told |said |been |done )(?:ever )?\w"
    rf"| what (?:have|has) (?:he|she|they|{WORD}(?=\w+ed )) (?!been |happened |changed )\w"
    r"| (?:where|who|whom) (?:all )?have (?:i|we) (?!put |left |hidden |placed |parked |stored "
    r"|to )"
    rf"| what (?:are|were) (?:all )?(?:my|our) {_NO_THINGS}(?:{WORD}){{0,2}}?{_NO_THINGS}{_PLURAL} "
    rf"| what (?:are|were) (?:all )?the (?:{WORD}){{0,2}}?{_PLURAL} (?:of |in |on |from )?(?:that "
    r"|which )?(?:i|we|my|our) (?!should |must |can |could |need )"
    r"| who (?:are|were) (?:all )?(?:my|our|the people) "
    rf"| (?:all|every|each|everything|everyone|everybody|anything) (?:of )?(?:{WORD}){{0,4}}?"
    r"(?:that |who |which )?(?:i|we) (?:have |had |ever |did )?(?!am |are |can |could |need "
    r"|should |must |may |might )\w"
    r"| which of (?:my|our) | which (?:friends|cousins|colleagues|neighbours|relatives|aunts|uncles"
    r"|brothers|sisters|people)(?: of mine)? (?:live|work|come|are|have|know|like|own|play|speak) "
    # Any number of people may have things of the speaker's, but one has "my key".
    r"| who (?:all |else |still )?(?:owes|owe) (?:me|us) "
    r"| who (?:all )?(?:of|among) (?:my|our|the) "
    r"| who (?:all |else |still )?(?:has|have|had|got|holds|keeps|borrowed|took) "
    rf"(?:{WORD}){{0,3}}?"
    r"(?:(?:of mine|of ours|from me|from us) |(?:mine|belongs? to (?:me|us)) "
    r"|(?:my|our) (?:things|stuff|belongings|tools|books|money) )"
    r"| who (?:all )?do (?:i|we) know (?:in|at|from|who|with) "
    r"| what (?:all )?(?:did|do|have) (?:i|we) (?:lend|lent|give|given|owe|borrow|borrowed) (?:out "
    r"|away )?(?:to |from )?(?:others|people|friends|anyone|anybody|everyone|other people|each) "
    r"| order (?:in which|of) (?:i|we|my) | in order how (?:i|we) "
)
COUNT = re.compile(
    r" how (?:many|often|frequently) | (?:total|overall|combined) (?:number|amount|distance|cost"
    r"|sum"
    r"|time|spending|price|score) | in total | altogether | in all (?=[^\w ])| what is (?:the|my"
    r"|our)"
    rf" total | the number of | count (?:the|my|how|all|up) | how much (?:{WORD}){{0,7}}?(?:overall"
    r"|so far|combined|all together) | how much (?:money|time) did (?:i|we) (?:spend|save|earn"
    rf"|make|waste) | how much (?:{WORD}){{0,2}}?(?:have|has) (?:{WORD}){{1,3}}?"
    r"(?:spent|saved|paid|earned|raised|lost|run|walked|invested|donated|gained|cycled|put) "
)
EXTREME = re.compile(
    rf" (?:{_EST}|worst) (?!of all |possible |that |thing i (?:ever )?(?:told|said)|"
    r"thing we (?:ever )?(?:talked|discussed)|memory |message |conversation |time )"
    r"| (?:the|my|our|was|is|are) (?:most|(?<!at )least) (?:expensive|often|frequently|money|time"
    r"|popular|common|difficult|exciting|beautiful|delicious|boring|interesting|memorable|visited"
    r"|embarrassing|dangerous|successful|stressful|valuable|comfortable|enjoyable|painful|played"
    r"|read|watched|used|productive|unusual|frequent|hours|points|[a-z]{1,12}(?:ing|ous|ful)) "
    r"| most (?:often|frequently|expensive) | the most (?=[^\w ]|i |we |on |at |in |for |from )"
    r"| (?:like|liked|love|loved|enjoy|enjoyed|hate|hated|dislike|miss|see|visit|eat|spend|use)"
    rf" (?:(?!the ){WORD}){{0,3}}?(?:the )?(?:most|best|least) (?!of |people )"
    r"| least favou?rite | (?:was|were) (?:the |my )?best (?=[^\w ])"
    rf"| (?:my|our) (?:{WORD})?best (?!friends? |man |way |interests? |to )"
    rf"| best (?!way |friends? )(?:{WORD}){{1,3}}?(?:that )?(?:i|we|he|she|they) "
    rf"(?:(?!can |could |should |need )\w)| (?:my|our) top (?:{NUMBER}) "
    r"| (?:the )?(?:maximum|minimum|fewest) "
    rf"| did (?:{WORD}){{2,4}}?(?:the )?most (?=[^\w ]|on |for |in |often )"
)
FIRST = re.compile(
    r" first (?!names? |aid |class |floor |half |of all )(?:ever )?"
    rf"(?:(?!is |are |in |on |at |for ){WORD}){{1,3}}?(?:that )?(?:i|we|you) "
    r"| first (?:ever )?times? "
    rf"| (?:did|do|have) (?:my |our )?{WORD}(?:ever )?first (?!names? |aid )"
    r"| (?:i|we) first (?!of )| (?:earliest|oldest) (?:thing|memory|memories|message|conversation"
    r"|entry|fact|note|chat)s? | (?:our|my|the) (?:very )?first (?:conversation|chat|message|talk"
    r"|question|memory|entry|thing|word) | (?:our|this|the) (?:conversation|chat)s? (?:start"
    r"|begin) "
    rf"| did (?:i|we) (?:{WORD}){{1,5}}?first (?=[^\w ])"
    r"| (?:start|begin)(?: off)? with (?=[^\w ])"
    r"| (?:tell|told|say|said|mention|ask|asked|talk about|discuss|write)(?: to)?(?: you)?"
    r"(?: at)?(?: the)?(?: very)? first (?=[^\w ])"
)
LAST = re.compile(
    rf" last (?!{_TIME} |names? |for |long |until |at |in |about )(?:(?!is |are "
    rf"|was ){WORD}){{1,3}}?"
    r"(?:that )?(?:i|we|you|he|she|they) | last (?:thing|things|time|times|message|question"
    r"|conversation|chat|topic|words?) | (?<!at )most recent(?:ly)? | (?:my|your|our|(?:is|was|are"
    r"|were|the very) the) latest (?!i can |possible )"
    r"| (?:what|which) (?:is|was|are|were) the latest (?!i can |possible )"
    rf"| (?:did|have|had|do|was) (?:my |our )?{WORD}(?:{WORD})?last "
    rf"(?!{_TIME} |for |long |in |on |at |until |[^\w ])| did (?:i|we"
    rf"|you) (?:{WORD}){{1,6}}?last (?=[^\w ])| (?:i|we) last (?!{_TIME} )| (?:talk|talked|chat"
    r"|speak|discuss"
    rf"|say|mention|ask|tell you)(?: about)? last (?=[^\w ])"
    r"| (?:previous|preceding) (?:message|conversation|chat|question|session|topic) "
    r"| (?:did|have) (?:i|we) just (?:say|said|tell|told|ask|asked|talk|write|mention)"
)
ASSISTANT = re.compile(
    rf" (?:did|had|have) you {_ONCE}(?:{_GIVE}|{_GIVEN}) | you (?:have |had )?{_ONCE}{_GIVEN} "
    rf"| (?:was|were) your (?:{WORD})?{_ANSWER} | your (?:last|previous|earlier|first|original)"
    rf" {_ANSWER} | (?:repeat|resend|remind me of|shorten|rewrite|continue|translate|find) your "
    r"| how (?:do|did|does|would) (?:you|i|we|one) (?:say|spell|pronounce|write|translate|call) "
    rf"(?:(?!again )[\w'\",-]++ ){{0,12}}?again (?=[^\w ])| in {_LANGUAGE} again (?=[^\w ])"
    r"| (?:say|repeat|write|send|show)(?: me)? (?:that|it|this)(?: to me)? (?:again|once more|one"
    r" more time) | repeat (?:that|it|yourself) "
)
_TO_DO = r"(?:do|cook|eat|buy|get|wear|read|watch|say|write|give|visit|see|make|bring|pack|plant)"
_HINTS = (
    r"(?:ideas?|tips?|advice|suggestions?|recommendations?|pointers|inspiration|guidance|thoughts)"
)
ADVICE = re.compile(
    r" (?:should|shall) (?:i|we) | (?:do|would|can|could|will|might) you (?:\w+ )?(?:recommend"
    r"|suggest|advise|propose) | (?:recommend|suggest|propose|advise)(?: me| us)? (?:an?|some|the"
    rf"|something|any|my|{NUMBER}|\w+s) | any (?:good|nice|great|interesting) \w+ | where (?:do"
    r"|should) i (?:start|begin) "
    r"| would you (?:take|wear|do|choose|pick|go|buy|start|approach|handle)"
    r" | how (?:can|could|should|would|might) (?:i|we|one) (?!have )|^ (?:and )?how to "
    r"| [.,] how to | (?:me|us|explain|know|understand|out|advice on|tips on) how to "
    r"| how do (?:i|we) (?!like |feel |know |usually |normally |take |get to |look |love |call "
    r"|say "
    r"|spell |pronounce |remember |commute |sleep |spend |want |prefer |plan |pay |drink "
    r"|celebrate )"
    r"| what (?:is|are|would be|could be|might be) (?:the |an? |some |another )?(?:\w+ )?(?:good"
    r"|better|great|nice|ideal|perfect|cheap|affordable|healthy|unique|fun|effective|must-\w+) "
    rf"| what are (?:some|a few) (?!(?:{WORD}){{1,8}}?(?:has|have|had|did|was|were) )| what (?:is"
    rf"|are|would be) the best (?!(?:{WORD}){{1,3}}?(?:i|we) )"
    r"| (?:good|better|best|ideal|right) (?:way|ways|time|place|places|idea|choice|call|move"
    r"|decision"
    r"|approach|option)s? (?:to|for|of|if|or|[^\w ])"
    r"| (?<!did you )help (?:me|us) (?!remember |recall )| what (?:\w+ ){0,3}?(?:can|could) (?:i"
    r"|we) (?!say )"
    r"| where (?:can|could) (?:i|we) (?:go|eat|buy|stay|learn|get|take|find (?!my |the ))"
    rf"| (?:what|where|which \w+) to {_TO_DO} "
    r"| (?:do you think|what do you think|what are your thoughts) (?!of me )"
    r"| (?:ok|okay|safe|wise|advisable|worth|wiser|smart|sensible) (?:to|for|if|it) "
    r"| worth \w+ing | help (?=[^\w ])"
    r"| (?:what|which) (?:\w+ ){1,2}(?:goes|go|pairs|fits|suits|matches) (?:well )?(?:with|to) "
    rf"| (?:is|are|would be) (?:the )?(?:better|best|more suitable) (?:for me|or|[^\w ])"
    r"|(?:^| [.,:-])(?: and| then| now| please| can you| could you| would you"
    r"| will you){0,2} (?:write"
    r"|draft|compose|create|design|plan|make|generate|prepare|come up with|think of|brainstorm"
    r"|outline"
    rf"|invent|build)(?: me| us| up)? (?:an?|some|my|our|another|{NUMBER}"
    rf"|something) (?!(?:list|summary|overview|recap|translation|explanation|definition) )"
)
# Hints that are asked for now, and not those that somebody gave.
HINTS = re.compile(
    r" give (?:me|us) (?:(?!list |summary |overview )[\w'-]++ ){1,4}?(?:plan|recipe|routine|menu"
    r"|outline"
    r"|schedule|itinerary|workout|name|slogan|title|caption|option|alternative|present|gift)s? "
    rf"| (?:any|some|more|other|few|good|your|need|want|{NUMBER}) (?:\w+ ){{0,2}}?{_HINTS} "
    rf"| (?:give|offer|share|provide)(?: me| us) (?:\w+ ){{0,3}}?{_HINTS} |(?:^"
    rf"| [.,])(?: \w+){{0,2}} {_HINTS} (?:for|on|to) | [,:-] {_HINTS} (?=[^\w ])"
    rf"| (?:am|are|is) looking for "
)
_PAST_HINTS = re.compile(
    rf" (?:did|has|had) (?!you )(?:{WORD}){{1,3}}?(?:give|given|tell|told|recommend|suggest|say"
    r"|have"
    r"|recommended|suggested|write|make|share|buy|get) | gave "
)


def asks_advice(asked: str) -> bool:
    """Whether it wants advice, a plan, ideas or a text. ``asked``: the sentences that ask."""
    if ADVICE.search(asked) and not (ASSISTANT.search(asked) and not _NOW.search(asked)):
        return not _PAST_HINTS.search(asked) or bool(_NOW.search(asked))
    if _PAST_HINTS.search(asked) or ASSISTANT.search(asked):
        return False
    return bool(HINTS.search(asked) or WISH.search(asked))


# Advice for now, whatever the same message says of earlier advice.
_NOW = re.compile(
    r" (?:should|shall|can|could) (?:i|we) | (?:do|would|can|could) you (?:\w+ )?(?:recommend"
    r"|suggest"
    r"|help|give) "
)
