"""English rules for statements of the user about standing attributes of the user's life.

Sentences are those of ``message_sentences``: lower case, one space around each word.
"""

from collections.abc import Mapping

WORD = r"[^ ]++ "  # a word and the space after it
# What stands between a subject and its verb.
AUX = (
    r"(?:(?:no longer|going to|about to|used to|set to|due to|am|are|was|were|been|be|will"
    r"|not|never|just|finally|now|recently|also|already|still|currently|officially|actually"
    r"|really|both|all|only|soon|then|since|always|even|ever|once|first|[a-z]{3,12}ly"
    r"|(?:have|had|got|did|do)(?! (?:an?|the|my|our|two|three|four|some|any|to|no"
    r"|both) )(?! $)) )*+"
)
# The user, also as the subject of an earlier verb: "I packed my things and moved". After "and", a
# verb without a subject is the user's only if nobody else came between.
_SELF = (
    r"(?:(?<= i )|(?<= we )|(?<= i, )|(?<=^ )(?:(?:ok|so|well|news|update|and|,|:) )*+"
    r"|(?<= i )(?:(?!(?:he|she|they|who|that|which|it|you|said|says|heard) )[^ ]++ ){1,8}?"
    rf"(?:and|but|then) ){AUX}"
)
_BE = r"(?:(?<= i am )|(?<= we are )|(?<= i was )|(?<= we were )|(?<= i have been ))" + AUX
MY = (
    r"(?:my|our) (?:(?:new|old|current|present|own|first|last|second|little|big|small|tiny|dear"
    r"|beloved|former|previous|next|main|private|personal|postal|dream|poor|late|elderly"
    r"|rented"
    r"|company|daily|black|white|grey|gray|red|blue|green|brown|lovely|shared|student|only) )*+"
)
HOME = (
    r"(?:flat|apartment|house|home|place|studio|condo|bungalow|cottage|houseboat|address|bedsit"
    r"|flatshare|penthouse|loft|maisonette|townhouse|residence)(?!-)"
)
_PETS = (
    "dog cat rabbit bunny hamster parrot budgie tortoise turtle puppy pup kitten goldfish horse "
    "pony gecko snake ferret canary cockatiel chinchilla gerbil iguana labrador poodle spaniel "
    "terrier beagle dachshund pet kitty mare gelding"
)
PET = rf"(?:{'|'.join(_PETS.split())}|guinea pig)(?:s|'s)?"
_CARS = (
    "car van motorbike motorcycle scooter moped campervan camper suv pickup hatchback volvo golf "
    "toyota tesla bmw audi skoda škoda renault fiat ford peugeot citroën citroen honda mazda "
    "nissan hyundai kia opel vauxhall mercedes volkswagen vw porsche dacia subaru polo passat "
    "yaris corolla prius octavia clio vespa"
)
CAR = rf"(?:(?!(?:golf|polo) (?:clubs?|balls?|shoes|bag|shirts?) )(?:{'|'.join(_CARS.split())}))"
PARTNER = r"(?:wife|husband|partner|girlfriend|boyfriend|fiancée?|fiance|spouse|ex(?:-\w+)?)"
DIET = (
    r"(?:vegan|vegetarian|veggie|pescatarian|flexitarian|keto|ketogenic|paleo|omnivore|carnivore"
    r"|plant-based|gluten-free|low-carb|dairy-free|sugar-free|halal|kosher|meat-eater)s?"
)
FOOD = r"(?:meat|fish|dairy|animal products|plants|red meat|pork|beef|chicken|poultry|gluten|eggs)"
_MEAT = r"(?:steak|burger|chicken|ham|bacon|sausage|beef|pork|lamb|schnitzel|turkey|fish|salmon)s?"
TOOL = (
    r"(?:password manager|(?:text |code )?editor|browser|operating system|e-mail client|laptop"
    r"|phone"
    r"|ide|(?:notes?|note-taking|calendar|to-do|chat|banking) app|search engine|mobile|smartphone"
    r"|computer|tablet|messenger|linux distribution|distro|cloud storage|vpn|spreadsheet)"
)
_JOBS = (
    "nurse teacher engineer developer programmer doctor lawyer tester baker carpenter accountant "
    "designer manager electrician plumber cook chef waiter waitress barista journalist architect "
    "librarian researcher scientist analyst consultant pharmacist dentist driver hairdresser "
    "mechanic professor lecturer editor freelancer translator paramedic farmer postman butcher "
    "tailor midwife surgeon cashier gardener photographer"
)
_JOB = rf"(?:{'|'.join(_JOBS.split())}|social worker)"
# "I joined the choir" and "I started at nine" are no employment.
_NO_EMPLOYER = (
    rf"(?!(?:{WORD}){{0,2}}?(?:gym|club|choir|call|meeting|queue|class|band|line|party|course|chat"
    rf"|group"
    r"|them|him|her|you|me|church|protest|discord|league|orchestra|library|waitlist|game|session) )"
    r"(?!(?:\d|nine|ten|eight|noon|dawn|night|midnight|home|page|zero|once|last|least|first|it|this"
    r"|the (?:beginning|end|top|bottom|start|same|moment|weekend)) ?)"
)
_NO_PLACE = (
    r"(?!(?:tears|another (?:topic|point)|plan b|next|action|it|that|this|second|first|version) "
    r"|(?:the|a|an|my|our) (?!(?:[\w'-]++ ){0,2}?(?:city|town"
    r"|village"
    r"|country|coast|countryside|suburbs|capital|island|farm|north|south|east|west|lake|mountains"
    rf"|{HOME}) ))"
)
# Of each attribute words of which a statement has one, and the statement.
STATED: Mapping[str, tuple[str, str]] = {
    "home": (
        "live lives lived living reside residing resided moved move moving relocated relocating"
        " flat"
        " apartment house home place studio condo bungalow cottage houseboat address bedsit loft"
        " flatshare penthouse townhouse settled settling settle removal removals movers lease keys"
        " housewarming landlord landlady roots based room maisonette residence left",
        rf" {_SELF}(?:live|lived|living|reside|resided|residing) (?:(?:right|together|alone"
        rf"|just) )*+"
        r"(?:in (?!fear|hope|dread|the (?:moment|present|past|now)|peace|sin|denial)|at |near "
        r"|with (?!it|that|this|the (?:pain|fact|consequences))|next |close |outside |abroad "
        r"|here |there |on (?:the |an? |[\w'-]++ (?:street|road|avenue|island))|above |by the "
        r"|[,-] |$)"
        rf"| {_SELF}(?:moved|moving|move|relocated|relocating) (?:(?:back|over|away|out|in|up"
        rf"|down) )*+"
        rf"(?:(?:to|into) {_NO_PLACE}|house |home |flat |abroad |from [\w'-]++ to |across the"
        r"|(?:in )?together |(?<=in )with (?!the times)|(?<=out )of |(?<=away )|(?<=out )"
        r"|(?<= )(?:[,-] |$)"
        r"|(?:last|this|yesterday|today|again|here|there) (?!on ))"
        rf"| {MY}{HOME} (?:(?:now|has|number|in [\w'-]++) )*+(?:is |was |changed|has|will be )"
        r"(?!(?:\w+ )?(?:a mess|dirty|clean|cold|warm|tidy|untidy|dusty|messy|too|so|full) )"
        rf"| (?:my|our) (?:own |first )*+new (?:{WORD})?{HOME} "
        rf"| {_SELF}(?:bought|rented|rent|renting|found|sold|left|signed|have|share|sharing|leased"
        rf"|chose|own) (?:an?|the|our|my) (?:{WORD}){{0,2}}?(?:{HOME}|lease)(?! of cards) "
        r"(?!in the game|plant )"
        rf"| {_SELF}(?:got|picked up|handed (?:in|over|back)|have) (?:the|our|my) keys (?:to|for"
        rf"|of|$)"
        rf"| {_SELF}(?:rent|rented|renting) an? (?:\w+ )?room | {_SELF}left [\w'-]++ for good "
        rf"|(?<!the )(?:removal|moving) (?:vans?|men|firm|company"
        rf"|lorry"
        r"|trucks?|boxes) | removals? (?:came|are|is)| the (?:movers|removals?) | our housewarming "
        rf"| the (?:removal|moving) (?:van|men|firm|company|lorry|truck|boxes) "
        rf"| {_SELF}(?:settled|settling|settle) (?:down )?(?:in|into)"
        r" (?!court|cash|full|an? (?:chair|armchair)|the (?:chair|armchair|sofa|seat)|front)"
        rf"| {_SELF}(?:based) (?:in|at|near) | {_SELF}(?:put|putting) down roots "
        rf"| (?:is|am|are) (?:now )?(?:my|our) (?:new )?home | {_SELF}(?:call|made) [\w'-]++ (?:my"
        r" |our )?home "
        rf"| {MY}(?:landlord|landlady) (?:is|gave|cancelled|terminated|evicted|wants us out)",
    ),
    "work": (
        "work worked working job jobs employer employed unemployed quit resigned resign notice"
        " fired"
        " sacked hired redundant employment laid let took retired freelance freelancing"
        " self-employed"
        " joined joining join start started starting promoted offered office company boss position"
        " career with sack profession business day " + _JOBS,
        rf" {_SELF}(?:work|worked|working) (?:(?:full|part)-time |now |there )*+(?:for (?!me|him"
        rf"|her|it"
        r"|them|two|three|hours|\d)|at (?!night|it|home|the moment|weekends|once|all|full|\d)"
        rf"|as |in (?:it|sales|marketing|finance|an? (?:{WORD}){{0,2}}?(?:company|firm|office"
        rf"|bakery|bank"
        r"|school|hospital|shop|lab|factory|restaurant|library|start-?up|clinic|café|cafe)) )"
        rf"| {_SELF}quit (?:(?:at|from) )?(?!\w+ing |smoking|sugar|coffee|alcohol|meat"
        rf"|the (?!company|job"
        r"|firm|bank|bakery|agency)|vim|while|it |trying|cold|dairy|caffeine|school|uni)"
        rf"| {_SELF}(?:resigned|retired|promoted|fired|sacked|hired|headhunted)"
        r" (?!as treasurer|myself|to |up |him|her|them|an? |the |early to bed)"
        rf"| {_SELF}(?:let go|laid off|made redundant) (?!of )|(?<!\w )(?:let me go|laid me off) $"
        r"| (?:let me go|laid me off) (?:$|[,.]|from|last|this|after|because|yesterday|today|in)"
        r"| (?:hired|sacked|employed|promoted|fired|headhunted|poached) me (?!up |a )"
        r"| took me on (?:$|[,.]|as |full|part|from |last |this |at |after |yesterday|today"
        r"|permanently"
        r"|for (?:good|a trial))| made (?:me|us) redundant | gave me (?:the (?:sack|boot|job)"
        r"|notice) "
        rf"| offered me (?:an?|the) (?:{WORD}){{0,2}}?(?:job|position|role|post|contract) "
        rf"| {_SELF}(?:handed in|gave|given|handing in|served|serving) my (?:two weeks )?notice "
        rf"| {_SELF}(?:joined|joining|join) {_NO_EMPLOYER}(?:as |[^ ]{{2,}})"
        rf"| {_SELF}(?:start|started|starting) (?:work(?:ing)? )?(?:at|with) {_NO_EMPLOYER}(?!the "
        rf"|my )"
        rf"| {_SELF}(?:start|started|starting|got|found|lost|left|changed|changing|have|took|quit"
        r"|switched|accepted|applied for) (?:an?|my|the|our)? ?(?:new |old |second |dream "
        r"|better )*+"
        r"(?:jobs?|position|employers?|career|business) "
        r"| (?:from|since|starting|as of) (?:[^ ]++ ){1,3}?i (?:am|will be|have been) (?:with|at) "
        r"(?!my |you |the |her |him |home )"
        rf"| {MY}(?:employer|job|profession|occupation|position|boss|company|line of work|day job)"
        r" (?:is|was|called|has|fired|sacked|closed|moved|went)(?= )(?! (?:late|ill|angry|nice"
        r"|mean)) "
        rf"| {_BE}(?:employed (?:at|by|with)|unemployed|retired|freelanc\w+|self-employed"
        rf"|out of work"
        rf"|between jobs|(?:an? |the )?(?:{WORD})?{_JOB} (?!than )|on notice)"
        rf"| {MY}(?:first|last) day (?:at|with) (?!school|uni|the beach)|(?:first"
        rf"|last) day at work ",
    ),
    "relationship": (
        "broke broken split separated divorced divorce married marry marrying engaged engagement"
        " wedding single widowed widow widower dating girlfriend boyfriend wife husband partner"
        " fiancé fiancée fiance spouse ex proposed yes together hitched eloped knot anniversary"
        " dumped me relationship seeing",
        rf" {_SELF}(?:broke up|broken up|split up|split (?:$|[,.]|after|last|in|amicably)|separated"
        r" (?!the|white|egg)|divorced|divorcing|eloped|hitched|tied the knot"
        r"|(?:get |getting )?(?:married(?! (?:people|couples?|men|women|life) )"
        r"|engaged)(?! (?:in a (?:talk|debate|conversation)|with the))"
        r"|marrying|dating |proposed to (?!the|move|my (?:boss|team)|do|go)|(?<=no longer )together"
        r"|back together|called off (?:the|our) (?:wedding|engagement)|filed for divorce)"
        rf"| {_BE}(?:single |married|divorced|widowed|a (?:widow|widower|bachelor) |in a (?:\w+ )?"
        r"relationship|seeing (?:someone|somebody)|together (?:with|again|since))"
        rf"| {MY}{PARTNER} (?:is (?:called|named)|left me|left us|moved out|walked out|filed|dumped"
        r"|died|passed away|and i (?:are|have|split|broke|separated|got|married|divorced))"
        rf"| {MY}{PARTNER}'s name is | {MY}(?:divorce|engagement|wedding anniversary|wedding) (?:is"
        r"|was|came|went)| (?:he|she) (?:said yes |dumped me |left me (?:$|[,.]|for|after|last))"
        rf"| {_SELF}(?:have|found|met) (?:an?|my) (?:new )?(?:girlfriend|boyfriend|partner|fiancée?"
        rf"|husband|wife) | {_SELF}(?:dumped|left) my {PARTNER} ",
    ),
    "pet": (
        "vet vets guinea puppies " + _PETS + " " + _PETS.replace(" ", "s ") + "s",
        rf" {MY}{PET} (?!food|hair|bed |sitter|walker|toy|lover|project|peeve|theory)"
        rf"| {_SELF}(?:got|adopted|adopting|bought|gave|given|have|own|keep|rehomed|lost|rescued"
        rf"|sold"
        rf"|named|buried|getting) (?:away )?(?:an?|the|our|my|two|three|four|some|both) (?!hot "
        rf"|toy )"
        rf"(?:{WORD}){{0,2}}?{PET} (?!food|toy|bed |meme|sticker|mug)"
        rf"| the {PET} (?:{WORD})?(?:died|passed away|ran away|is gone|is dead|had (?:kittens"
        rf"|puppies"
        r"|a litter)|was put (?:down|to sleep)|crossed|lives with|went to (?:a|live|new)) ?"
        r"| (?:vet|vets) (?:[^ ]++ ){0,3}?put (?:him|her|it|them|[\w'-]++) (?:down|to sleep) "
        r"| (?:had|have) to (?:put|have) (?:him|her|it|our \w+|my \w+) (?:put )?(?:down|to sleep) "
        r".{0,60}vet ",
    ),
    "diet": (
        "diet eat eating ate meat fish dairy plants pork beef chicken poultry gluten eggs steak"
        " burger"
        " ham bacon sausage sausages lamb schnitzel turkey salmon vegan vegetarian veggie"
        " pescatarian"
        " flexitarian keto ketogenic paleo omnivore carnivore plant-based gluten-free low-carb"
        " dairy-free sugar-free halal kosher meat-eater fasting animal plant based free low carb"
        " eater",
        rf" {_BE}(?:(?:an?|on an?|strictly|strict|lifelong|committed) )*+{DIET} (?!restaurant|café"
        rf"|cafe|shop)"
        rf"| {_SELF}(?:went|gone|going|turned|become|became|go|eat|eating|follow|tried|quit being"
        rf"|stopped being) (?:back to )?(?:an? )?(?:strictly )?{DIET} (?!restaurant|café|cafe|shop)"
        rf"| {_SELF}(?:(?:back|gone back|went back|go back|stopped|gave up|given up|quit|started"
        rf"|start)"
        rf" )?(?:to )?(?:eat|eating|on|to)? ?(?:only |any |less |more )*+{FOOD} (?:again|now|only"
        r"|any ?more|at all|[,.]|$|since|for good|or|and|either|once|(?:two|three|one|\d) )"
        rf"| {_SELF}(?:had|ate|having|eaten) (?:an? |some |my |roast |fried "
        rf"|first )*+(?:{WORD})?{_MEAT}"
        r" (?=(?:[^ ]++ ){0,14}?(?:in (?:years|months)|again|back to|plants only|go back|no longer"
        r"|these days|from now) )"
        rf"| {MY}diet (?:is|was|has|changed|excludes|includes)"
        rf"| {_SELF}(?:follow|following|on|started|stopped|gave up|keep) (?:an?|my"
        rf"|the) (?:{WORD}){{0,2}}?"
        r"diet ",
    ),
    "vehicle": (
        _CARS,
        rf" {_SELF}(?:drive|driving|drove|ride) (?:an?|my|our) (?:{WORD}){{0,3}}?{CAR} "
        rf"| {MY}(?:{WORD})?{CAR} (?:is (?:an?|now|gone|sold|electric|the)|was (?:stolen|sold"
        rf"|scrapped"
        r"|totalled|written off)|got (?:stolen|totalled))"
        rf"| {_SELF}(?:bought|sold|leased|leasing|got|picked up|traded in|traded|swapped|replaced"
        rf"|own"
        rf"|totalled|wrote off|scrapped|ordered|have|selling|buying) (?:an?|my|our"
        rf"|the) (?:{WORD}){{0,3}}?"
        rf"{CAR} (?!keys?|park |insurance|wash|magazine|seat|key|theft|ride|sickness|hire)",
    ),
    "contact": (
        "number phone e-mail email mail handle",
        rf" {MY}(?:(?:tele)?phone |mobile |cell )?(?:number|e-mail|email|mail"
        rf"|handle)(?: address)? (?:is"
        r"|has changed|changed|was)(?= )"
        rf"| (?:my|our) new (?:(?:tele)?phone |mobile )?(?:number|e-mail|email)"
        rf"| {_SELF}(?:have|changed|got) (?:an?|my) (?:new )?(?:phone |mobile )?(?:number|e-mail"
        rf"|email) ",
    ),
    "study": (
        "study studied studying student enrolled graduated degree phd master's university uni"
        " college"
        " school major majoring thesis dropped course apprenticeship apprentice",
        rf" {_SELF}(?:study|studying|studied) (?!the|this|that|for|it|his|her|all|until|every|my)"
        rf"| {_SELF}(?:enrolled|graduated|majoring|dropped out|started (?:uni|university|college"
        rf"|school)"
        r"|finished (?:my|school|uni)(?: (?:degree|phd|thesis|master's|studies))|started (?:my"
        r"|a) (?:phd"
        r"|degree|master's|apprenticeship))"
        rf"| {_BE}an? (?:{WORD}){{0,2}}?(?:student|apprentice) (?!of life)"
        rf"| {_SELF}(?:go|going|went|attend) to (?:school|university|uni|college) "
        rf"| {MY}(?:major|university|degree|school|college) is (?:[\w'-]++)",
    ),
    "birthday": (
        "birthday born turned turn turning years birth old aged",
        rf" {MY}(?:\w+ )?(?:birthday|date of birth) (?:is|was|falls)"
        rf"| {_SELF}(?:born (?:in|on)|(?:turned|turn|turning) (?:\d{{2}}|eighteen|twenty|thirty"
        rf"|forty|fifty"
        r"|sixty|seventy|eighty)(?:-\w+)? (?!degrees|pages))"
        rf"| {_BE}(?:\d{{2}}|[a-z]+ty(?:-\w+)?) (?:years old|years of age)",
    ),
    "software": (
        "use using switched switching manager editor browser system client laptop phone ide app"
        " engine"
        " mobile smartphone computer tablet messenger distribution distro storage vpn spreadsheet",
        rf" {MY}{TOOL} is (?:now )?(?!broken|dead|slow|full|empty|ringing|in|on|too|so|not"
        rf"|charging)"
        rf"| {_SELF}(?:use|using) (?:{WORD}){{1,3}}?(?:as|for) (?:my|our) (?:\w+ )?"
        rf"(?:{TOOL}|passwords|notes|e-mails?|calendar) "
        rf"| {_SELF}(?:switched|switching|changed|migrated) (?:my|our|to an?) (?:new )?{TOOL} "
        rf"| {_SELF}(?:bought|got|have) (?:an?|my) new (?:\w+ )?{TOOL} ",
    ),
}  # fmt: skip
