"""English rules for statements of the user about standing attributes of the user's life.

Sentences are those of ``message_sentences``: lower case, one space around each word.
"""

from collections.abc import Mapping

WORD = r"[^ ]++ "  # a word and the space after it
# What stands between a subject and its verb.
AUX = (
    r"(?>(?:(?:no longer|going to|about to|used to|set to|due to|am|are|was|were|been|be|will|not"
    r"|never|just|finally|now|recently|also|already|still|currently|officially|actually|really"
    r"|both|all|only|soon|then|since|always|even|ever|once|first|[a-z]{3,12}ly|(?:have|had|got"
    r"|did|do)(?! (?:an?|the|my|our|two|three|four|some|any|to|no|both) )(?! $)) )*)"
)
# The user, also as the subject of an earlier verb: "I packed my things and moved". After "and", a
# verb without a subject is the user's only if nobody else came between.
_SELF = (
    r"(?:(?<= i )|(?<= we )|(?<= i, )|(?<=^ )(?>(?:(?:ok|so|well|news|update|and|,|:) )*)"
    r"|(?:(?<= i )|(?<= we ))(?:(?!(?:he|she|they|who|that|which|it|you|said|says"
    rf"|heard) )[^ ]++ ){{1,8}}?(?:and|but|then) ){AUX}"
)
_BE = r"(?:(?<= i am )|(?<= we are )|(?<= i was )|(?<= we were )|(?<= i have been ))" + AUX
MY = (
    r"(?:my|our) (?>(?:(?:new|old|current|present|own|first|last|second|little|big|small|tiny|dear"
    r"|beloved|former|previous|next|main|private|personal|postal|dream|poor|late|elderly|rented"
    r"|company|daily|black|white|grey|gray|red|blue|green|brown|lovely|shared|student|only) )*)"
)
HOME = (
    r"(?:flat|apartment|house|home|place|studio|condo|bungalow|cottage|houseboat|address|bedsit"
    r"|flatshare|penthouse|loft|maisonette|townhouse|residence)(?!-)"
)
_PETS = (
    "dog cat rabbit bunny hamster parrot budgie tortoise turtle puppy pup kitten goldfish horse "
    "pony gecko snake ferret canary cockatiel chinchilla gerbil iguana labrador poodle spaniel "
    "terrier beagle dachshund greyhound whippet corgi collie bulldog retriever pug chihuahua"
    " siamese tabby pet kitty mare gelding"
)
PET = rf"(?:{'|'.join(_PETS.split())}|guinea pig)(?:s|'s)?"
_CARS = (
    "car van motorbike motorcycle scooter moped campervan camper suv pickup hatchback volvo golf "
    "toyota tesla bmw audi skoda škoda renault fiat ford peugeot citroën citroen honda mazda "
    "nissan hyundai kia opel vauxhall mercedes volkswagen vw porsche dacia subaru polo passat "
    "yaris corolla prius octavia clio vespa vehicle"
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
    r"|phone|ide|(?:notes?|note-taking|calendar|to-do|chat|banking) app|search engine|mobile"
    r"|smartphone|computer|tablet|messenger|linux distribution|distro|cloud storage|vpn"
    r"|spreadsheet)"
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
    rf"(?!(?:{WORD}){{0,2}}?(?:gym|club|choir|call|meeting|queue|class|band|line|party|course"
    r"|chat|group|them|him|her|you|me|church|protest|discord|league|orchestra|library|waitlist"
    r"|game|session) )(?!(?:\d|nine|ten|eight|noon|dawn|night|midnight|home|page|zero|once|last"
    r"|least|first|it|this|chapter|number|level|line|the (?:beginning|end|top|bottom|start|same"
    r"|moment|weekend)) ?)"
)
_NO_PLACE = (
    r"(?!(?:tears|approve|adjourn|dismiss|strike|make|see|be|keep|get|help|another (?:topic"
    r"|point)|plan b|next|action|it|that|this|second|first|version) |(?:the|a|an|my"
    r"|our) (?!(?:[\w'-]++ ){0,2}?(?:city|town|village|country|coast|countryside|suburbs"
    rf"|capital|island|farm|north|south|east|west|lake|mountains|{HOME}) ))"
)
# Of each attribute words of which a statement has one, and the statement.
STATED: Mapping[str, tuple[str, str]] = {
    "home": (
        "live lives lived living reside residing resided moved move moving relocated relocating"
        " flat"
        " apartment house home place studio condo bungalow cottage houseboat address bedsit loft"
        " flatshare penthouse townhouse settled settling settle removal removals movers lease keys"
        " housewarming landlord landlady roots based room boxes box resident maisonette residence"
        " left",
        rf" {_SELF}(?:live|lived|living|reside|resided|residing) (?>(?:(?:right|together|alone"
        r"|just) )*)(?:in (?!(?:\w+ )?times |fear|hope|dread|the (?:moment|present|past|now)"
        r"|peace|sin|denial)|at |near |with (?!it|that|this|the (?:pain|fact|consequences))"
        r"|next |close |outside |abroad |here |there |on (?:the |an? |[\w'-]++ (?:street|road"
        rf"|avenue|island))|above |by the |[,-] |$)| {_SELF}(?:moved|moving|move|relocated"
        rf"|relocating) (?>(?:(?:back|over|away|out|in|up|down) )*)(?:(?:to|into) {_NO_PLACE}"
        rf"|house "
        r"|home |flat |abroad |from [\w'-]++ to |across the|(?:in )?together "
        r"|(?<=in )with (?!the times)|(?<=out )of |(?<=away )|(?<=out )|(?<= )(?:[,-] |$)"
        rf"|(?:last|this|yesterday|today|again|here|there) (?!on ))| {MY}{HOME} (?>(?:(?:now|has"
        r"|number|in [\w'-]++) )*)(?:is |was |changed|has|will be )(?!(?:\w+ )?(?:a mess|dirty"
        r"|clean|cold|warm|tidy|untidy|dusty|messy|too|so|full) )| (?:my|our) (?>(?:own "
        rf"|first )*)new (?:(?!e-mail|email|web|phone|ip|mail){WORD})?{HOME} | {_SELF}(?:bought"
        r"|rented|rent|renting|sold|leased|signed|share|sharing|own|swapped|gave up|giving up"
        rf"|lost|found|have|got|took|chose) (?:an?|our|my|the) (?:{WORD}){{0,2}}?(?:(?!place"
        rf"|address){HOME}|lease) (?=in |at |near |with |and |together |by |outside |last |this "
        rf"|now |from |on [\w'-]++ (?:street|road) |for (?:an?|the) (?:{WORD}){{0,2}}?{HOME} "
        rf"|[,.;]|$)| {_SELF}(?:got|picked up|handed (?:in|over|back)) (?:the|our|my) keys (?:to"
        rf"|for|of|$)| {_SELF}(?:rent|rented|renting|found) an? (?:\w+ )?room "
        rf"| {_SELF}unpacked the last (?:of the )?box(?:es)? | {_BE}an? [\w-]++ resident "
        rf"|^ home is (?:now )?[\w-]++ (?:now )?$| {_SELF}left [\w'-]++ for good "
        r"|(?<!the )(?:removal|moving) (?:vans?|men|firm|company|lorry|trucks?|boxes) "
        r"| removals? (?:came|are|is)| the (?:movers|removals?) | our housewarming "
        r"| the (?:removal|moving) (?:van|men|firm|company|lorry|truck|boxes) "
        rf"| {_SELF}(?:settled|settling|settle) (?:down )?(?:in|into) (?!court|cash|full"
        r"|an? (?:chair|armchair)|the (?:chair|armchair|sofa|seat)|front)"
        rf"| {_SELF}(?:based) (?:in|at|near) | {_SELF}(?:put|putting) down roots | (?:is|am"
        rf"|are) (?:now )?(?:my|our) (?:new )?home | {_SELF}(?:call|made) [\w'-]++ (?:my "
        rf"|our )?home | {MY}(?:landlord|landlady) (?:is|gave|cancelled|terminated|evicted"
        r"|wants us out)",
    ),
    "work": (
        "work worked working job jobs employer employed unemployed quit resigned resign notice"
        " fired"
        " sacked hired redundant employment laid let took retired freelance freelancing"
        " self-employed"
        " joined joining join start started starting promoted offered office company boss position"
        " career with sack profession business day contract offer taken firm agency"
        " opened founded own " + _JOBS,
        rf" {_SELF}(?:(?:started|start|starting|began|stopped) )?(?:work|worked"
        r"|working) (?>(?:(?:full|part)-time |now |there )*)(?:for (?!me|him|her|it|them|two|three"
        r"|hours|\d)|at (?!night|it|home|the moment|weekends|once|all|full|\d)|as |in (?:it"
        rf"|sales|marketing|finance|an? (?:{WORD}){{0,2}}?(?:company|firm|office|bakery|bank"
        r"|school|hospital|shop|lab|factory|restaurant|library|start-?up|clinic|café|cafe)) )"
        rf"| {_SELF}quit (?:(?:at|from) )?(?!\w+ing |smoking|sugar|coffee|alcohol|meat"
        r"|the (?!company|job|firm|bank|bakery|agency)|vim|while|it |trying|cold|dairy|caffeine"
        rf"|school|uni)| {_SELF}(?:promoted to |resigned|retired|promoted|fired|sacked|hired"
        r"|headhunted) (?!as treasurer|myself|to |up |him|her|them|an? |the |early to bed)"
        rf"| {_SELF}(?:let go|laid off|made redundant) (?!of )|(?<!\w )(?:let me go"
        r"|laid me off) $| (?:let me go|laid me off) (?:$|[,.]|from|last|this|after|because"
        r"|yesterday|today|in)| (?:hired|sacked|employed|promoted|fired|headhunted"
        r"|poached) me (?!up |a )| took me on (?:$|[,.]|as |full|part|from |last |this |at "
        r"|after |yesterday|today|permanently|for (?:good|a trial))| made (?:me|us) redundant "
        r"| gave me (?:the (?:sack|boot|job)|notice) | offered me (?:an?"
        rf"|the) (?:{WORD}){{0,2}}?(?:job|position|role|post|contract) | {_SELF}(?:opened|founded"
        rf"|started) (?:my|our) own | {_SELF}(?:got|get) the (?:sack|boot|job) "
        rf"| my contract (?:(?:at|with) (?:{WORD}){{1,3}}?)?(?:ended|ran out|expired|expires|ends"
        rf"|was (?:not )?(?:renewed|terminated))| {_SELF}(?:accepted|got"
        rf"|signed) an? (?:\w+ )?(?:offer|contract) (?:from|with|at) | {_SELF}(?:started|start"
        rf"|starting) as an? | (?:is|are) my (?>(?:new |current )*)employer | {_SELF}left (?:my"
        rf"|the) (?:\w+ )?(?:company|firm|employer|agency|bank|job) | {_SELF}(?:handed in|gave"
        rf"|given|handing in|served|serving) my (?:two weeks )?notice | {_SELF}(?:joined|joining"
        rf"|join) {_NO_EMPLOYER}[^ ]| {_SELF}(?:start|started|starting) (?:work(?:ing)? )?(?:at"
        rf"|with) {_NO_EMPLOYER}(?!the |my )| {_SELF}(?:start|started|starting|got|found|lost"
        r"|left|leaving|changed|changing|have|took|quit|taken|landed|opened|founded|started up"
        r"|switched|accepted|applied for) (?:an?|my|the|our)? ?(?>(?:new |old |own |second |dream "
        r"|better )*)(?:jobs?|position|employers?|career|business) (?!for (?:my|him|her|them|our"
        r"|a friend) )| (?:from|since|starting|as of) (?:[^ ]++ ){1,3}?i (?:am|will be"
        rf"|have been) (?:with|at) (?!my |you |the |her |him |home )| {MY}(?:employer|job"
        r"|profession|occupation|position|boss|company|line of work|day job) (?:is|was|called"
        r"|has|fired|sacked|closed|moved|went)(?= )(?! (?:done|over|late|ill|angry|nice|mean)) "
        rf"| {_BE}(?:employed (?:at|by|with)|unemployed|retired|freelanc\w+|self-employed"
        rf"|out of work|between jobs|(?:with|at) an? (?:{WORD}){{0,2}}?(?:company|firm|agency"
        rf"|start-?up) |taken on (?:by|as) |(?:an? |the )?(?:{WORD})?{_JOB} (?!than )|on notice)"
        r"| my (?:first|last) day (?:at|with) (?!school|uni|the beach)|(?:first"
        r"|last) day at work ",
    ),
    "relationship": (
        "broke broken split separated divorced divorce married marry marrying engaged engagement"
        " wedding single widowed widow widower dating girlfriend boyfriend wife husband partner"
        " fiancé fiancée fiance spouse ex proposed yes together hitched eloped knot anniversary"
        " dumped left relationship seeing quits someone somebody",
        rf" {_SELF}(?:(?:broke|broken) up (?!the|a )|called it quits|met (?:someone|somebody) new"
        r"|split up|split (?:$|[,.]|after|last|in|amicably)|separated (?!the|white|egg)|(?:get "
        r"|getting )?divorced|divorcing|eloped|hitched|tied the knot|(?:get "
        r"|getting )?(?:married(?! (?:people|couples?|men|women|life|the|two) )"
        r"|engaged)(?! (?:in a (?:talk|debate|conversation)|with the))|marrying|dating "
        r"|proposed to (?!the|move|my (?:boss|team)|do|go)|(?<=no longer )together|back together"
        rf"|called off (?:the|our) (?:wedding|engagement)|filed for divorce)| {_BE}(?:single "
        r"|married|divorced|widowed|a (?:widow|widower|bachelor) |in a (?:\w+ )?relationship"
        r"|seeing (?:someone|somebody)|together (?:with|again|since))| proposed to me "
        rf"| and i are (?:back )?together | {MY}{PARTNER} (?:is (?:called|named)|left me|left us"
        r"|moved out|walked out|filed|dumped|died|passed away|and i (?:are|have|split|broke"
        rf"|separated|got|married|divorced))| {MY}{PARTNER}'s name is | {MY}(?:divorce|engagement"
        r"|wedding anniversary|wedding) (?:is|was|came|went)| (?:he|she) (?:said yes |dumped me "
        rf"|left me (?:$|[,.]|for|after|last))| {_SELF}(?:have|found|met) (?:an?"
        r"|my) (?:new )?(?:girlfriend|boyfriend|partner|fiancée?|husband|wife) "
        rf"| {_SELF}(?:dumped|left) my {PARTNER} ",
    ),
    "pet": (
        "vet vets guinea puppies " + _PETS + " " + _PETS.replace(" ", "s ") + "s",
        rf" {MY}{PET} (?!food|hair|bed |sitter|walker|toy|lover|project|peeve|theory)"
        rf"| {_SELF}(?:got|adopted|adopting|bought|took in|have|own|keep|rehomed|lost|rescued"
        r"|sold|named|buried|getting) (?:an?|the|our|my|two|three|four|some|both) (?!hot "
        rf"|toy )(?:{WORD}){{0,2}}?{PET} (?!food|toy|bed |meme|sticker|mug)| {_SELF}(?:gave|given"
        rf"|found) (?:away )?(?:the|our|my|both|two) (?:{WORD})?{PET} (?:away|up |to "
        rf"|an? (?:\w+ )?home )| {_SELF}(?:gave|given) away (?:the|our|my|both) (?:{WORD})?{PET} "
        rf"| the {PET} (?:{WORD})?(?:died|passed away|ran away|is gone|is dead|had (?:kittens"
        r"|puppies|a litter)|was put (?:down|to sleep)|crossed|lives with|went to (?:a|live"
        r"|new)) ?| (?:vet|vets) (?:[^ ]++ ){0,3}?put (?:him|her|it|them|[\w'-]++) (?:down"
        r"|to sleep) | (?:had|have) to (?:put|have) (?:him|her|it|our \w+"
        r"|my \w+) (?:put )?(?:down|to sleep) .{0,60}vet ",
    ),
    "diet": (
        "diet eat eating ate meat fish dairy plants pork beef chicken poultry gluten eggs steak"
        " burger"
        " ham bacon sausage sausages lamb schnitzel turkey salmon vegan vegans vegetarians"
        " vegetarian veggie"
        " pescatarian"
        " flexitarian keto ketogenic paleo omnivore carnivore plant-based gluten-free low-carb"
        " dairy-free sugar-free halal kosher meat-eater fasting animal plant based free low carb"
        " eater",
        rf" {_BE}(?>(?:(?:an?|on an?|strictly|strict|lifelong|committed) )*){DIET} (?!restaurant"
        rf"|café|cafe|shop)| {_SELF}(?:went|gone|going|turned|become|became|go|eat|eating|follow"
        r"|tried|(?:quit|gave up|given up) being"
        rf"|stopped being) (?:back to )?(?:an? )?(?:strictly )?{DIET} (?!restaurant|café|cafe"
        rf"|shop)| {_SELF}(?:(?:back|gone back|went back|go back|stopped|gave up|given up|quit"
        r"|started|start) )?(?:to )?(?:eat|eating|on|to)? ?(?>(?:only |any |less "
        rf"|more )*){FOOD} (?:again|now|only|any ?more|at all|[,.]|$|since|for good|or|and|either"
        rf"|once|(?:two|three|one|\d) )| {_SELF}(?:had|ate|having|eaten) (?>(?:an? |some |my "
        rf"|roast "
        rf"|fried |first )*)(?:{WORD})?{_MEAT} (?=(?:[^ ]++ ){{0,14}}?(?:in (?:years|months)"
        rf"|again|back to|plants only|go back|no longer|these days|from now) )| {MY}diet (?:is"
        rf"|was|has|changed|excludes|includes)| {_SELF}(?:follow|following|on|started|stopped"
        rf"|gave up|keep) (?:an?|my|the) (?:{WORD}){{0,2}}?diet ",
    ),
    "vehicle": (
        "rid " + _CARS,
        rf" {_SELF}(?:drive|driving|drove|ride) (?:an?|my|our) (?:{WORD}){{0,3}}?{CAR} "
        rf"| {MY}(?:{WORD})?{CAR} (?:is (?:an?|now|gone|sold|electric|the)|was (?:stolen|sold"
        rf"|scrapped|totalled|written off)|got (?:stolen|totalled))| {_SELF}(?:bought|sold"
        r"|crashed|leased|leasing|got|picked up|traded in|traded|swapped|(?:got )?rid of"
        r"|replaced|own|totalled|wrote off|scrapped|ordered|have|selling|buying) (?:an?|my|our"
        rf"|the) (?:{WORD}){{0,3}}?{CAR} (?!keys?|park |insurance|wash|magazine|seat|key|theft"
        r"|ride|sickness|hire)",
    ),
    "contact": (
        "number phone e-mail email mail handle",
        rf" {MY}(?:(?:tele)?phone |mobile |cell )?(?:number|e-mail|email|mail"
        r"|handle)(?: address)? (?:is|has changed|changed|was)(?= )| (?:my"
        rf"|our) new (?:(?:tele)?phone |mobile )?(?:number|e-mail|email)| {_SELF}(?:have|changed"
        r"|got) (?:an?|my) (?:new )?(?:phone |mobile )?(?:number|e-mail|email) ",
    ),
    "study": (
        "study studied studying student enrolled graduated degree phd master's university uni"
        " college"
        " school major majoring thesis dropped course apprenticeship apprentice",
        rf" {_SELF}(?:study|studying|studied) (?!the|this|that|for|it|his|her|all|until|every|my)"
        rf"| {_SELF}(?:switched|changed) my (?:major|degree|course)| {_SELF}(?:enrolled|graduated"
        r"|majoring|dropped out|started (?:uni|university|college|school)|finished (?:my|school"
        r"|uni)(?: (?:degree|phd|thesis|master's|studies))|started (?:my|a) (?:phd|degree"
        rf"|master's|apprenticeship))| {_BE}an? (?:{WORD}){{0,2}}?(?:student"
        rf"|apprentice) (?!of life)| {_SELF}(?:go|going|went|attend) to (?:school|university|uni"
        rf"|college) | {MY}(?:major|university|degree|school|college) is (?:[\w'-]++)",
    ),
    "birthday": (
        "birthday born turned turn turning years birth old aged",
        rf" {MY}(?:\w+ )?(?:birthday|birthday's|date of birth) (?:in |on |is|was|falls)"
        rf"| {_SELF}(?:born (?:in|on)|(?:turned|turn|turning) (?:\d{{2}}|eighteen|twenty|thirty"
        rf"|forty|fifty|sixty|seventy|eighty)(?:-\w+)? (?!degrees|pages))| {_BE}(?:\d{{2}}"
        r"|[a-z]+ty(?:-\w+)?) (?:years old|years of age)",
    ),
    "software": (
        "use using switched migrated switching manager editor browser system client laptop phone"
        " ide app"
        " engine"
        " mobile smartphone computer tablet messenger distribution distro storage vpn spreadsheet",
        rf" {MY}{TOOL} is (?:now )?(?!broken|dead|slow|full|empty|ringing|in|on|too|so|not"
        rf"|charging)| {_SELF}(?:use|using) (?:{WORD}){{1,3}}?(?:as|for) (?:my"
        rf"|our) (?:\w+ )?(?:{TOOL}|passwords|notes|e-mails?|calendar) | {_SELF}(?:switched"
        rf"|switching|changed|migrated) (?:my|our|to an?) (?:new )?{TOOL} | {_SELF}(?:bought|got"
        rf"|have) (?:an?|my) new (?:\w+ )?{TOOL} ",
    ),
}  # fmt: skip
