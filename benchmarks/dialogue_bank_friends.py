# ruff: noqa: E501 (a line of a bank is one thing to say)
"""What two friends talk about: see dialogue_bank for the form.

Topic lines: `o` the friend asks, `c` anybody remarks (no fact), `r` question || answer (no fact),
`p` what a shared photo shows. Fact lines: `S` told outright, `Q` question || elliptical answer,
`D` first turn || friend || second turn, `?` asked in like words, `~` asked in other words,
`T` asked when, `M` asked of all tellings, `I` inferred || answer.
{N} is the one who tells, {F} the friend, {he} {him} {his} the pronouns of the one who tells.
{when} lies in the past, {soon} ahead, {since} is a number of years.
"""

from benchmarks.dialogue_bank import pool

COMMON: dict[str, list[str]] = {
    "rel": pool(
        "sister; brother; mom; dad; cousin; aunt; uncle; grandma; grandpa; roommate; boss; "
        "neighbor; niece; nephew; best friend from school; coworker"
    ),
    "kin": pool("sister; brother; mom; dad; cousin; aunt; uncle; grandma; grandpa; niece"),
    "pal": pool(
        "Tamsin; Rafael; Ingrid; Bashir; Lucia; Dmitri; Keiko; Anders; Fatima; Joelle; Marek; "
        "Priscilla; Wendell; Noor; Stefan; Aoife; Hugo; Zainab; Percy; Mei; Tobias; Ruth; Imani; "
        "Callum; Bianca; Sanjay; Odette; Gwen; Lorenzo; Talia"
    ),
    "city": pool(
        "Lisbon; Chicago; Kyoto; Denver; Glasgow; Montreal; Austin; Krakow; Seattle; Valencia; "
        "Nashville; Oslo; Melbourne; Bristol; Savannah; Porto; Vienna; Halifax; Tucson; Ghent; "
        "Portland; Marseille; Boston; Toronto; Leeds; Antwerp; Santa Fe; Bergen"
    ),
    "few": pool("two; three; four; five; six; seven; eight; nine; ten; eleven; twelve"),
    "price": pool(
        "$40; $65; $85; $110; $130; $150; $180; $220; $260; $300; $340; $420; $480; $550; $640; "
        "$720; $850; $990"
    ),
    "color": pool(
        "dark green; navy blue; mustard yellow; burgundy; turquoise; lavender; charcoal gray; "
        "coral; bright red; cream; teal; copper"
    ),
}

GREETINGS = """
<Hey|Hi|Hello> {F}! <How are you|How have you been|How's it going|How's everything>?
<Hey|Hi> {F}, <long time no see|it's been a while|good to hear from you>! <What's new|What's up|What have you been up to>?
{F}! <So good to hear from you|I was just thinking about you>. <How are things|How's life>?
<Hey|Hi there>, {F}. <Hope you're doing well|Hope your week is going okay>.
Good <morning|evening>, {F}! <Got a minute to chat|Are you free to talk|How's your day going>?
<Hey|Yo> {F}, what's <up|new|going on>?
{F}, hi! <What a week it has been|I finally have a quiet evening>. How about you?
"""

GREETED = """
<Hey|Hi> {F}! <I'm good, thanks|Doing well|Not bad, just busy|Pretty tired but fine>. <What about you|And you>?
{F}! <All good here|Can't complain|Hanging in there>. <What's up with you|Tell me everything>.
Hi {F}, <good to see you too|nice to hear from you>! <It's been hectic|It's been a quiet week> <over here|on my end>.
<Hey|Hello> {F}! I've been <busy with work|running around all week|taking it slow>. <How are you|Anything new>?
Oh hey! <Same old, same old|Just the usual>. <You|How's everything with you>?
"""

FAREWELLS = """
<Anyway|Alright>, I <should get going|have to run|need to start dinner>. <Talk soon|Take care>, {F}!
<It was great catching up|Always good talking to you>, {F}. <Bye|See you soon|Talk to you later>!
<Okay|Well>, <my break is over|it's getting late here>. Let's <talk|chat> again soon!
I'll let you go, {F}. <Have a great week|Enjoy the rest of your day>!
"""

FAREWELLED = """
<Bye|Take care>, {F}! <Talk soon|Looking forward to it|Keep me posted>.
<You too|Same to you>, {F}! <See you|Catch you later>.
<Thanks for the chat|This was nice>. Bye!
<Sounds good|Will do>. <Take it easy|Have a good one>, {F}!
"""

GLAD = """
<Wow|Whoa|Oh wow>, <that's great|that's awesome|that's amazing|that's so cool>!
<Nice|Lovely|Sweet|Cool>!
<That sounds|Sounds> <fantastic|like fun|really nice|wonderful|exciting>.
<Aw|Aww>, <that's so sweet|I love that|how nice>.
<Haha|Ha>, <I can picture it|that's so you|classic|I believe it>.
<I'm so happy for you|Good for you|Way to go>, {F}!
<Really|No way|Seriously>? <That's something|Good for you|I had no idea>.
<I'm glad|Glad> <you told me|to hear it>.
<Love it|Love that|So cool>!
<Hmm|Interesting>, <I never thought of it that way|I hadn't heard of that|tell me more some time>.
<You're full of surprises|You always have the best stories>, {F}.
<I need to hear more about that|I want to see pictures|You have to show me some time>!
<Good|Great|Wonderful> <news|to hear>, {F}.
"""

SORRY = """
<Oh no|Oh man|Ugh>, <I'm sorry to hear that|that must be hard|that's annoying>.
<I'm sorry|Sorry>, {F}. <That sounds rough|That's no fun|Hope it gets better>.
<Yikes|Ouch>. <Hang in there|Take it easy|Poor you>.
<That's tough|That's a pity>. <Is there anything I can do|I'm here if you need me|It'll pass>.
<I hear you|I get it>. <It happens to the best of us|Could have been worse, I guess>.
"""

AGREED = """
<I hear you|I get it|Totally|Makes sense|True|So true>.
<Yeah|Yep|Exactly|For sure>, <I know what you mean|it's like that|same here>.
<Good point|Fair enough|You're right>, {F}.
<Haha|Ha>, <tell me about it|guilty|I can relate|that made me laugh>.
<Right|Okay|Hmm|Mhm>.
<I feel the same|Same>!
"""

THANKED = """
<Thanks|Thank you>, {F}! <That means a lot|I appreciate it|You're the best>.
<Thanks|Thanks for listening|Thanks for asking>!
<Yeah|Well|So>, <anyway|that's how it is|what can I say>.
<Haha|Hehe>, <thanks|right>!
"""

BAD = frozenset(
    pool(
        "running/injury trips/lost job/quit health/issue health/allergy cooking/burned fears/fear "
        "home/broke garden/pest car/problem outdoors/forgot writing/rejected weather/event "
        "friendship/fell phone/lost city/annoy therapy/why neighbors/fight",
        " ",
    )
)
"""What calls for pity."""

SEGUES = """
By the way,
Oh,
So,
Guess what!
Oh, before I forget:
You won't believe this, but
Actually, I have some news.
Speaking of which,
Not sure if I told you, but
Anyway,
"""

FEELINGS = """
It <really|honestly|actually> <made my week|lifted my mood|helped me clear my head>.
I <was nervous at first|wasn't sure about it at first>, but <it turned out fine|I'm glad I did it>.
I'm <still getting used to it|still processing it|pretty happy about it|kind of proud of it>.
It <took a lot out of me|wasn't easy>, but <it was worth it|I learned a lot>.
<Life has been a bit of a blur lately|Things have been busy>, so <it felt good to slow down|I needed that>.
I <couldn't stop smiling|laughed so much|nearly cried|was over the moon>.
I <keep thinking about it|still can't quite believe it>.
<Everyone at home|The whole family|My whole street> <is sick of hearing about it|got excited about it>, haha.
It's <not perfect|a work in progress>, but <I'm enjoying it|it's a start|it makes me happy>.
<Some days are harder than others|One step at a time>, <I guess|right>?
It <reminded me of|took me right back to> <being a kid|our college days|old times>.
I <wish I'd had more time|could have stayed for hours>.
<I'd do it again in a heartbeat|No regrets at all>.
<We'll see how it goes|Fingers crossed it stays that way>.
"""

ELABORATED = """
I told my {kin} about it and all I got was <a long sigh|"finally"|a raised eyebrow>, <which says it all|typical>.
It's been <a strange few weeks|one of those months>, so <I take whatever good comes along|a little distraction is welcome>, you know?
I was going to <message you right away|call you that same evening>, but then <the day ran off without me|my battery died|dinner burned>, as always.
I <sat on the porch for an hour afterwards|stayed up way too late thinking about it> with <a cup of tea|the cat on my lap>, just letting it sink in.
<My {kin} keeps asking me|People keep asking me> about it, and every time <I tell it a little differently|the story gets longer>.
You know me, I <overthink everything|never do things halfway>, so <I made a list first|I read up on it for days beforehand>.
<A year ago|Back in the day> I'd have <panicked|said no right away>, so I guess <I've changed a bit|that's progress>.
{pal} from <work|down the street> says <I'm lucky|I should write it all down|it was about time>, and I <suppose that's true|can't argue with that>.
I even <took a few pictures|wrote about it in my diary>, which I <never do|haven't done in ages>.
<Between that and work|With everything else going on>, I've hardly <had time to sit down|seen my own couch> this week, but <I'm not complaining|it's a good kind of tired>.
<If you ever have the chance|Next time you're around>, <you should come and see for yourself|I'll tell you the long version over dinner>.
It's the small things, really, <like when a stranger smiles at you|like the first quiet minute in the morning>, that <keep me going|make it all worth it>.
I keep a note about it on <the fridge|my mirror> so that <I don't forget how it felt|it stays real>.
<Honestly|To be fair>, I <had no idea what I was doing|just went with the flow>, and <somehow it worked out|nobody seemed to notice>.
I <asked around a bit|looked it up> first, and <everyone had a different opinion|it only made me more confused>, so I <went with my gut|flipped a coin>.
My {kin} would have <loved|laughed at> this, <I thought about that a lot|I could almost hear it>.
The timing was <a bit funny|almost too good>, because <I'd been talking about it the day before|that very morning I'd been complaining>.
"""

SMALL = """
Work has been <nonstop|a mess|quiet for once> this week, so I've mostly been <eating leftovers|going to bed early|catching up on laundry>.
The weather here <can't make up its mind|has been awful|has been gorgeous>, I've <been stuck inside|barely left the porch> <for days|all week>.
I <spent the whole morning|wasted an hour> <looking for my keys|on hold with the bank|cleaning out the fridge>. <Adulting is fun, right|So that was my day>?
I <slept terribly|overslept> last night and I've been <running on coffee|yawning> ever since.
My neighbors are <renovating|having a party again>, so there is <hammering|loud music> <from seven in the morning|all day>.
Traffic was <unbelievable|terrible> today. I <listened to the same song|stared at the same truck> for forty minutes.
I've been trying to <drink more water|spend less time on my phone|get outside more>, with mixed results.
I <reorganized the kitchen|finally cleaned the closet> and found <three expired jars of mustard|a sweater I thought I'd lost>.
I think I'm <coming down with something|finally over that cold>. My voice <sounds like a frog|is almost back>.
We had a power cut <on Tuesday|last night> and ended up <telling stories in the dark|playing cards by candlelight>.
It's funny how <fast the year is going|quickly the weeks go by>. I feel like we <talked yesterday|just had New Year's>.
I've got a <long to-do list|pile of dishes> staring at me, and I'd <rather talk to you|much rather do anything else>.
Sometimes I think <we should all just move to the countryside|a nap solves most problems>.
My phone keeps <freezing|dying at noon>, so if I vanish in the middle, that's why.
I <cooked for one again|ordered takeout again>, and <I'm not even sorry|it was fine>.
"""

BANK = """
# pets
$kind = a border collie; a tabby cat; a corgi; a greyhound; a Siamese cat; a cockatiel; a beagle; a ginger kitten; a dachshund; a poodle; a husky; a tortoise; a lop-eared rabbit; a hamster; a bulldog puppy; a gecko
$pet! = Biscuit; Pepper; Mochi; Rufus; Olive; Ziggy; Clementine; Otis; Waffles; Nutmeg; Figaro; Pickle; Juno; Bandit; Maple; Sprout; Domino; Tango
$trick = open doors; play dead; ring a bell to go outside; fetch the newspaper; high-five; ride a skateboard; spin on command; catch popcorn
$food = salmon; cheese; watermelon; peanut butter; carrots; scrambled eggs; blueberries; cucumber
o Do you have any animals at home?
o How are the furry ones doing?
c Animals make a home <feel alive|so much warmer>, even when they <chew the furniture|wake you at five>.
c I <watched|saw> a dog in the park today that <looked just like a teddy bear|stole a kid's sandwich>, and nobody could be mad at it.
c Vet bills are <no joke|getting ridiculous>, <I swear they add a fee for saying hello|but what can you do>.
c I always stop to pet <every dog|every cat> on my street, it <takes me forever to get home|makes my day>.
r Isn't it a lot of work, with the walks and all? || It is, mostly <in the winter|in the mornings>, but <you get used to it|I like having a reason to go out>.
r Does the fur get everywhere? || Everywhere. <I gave up on black clothes|I own four lint rollers>.
p a dog lying on a couch
p a cat looking out of a window
p an animal asleep in a basket
*+ adopted | {kind}
S We <adopted|brought home> {kind} named {pet} {when}. <The house hasn't been quiet since|Everyone is in love already>.
S {When} I went to the shelter just to look, and I came home with {kind}. The name is {pet}.
Q So who's this little one you keep mentioning? || That's {pet}, {kind}. <Joined us|Moved in with us> {when}.
D I did something impulsive {when}. || Uh oh, what did you do? || I got {kind}! I call the little thing {pet}.
? What kind of animal is {N}'s {pet}?
~ What sort of creature joined {N}'s household under the name {pet}?
~ Which breed or species is {pet}?
T When did {N} adopt {pet}?
T When did {pet} come to live with {N}?
M What pets does {N} have?
M Which animals has {N} taken in?
I Would {N} rather live in a building with a no-animals rule or one that allows them? || One that allows them, because of {pet}
* trick | {trick}
S You should see {pet}, the <rascal|clever thing> <learned to|can now> {trick}. Took <months of treats|about a hundred treats>.
S I've been training {pet} every evening, and now the little genius can {trick}.
Q Has the training paid off at all? || It has! We got as far as "{trick}" <this week|after a lot of patience>, <can you believe it|very proud>.
? What trick did {N}'s {pet} learn?
~ What can {N}'s animal do after all that practice?
~ Which skill did {N} teach {pet}?
* food | {food}
S {Pet} goes crazy for {food}. <I hide it on the top shelf now|The moment I open the fridge, there's a nose in my hand>.
Q What's the favorite snack over there? || {food}, <hands down|no contest>. <Nothing else comes close|I have to hide it>.
? What food does {N}'s pet love most?
~ What treat can {N}'s animal not resist?

# running
$race = a half marathon; a 10K; a charity 5K; a full marathon; a trail race; a mud run; a relay race; a night run
$place = Millbrook; Harbor Point; Cedar Falls; Ashford; Lakeview; Rivermouth; Fairmont; Elmwood
$time = 52 minutes; 1 hour 58; 27 minutes; 4 hours 21; 49 minutes; 2 hours 12; 31 minutes; 3 hours 55
$hurt = knee; ankle; hip; Achilles tendon; hamstring; shin
o Are you still going running in the mornings?
o How is the training coming along?
c Running in the cold is <brutal|oddly calming>, my <ears|fingers> always freeze first, but the <sunrise|quiet> makes up for it.
c I tried jogging to work once. Never again, I <looked like a tomato|needed a second shower>.
c They say the <first mile|first ten minutes> is the hardest, and I think they're <lying|right>, it's all hard.
c New shoes make me feel faster for <about a week|exactly two runs>, then I'm slow again.
r Do you listen to music when you run? || Sometimes, or <just the birds|a podcast>. Depends on how much I <need distracting|slept>.
r What keeps you going on bad days? || Honestly, <the bagel afterwards|stubbornness>. And <fresh air|not wanting to quit>.
p a medal on a ribbon
p a pair of muddy running shoes
*+ race | {race} in {place}
S I ran {race} in {place} {when} and finished in {time}.
S {When} was the big day: {race} in {place}! I crossed the line after {time}, <legs like jelly|completely wrecked>.
Q How did the event go? || Better than I expected, {time}! {place} was packed. That was {race} with <real hills|a real crowd>, {when}, and I'm still sore.
? What was {N}'s finishing time in {place}?  || {time}
~ How long did {N} take to get around the course in {place}? || {time}
T When did {N} run {race} in {place}?
T On what date did {N} compete in {place}?
M Which races has {N} taken part in?
M In which places has {N} competed on foot?
* injury | {hurt}
S My {hurt} has been acting up, so the doctor told me to stop running for {few} weeks.
Q You're limping, what happened? || It's the {hurt}. I have to take {few} weeks off. <I'm so annoyed|It is what it is>.
? Which injury keeps {N} from running?
~ What part of the body has been giving {N} trouble during workouts?
* soonrace | {race}
S I signed up for {race} <that takes place|coming up> {soon}. <Wish me luck|I'm terrified and excited>.
Q Anything on the calendar to train for? || Yeah, {race}, {soon}. <I paid already so there's no way back|My training plan is on the fridge>.
? What did {N} sign up for?
~ Which upcoming competition is {N} preparing for?
T When is {N}'s upcoming race?

# books
$title/author = The Salt Orchard / Marian Voss; A Map of Small Hours / Teo Lindqvist; The Lantern Keepers / Ife Adeyemi; Northbound Rain / Clara Hessel; What the Tide Owes / Jonah Pike; Glass Harvest / Renata Sol; The Ninth Letter / Arun Mehta; Winter's Accountant / Dora Quill; Under the Copper Roof / Lev Baran; Seven Quiet Rivers / Yuki Tanabe; The Beekeeper's Atlas / Orla Finch; Half a Sky / Tomas Reyes
$genre = historical novels; science fiction; true crime; fantasy sagas; poetry; biographies; cozy mysteries; graphic novels; travel writing
$club = the first Monday of the month; every other Thursday; Sunday afternoons; the last Friday of the month; Wednesday evenings
o Reading anything good at the moment?
o Any book recommendations for me?
c I have a stack of unread books by my bed that <judges me every night|is taller than my lamp>, and I keep buying more.
c I <love|can't resist> the smell of old bookshops, I could <live in one|spend a whole Saturday there>.
c I used to finish <a book a week|every book I began>, now I fall asleep after two pages.
c Reading <on the train|in the bath> is the best part of my day, except when I <miss my stop|drop the thing>.
r Do you prefer paper or an e-reader? || Paper, <always|mostly>. I like <seeing how much is left|writing in the margins>.
r Where do you find time to read? || On the bus, <mostly|and when I can't sleep>. A few pages at a time <adds up|is better than none>.
p a stack of books on a nightstand
p a book next to a cup of tea
*+ read | {title}
S I just finished "{title}" by {author}, <couldn't put it down|stayed up till two>. <The ending wrecked me|I want to talk about it with somebody>.
S I've been reading "{title}" by {author} <on the bus|before bed> and it's <gorgeous|slow but rewarding>.
Q What are you reading these days? || "{title}". It's by {author}. <My coworker lent it to me|I found it at a yard sale>, and I'm hooked.
D {F}, I found my favorite novel of the year. || Oh, which one? || "{title}" by {author}. You have to borrow it.
? Which book by {author} did {N} read?
~ What did {N} pick up that {author} wrote?
? Who wrote the book "{title}" that {N} enjoyed? || {author}
M What books has {N} read?
M Which titles has {N} mentioned finishing or enjoying?
* genre | {genre}
S I've always been drawn to {genre}, ever since I was <ten|in school>. My shelves are full of it.
Q What do you usually go for in a bookshop? || {genre}, <nine times out of ten|every time>. <It's my escape|I know, I'm predictable>.
? What kind of books does {N} like?
~ Which section of a library would {N} head to first?
I Would {N} enjoy a bookshop voucher for {genre}? || Yes, {he} is drawn to {genre}
* club | {club}
S I joined a book club with some people from <the library|work>. We meet on {club}.
Q Weren't you looking for other readers to talk to? || Found some! {club}, at <a café|the library>. <Mostly we eat cake|It's a lovely bunch>.
? When does {N}'s book club meet?
~ How often does {N} get together with fellow readers?

# trips
$place/did = Iceland / bathed in a hot spring; Morocco / rode a camel at sunset; Peru / hiked to an old stone fortress; Vietnam / took a street food tour; Croatia / sailed between the islands; Scotland / walked along the cliffs; Costa Rica / saw a sloth; Jordan / slept in a desert camp; New Zealand / kayaked in a fjord; Sicily / climbed a volcano; Norway / saw the northern lights; Kenya / watched elephants; Greece / learned to dive; Mexico / swam in a cave pool; Portugal / tried surfing; Slovenia / rowed across a lake
$lost = passport; suitcase; camera; wallet; phone charger; hiking boots; sunglasses; train ticket
$dream! = Patagonia; Japan; Madagascar; Alaska; Georgia; Bhutan; the Azores; Namibia; Tasmania; Sri Lanka
$with = my sister; my college roommate; my parents; my cousin; two coworkers; my oldest friend; my brother
o Been anywhere nice lately?
o Any travel plans?
c Airports make me <nervous|hungry>, I always <arrive three hours early|end up buying a giant pretzel>.
c I love planning trips <almost more than|as much as> going on them. Spreadsheets and all.
c Packing light is a skill I will <never|one day> learn. I bring <six pairs of shoes|half the house> every time.
c Coming home from vacation is the worst, the laundry alone <takes a week|is a second job>.
r What's the food like there? || Amazing, I ate <way too much|something new every day>, mostly <from street stalls|bread, if I'm honest>.
r Do you travel by plane or train? || Train when I can. I like <watching the fields go by|not taking my shoes off at security>.
p a mountain lake at sunset
p a narrow old street with flowers
p a beach with small boats
*+ visited | {place}
S I was in {place} {when} and <we|I> {did}. <I didn't want to come home|It felt unreal>.
S {When} we got back from {place}. The best bit was the day we {did}.
Q You look tanned, where have you been? || {place}! We came back {when}. I even {did}, <which scared me a little|can you imagine>.
D I finally used up all my vacation days. || Ooh, where did you go? || {place}. I {did}, which had been on my list forever.
? Where was {N} when {he} {did}?
~ What was the highlight of {N}'s time in {place}? || {did}
? What did {N} do in {place}? || {did}
T When did {N} travel to {place}?
M Which countries or regions has {N} visited?
M Where has {N} been on vacation?
* lost | {lost}
S On the way home somebody walked off with my {lost}. <I was so upset|Three hours of paperwork>.
Q Did the journey home go smoothly? || Not at all, I lost my {lost} <at the airport|on the bus>. <Never saw it again|Lesson learned>.
? What did {N} lose while traveling?
~ Which belonging went missing on {N}'s way back?
* dream | {dream}
S If I could go anywhere, it would be {dream}. I've got <a jar of coins|a savings account> for it.
Q What's at the top of your bucket list? || {dream}. Ever since I saw <a documentary|some photos> about it.
? What is {N}'s dream destination?
~ Which faraway place is {N} putting money aside for?
* planned | {dream}
S I booked flights! I'm going to {dream} with {with} {soon}.
Q So it's really happening? || It is, {soon}! {with} and I, off to {dream}. <I've been packing in my head for days|I can hardly wait>.
? Who is {N} going to {dream} with? || {with}
~ Where is {N} flying next?
T When is {N} going to {dream}?

# job
$firm = a design studio; the city library; a bakery chain; a robotics startup; the county hospital; a law office; a travel magazine; a school district; a solar company; a video game studio; a veterinary clinic; a furniture maker
$role = project coordinator; junior designer; lab assistant; shift manager; data analyst; archivist; sales lead; copy editor; teaching assistant; physiotherapist; site engineer; receptionist
$why = the commute was killing me; they cut the team in half; I wanted to be creative again; my manager never listened; the pay had been frozen for years; I needed regular hours
$award = employee of the quarter; the innovation prize; a bonus; the safety award; a shout-out from the director
o How's work treating you?
o Any news on the job front?
c Meetings, meetings, meetings. I think I <said ten useful words|did an hour of real work> all week.
c My manager <loves|keeps sending> long emails at midnight, and I <refuse to read them|read them in bed like a fool>.
c The coffee machine at the office broke, and <morale collapsed|people are behaving like animals>.
c I keep wondering whether I'm in the right career, but then <payday comes|a good day comes along>.
r Are your coworkers nice? || Mostly, yeah. There's <one guy who microwaves fish|a fun lunch crowd>, but <overall|all in all> I'm lucky.
r How do you switch off after a long day? || I <take a walk|put my phone in a drawer>. It <works about half the time|helps more than I expected>.
p a desk with two monitors and a plant
* newjob | {role} at {firm}
S I got the job! I start as a(n) {role} at {firm} {soon}.
S Big change for me: I'm joining {firm} as a(n) {role}. <First day is|I begin> {soon}.
Q How did the interview turn out? || They said yes! {role} at {firm}, starting {soon}. <I screamed in the parking lot|I'm still shaking>.
? What is {N}'s new job?
~ In which position was {N} hired? || {role}
~ Who is {N}'s new employer? || {firm}
T When does {N} start the new job?
* quit | {why}
S I handed in my notice {when}. {Why}, and I was done.
Q What made you leave? || {why}. <Simple as that|I'd had enough>. I told them {when}.
? Why did {N} leave {his} job?
~ What was behind {N}'s resignation?
T When did {N} resign?
* award | {award}
S Funny thing, I got {award} at work {when}. <My mom framed the email|I thought they had the wrong name>.
Q Why is everybody at the office congratulating you? || I got {award}, {when}. <It was for that project in the spring|Didn't see it coming>.
? What recognition did {N} get at work?
~ How was {N} honored by {his} employer?
T When was {N} recognized at work?

# classes
$class = pottery; salsa; sign language; creative writing; woodworking; Italian; coding; watercolor; first aid; improv; sewing; sushi making; photography; bookbinding; welding; calligraphy
$place = the community center; an evening school; a studio downtown; the old fire station; the public library; a church hall
$teacher = a retired sailor; a former chef; a very strict lady named Mrs. Albright; a guy with a parrot; an ex-ballerina; a young sculptor
$made = a crooked bowl; a wooden stool; a tiny notebook; a tote bag; a short story; a picture of my street; a spice rack; a scarf
o Are you learning anything new?
o How are your lessons going?
c I think everybody should <learn something new every year|take one class that has nothing to do with work>. Keeps the brain <young|busy>.
c I'm always the <oldest|clumsiest> person in the room when I try something new, and I don't <mind|care anymore>.
c Evening classes after a full day are <rough|tiring>, but the people are <so kind|half the reason to go>.
r Is it hard to keep up? || A bit. I <practice on weekends|forget half of it by Tuesday>, but nobody minds.
r Did you make friends there? || A couple, yeah. We go for <tea|fries> after.
p a table with brushes and clay
*+ class | {class}
S I signed up for a {class} class at {place}, it started {when}.
S {When} I had my first {class} lesson at {place}. The teacher is {teacher}, <quite a character|I adore them>.
Q What do you do on your free evenings now? || {class}! There's a course at {place}. I began {when}, and <my hands hurt|I'm hooked>.
? What class did {N} take at {place}?
~ What is {N} being taught at {place}?
T When did {N} start the {class} class?
M What classes has {N} taken?
M Which new skills has {N} been learning?
* made | {made}
S The first thing I ever made there was {made}. <It's ugly and I love it|I gave it to my mother>.
Q Did you bring anything home from the course? || Yes, {made}! <Don't laugh|It's on the shelf by the door>.
? What was the first thing {N} made in class?
~ Which object did {N} produce as a beginner?

# health
$issue = migraines; a back problem; hay fever; high blood pressure; a sore shoulder; insomnia; low iron; a stomach ulcer; a sprained wrist; eczema
$fix = swimming twice a week; cutting out coffee; a new pillow; physiotherapy; acupuncture; iron tablets; an early bedtime; stretching every morning; less salt; a standing desk
$allergy = peanuts; shellfish; cats; penicillin; kiwi; pollen; latex; strawberries; bee stings; walnuts
o How are you feeling these days?
o How's your health?
c Doctors' waiting rooms have the <worst magazines|oldest magazines on earth>, I read about <a royal wedding from years ago|fishing for an hour>.
c I keep promising myself to <sleep more|see a dentist>, and then it's midnight again.
c Getting older is <weird|funny>, I <pulled a muscle sneezing|make noises when I stand up>.
c You only notice how good healthy feels when you've <been sick|had a bad week>.
r Did the doctor say anything useful? || Mostly "<rest|drink water>". <Thanks, doc|I could have told myself that>.
r Are you taking care of yourself? || Trying to. <Vegetables|Walks>, <sleep|water>, all that.
p a cup of herbal tea and a blanket
* issue | {issue}
S I got diagnosed with {issue} {when}, which explains <a lot|the past few months>.
Q So what did the tests show? || It's {issue}. I found out {when}. <Nothing dramatic|At least I know now>.
? What health problem was {N} diagnosed with?
~ Which medical condition does {N} have to deal with?
T When did {N} get the diagnosis?
* fix | {fix}
S What finally helped me feel better was {fix}. <I wish I'd tried it sooner|Who would have thought>.
Q You seem so much better, what changed? || {fix}, believe it or not. <It took a month or so|A friend suggested it>.
? What helped {N} feel better?
~ What remedy worked for {N}?
* allergy | {allergy}
S I can't be near {allergy}, by the way. I'm badly allergic, <found out the hard way|ended up in the emergency room once>.
Q Is there anything I should leave out when you visit? || {allergy}, please. <I swell up like a balloon|I carry a pen for it>.
? What is {N} allergic to?
~ What should a host keep away from {N}?
I Should {N} be careful in places with {allergy}? || Yes, {he} is allergic to {allergy}

# cooking
$dish = mushroom risotto; lamb tagine; pumpkin soup; dumplings; paella; lentil curry; apple strudel; beef stew; shakshuka; cinnamon rolls; fish tacos; pierogi; moussaka; sourdough; gnocchi; ramen
$secret = a pinch of nutmeg; smoked paprika; a splash of orange juice; brown butter; anchovies; a spoon of miso; pickled lemon; dark chocolate; fresh dill; a bay leaf
$burned = the pie; the rice; a whole tray of cookies; the garlic bread; my eyebrows, nearly; the pancakes
$from = my grandma; a cooking show; my landlady; an old notebook I found; my dad; a street vendor in the market; my roommate
o Cooked anything tasty lately?
o What's for dinner at your place?
c I buy <fancy spices|beautiful vegetables> with the best intentions, and then I <eat toast|order pizza>.
c Cooking for friends is my <love language|favorite kind of chaos>. Cleaning up after is <not|another story>.
c My kitchen is <so small|the size of a closet>, I chop onions on the <windowsill|washing machine>.
c Nothing beats the smell of <garlic in butter|fresh bread>, it <fixes everything|makes the neighbors jealous>.
r Do you follow recipes or improvise? || I <start with|glance at> a recipe and then <do my own thing|panic>.
r Who does the dishes at your place? || We <take turns|argue about it>. Usually it's <me|whoever lost at cards>.
p a steaming pot on a stove
p a plate of homemade food
*+ made | {dish}
S I made {dish} for <some friends|the neighbors|my team> {when}, with {secret}. <There was nothing left|Three people asked for the recipe>.
S {When} I cooked {dish} from scratch. The trick I learned from {from} is {secret}.
Q What smelled so good in that video? || My {dish}! The secret is {secret}, I got it from {from}.
? What does {N} put in {his} {dish}? || {secret}
~ Which special ingredient goes into {N}'s {dish}? || {secret}
M What dishes has {N} cooked?
M Which meals has {N} prepared at home?
* burned | {burned}
S I burned {burned} {when}, the smoke alarm went off and <the whole building came out|my neighbor brought a bucket>.
Q Why was there smoke in your hallway? || I burned {burned}. <In my defense, the phone rang|Not my finest hour>.
? What did {N} burn?
~ Which kitchen accident happened to {N}?

# music
$instrument = the cello; the ukulele; the drums; the accordion; the piano; the banjo; the clarinet; bass guitar; the harmonica; the violin; the flute; the trumpet
$piece = a lullaby; an old sea song; the theme from a western; a waltz; a Christmas carol; a jazz standard
$band = The Paper Foxes; Copper Lake; Velvet Harbor; Ninth Street Choir; The Lost Umbrellas; Marble Sky; Honey and Rust; Night Ferry
$venue = the riverside park; an old cinema; a tiny basement club; the town hall; a rooftop; the harbor festival
o Are you still into music?
o Been to any gigs?
c I can't work without music, but <lyrics distract me|if a good song comes on I stop working anyway>.
c My playlist is a mess, it goes from <opera to disco|sad songs to cartoon themes> <in two minutes|without warning>.
c I wish I'd <practiced more|stuck with lessons> as a kid, my fingers are <slow|stiff> now.
c Live music just hits differently, even when <the sound is bad|it rains>.
r Do your neighbors mind the noise? || They <haven't complained yet|bang on the wall sometimes>, so I <keep going|play before eight>.
r What do you listen to in the car? || <Everything|Old stuff>, mostly <loud|whatever's on the radio>.
p a stage with colored lights
p a sheet of music on a stand
* instrument | {instrument}
S I've been playing {instrument} for {since} now, I <started after my exams|picked it up on a whim>.
Q How long have you been playing? || About {since} now, I think. {instrument} isn't <easy on the ears at first|the easiest choice>, haha.
? Which instrument does {N} play?
~ What does {N} make music on?
? How long has {N} been playing {instrument}? || {since}
T Since when has {N} been playing {instrument}?
* piece | {piece}
S I can finally play {piece} without mistakes. Well, <almost|if nobody watches>.
Q What are you practicing now? || {piece}. <My teacher insists|It's harder than it sounds>.
? Which piece has {N} been practicing?
~ What can {N} perform by now?
*+ concert | {band}
S {When} I saw {band} live at {venue}. <My ears are still ringing|I lost my voice>.
Q Where were you that evening, I tried to call? || At {venue}, {band} were playing! That was {when}, <what a night|I had the best time>.
? Which band did {N} see at {venue}?
~ Who was on stage when {N} went to {venue}?
T When did {N} see {band}?
M Which bands has {N} seen live?

# gifts
$gift = a silver necklace; a record player; a hand-knitted scarf; a telescope; a signed baseball; a fountain pen; a pocket watch; a fern in a painted pot; a leather journal; a teapot; a quilt; a box of letters; a chess set; a pair of earrings; a compass; a music box
$occasion = my birthday; graduation; Christmas; our anniversary; my promotion; the housewarming; no reason at all; my thirtieth
$gave = a bird feeder; a cookbook; concert tickets; a framed photo; a puzzle; a bonsai; gloves; a board game
o Did you get anything nice for your birthday?
o Are you good at finding presents?
c I'm <hopeless|surprisingly good> at wrapping presents, mine always look like <a cat did it|a potato in paper>.
c The best presents are the ones you <don't expect|can't buy>, if you ask me.
c I start shopping for the holidays <in October|the day before> every year. <No in between|Old habits>.
r Do you keep every card you get? || Most of them, in <a shoebox|a drawer>. <I'm sentimental|My place is full of paper>.
p a small box with a ribbon
p something wrapped in brown paper
*+ got | {gift}
S My {kin} gave me {gift} for {occasion}. I <wear it|use it|look at it> every day.
S For {occasion} I got {gift} from my {kin}, <and I cried a little|which I never expected>.
Q That's new, isn't it? Where's it from? || From my {kin}! It's {gift}, for {occasion}. <Isn't it beautiful|I was speechless>.
D My {kin} surprised me for {occasion}. || Oh, with what? || With {gift}! I've wanted one for ages.
? What did {N}'s {kin} give {him} for {occasion}?
~ Which present did {N} receive from {his} {kin}?
? Who gave {N} {gift}? || {kin}
M What gifts has {N} received?
* gave | {gave}
S I bought {gave} for my {rel} {when}, and <the face was priceless|it was a hit>.
Q Did you find something for your {rel}? || Yes, {gave}, <last minute|found it online>. <Big success|I hope it fits the taste>.
? What did {N} buy for {his} {rel}?
~ What present did {N} choose for {his} {rel}?

# family
$event = a wedding; a christening; a family reunion; a retirement party; a golden anniversary; an engagement party; a graduation; a baby shower
$where = an old barn; a lakeside hotel; my aunt's garden; a vineyard; the village hall; a boat on the river; a rooftop restaurant
$job = a nurse; a beekeeper; a truck driver; a judge; a carpenter; a pilot; a tailor; a math teacher; a fisherman; a radio host
$hometown = Duluth; Galway; Tampere; Oaxaca; Chiang Mai; Lviv; Cape Coast; Bologna; Quito; Zagreb; Pune; Recife; Tbilisi; Aarhus
$sibs = two brothers; three sisters; a twin brother; one older sister; four siblings; a half-sister; no siblings
o How's your family doing?
o Have you seen your folks lately?
c Family dinners at our place are <loud|long>, everybody talks at once and <nobody listens|my uncle sings>.
c I call home every Sunday, and every Sunday I hear about <the neighbor's hip|the price of tomatoes>.
c You can't choose your relatives, but <mine are all right|you can choose where you sit at the table>.
c I've been going through old family photos. The <haircuts|sweaters> <alone|in the eighties>, oh my.
r Do you all get along? || <Mostly|On good days>. We <fight about politics|tease each other> and then eat cake.
r Who do you take after? || Everyone says <my mother|my grandfather>. <The nose, mostly|Same temper>.
p a group of people around a long table
p an old black and white family photo
*+ event | {event}
S We had {event} in {where} {when}, for my {kin}. <I danced all night|Even my uncle behaved>.
Q What was the big party about? || {event}, for my {kin}, {when}. We had rented {where}. <So many cousins|The cake had five layers>.
? Where was {event} for {N}'s {kin} held? || {where}
~ What did {N}'s family celebrate in {where}?
T When did {N}'s family get together for {event}?
M What family celebrations has {N} been to?
* kinjob | {job}
S My {kin} was {job} for thirty years, so I grew up with <all those stories|a lot of shop talk>.
Q What did your {kin} do for a living? || {job}, for thirty years or so. <Loved every minute|Never missed a day>.
? What was {N}'s {kin}'s profession?
~ How did {N}'s {kin} earn a living?
* hometown | {hometown}
S I grew up in {hometown}, so <the heat doesn't bother me|big cities still confuse me>.
Q Where did you live as a kid? || {hometown}, until I was <eleven|twelve|fourteen|sixteen> or so. <I still dream about the streets|We left when dad changed jobs>.
? Where did {N} grow up?
~ What is {N}'s hometown?
~ In which place did {N} spend {his} childhood?
* sibs | {sibs}
S There were <lots of us|never quiet days> at home, I have {sibs}, so <I learned to share|I learned to be loud>.
Q Any brothers or sisters? || {sibs}. <It's why I eat so fast|We talk most weeks>.
? How many siblings does {N} have?
~ Whom did {N} grow up with?

# volunteering
$org = an animal shelter; the food bank; a homework club; a beach cleanup group; a hospice; a community garden; a crisis line; a literacy program; a soup kitchen; the youth center
$do = sort donations; read to kids; drive the van; answer phones; walk the dogs; cook lunch; fix bicycles; teach basic computer skills
$raised = $300; $850; $1,200; $2,400; $640; $3,100; $475; $1,750
o Do you still volunteer?
o Have you thought about helping out somewhere?
c Giving back a little <keeps me grounded|makes my own worries look small>, even if it's only <an hour|a morning>.
c There's so much need around here, and <never enough hands|so few people notice>.
c I met the <kindest|funniest> people doing charity work, and some of the <grumpiest|bossiest> too.
r What's the hardest part about it? || Saying goodbye, <I think|honestly>. You get attached <fast|to people>.
r How do you fit it into your week? || I <swap shifts|keep one evening free>. It's <doable|a puzzle>.
p a group of people in matching t-shirts
p boxes of canned food
*+ org | {org}
S I started volunteering at {org} {when}. They have me {do}.
S {When} was my first shift at {org}, I {do} there. <My feet hurt but my heart is full|I'm going back>.
Q What do you do with your weekends now? || I'm at {org}. I {do}, mainly, and I began {when}.
? What does {N} do at {org}? || {do}
~ Where does {N} help out without being paid?
T When did {N} begin helping at {org}?
M Where has {N} volunteered?
M Which organizations has {N} given {his} time to?
* raised | {raised}
S We held a bake sale {when} and raised {raised} <for the kids|for a new roof>.
Q How did the fundraiser go? || {raised}! <In one afternoon|Twice what we hoped>.
? How much money did {N}'s fundraiser bring in?
~ What sum did {N} help collect?
T When did {N} take part in the bake sale?

# purchases
$thing = a secondhand piano; an electric bike; a velvet armchair; a cast iron pan; a sewing machine; a camper van; an espresso machine; a drone; a vintage lamp; a standing desk; a kayak; a rug; a pair of hiking boots; a winter coat
$shop = a flea market; an estate sale; a tiny shop by the station; an online auction; a neighbor; the mall; a thrift store
o Bought anything fun recently?
o Did you treat yourself?
c I keep telling myself <no more stuff|one in, one out>, and then <there's a sale|I walk past a window>.
c Returning things is my <cardio|least favorite hobby>. The line was <out the door|an hour long>.
c I'm saving up, so window shopping is <all I do|my sport> for now.
r Was it worth the money? || I think so. I <use it daily|keep finding excuses to use it>.
p a piece of furniture by a window
*+ bought | {thing}
S I bought {thing} for {price} {when}, found it at {shop}.
S {When} I treated myself to {thing}. {price} at {shop}, <not bad|I know, I know>.
Q So what did you end up spending your bonus on? || {thing}! Got it from {shop} for {price}. <Zero regrets|Don't tell my sister>.
? How much did {N} pay for {thing}? || {price}
? Where did {N} buy {thing}? || {shop}
~ What was the price tag on {N}'s find from {shop}? || {price}
T When did {N} buy {thing}?
M What has {N} bought?
M Which things has {N} spent money on?

# fears
$fear = heights; public speaking; deep water; spiders; flying; elevators; the dark; needles; thunderstorms; clowns; driving at night; dogs
$cause = I got stuck as a kid; something happened on a school trip; my brother played a prank on me; I fell when I was six; I saw a film far too young
$help = breathing exercises; a support group; a therapist; counting backwards; small steps every week; a silly song in my head
o Is there anything that really scares you?
o What are you afraid of?
c I think everybody is <scared of something|a bit afraid>, most people just <hide it well|laugh it off>.
c Horror movies are <not for me|fine until bedtime>. I <cover my eyes|ask someone else to check the closet>.
c Being brave isn't about <not being scared|being loud>, at least that's what I tell myself.
r Do you talk about it with anyone? || <Now and then|A little>. It <helps to say it out loud|gets smaller when you do>.
* fear | {fear}
S I have this thing about {fear}, always have. {Cause}, and it stuck.
Q What's the one thing you'd never do? || Anything with {fear}. {Cause}. <My palms sweat just talking about it|Silly, I know>.
? What is {N} afraid of?
~ What makes {N} panic?
? Why is {N} scared of {fear}? || {cause}
I Would {N} be comfortable with something involving {fear}? || No, {he} is afraid of {fear}
* help | {help}
S What gets me through anxious moments is {help}. <Sounds odd, works wonders|I learned it the hard way>.
Q How do you calm down when it gets bad? || {help}, mostly. <Try it|It isn't magic, but it helps>.
? What helps {N} with anxiety?
~ How does {N} cope when panic sets in?

# home
$place = a top-floor flat; a houseboat; a small cottage; a loft near the station; a duplex; a basement apartment; a farmhouse; a studio above a bakery
$area = Riverside; Old Town; Maple Heights; Harborview; North Hill; Brickfield; the Docks; Willow Park
$room = the bathroom; the kitchen; the bedroom; the hallway; the attic; the balcony; the spare room
$broke = the boiler; the washing machine; a window; the roof; the front door lock; the dishwasher; a pipe
o How's the apartment?
o Are you settled in yet?
c Moving is <the worst|a nightmare>, I still have boxes <I've never opened|from three moves ago>.
c My landlord <answers once a month|thinks duct tape fixes all>, so I've learned to <fix things|wait>.
c I love <rearranging furniture|candles everywhere>, it's <cheaper than moving|like getting a new place for free>.
c Rent around here is <out of control|a joke>, I don't know how students <manage|do it>.
r Do you like the area? || I do. It's <quiet|close to everything>, and there's a <decent bakery|park> around the corner.
r Are you handy around the house? || <Not at all|A little>. I own a hammer, <that's about it|and hope>.
p a living room with big windows
p a freshly painted wall
* moved | {place} in {area}
S I moved into {place} in {area} {when}. <Boxes everywhere|Still no curtains>.
Q Where are you living now? || In {area}, {place}. I got the keys {when}.
? Where does {N} live now? || {area}
~ What sort of dwelling did {N} move into? || {place}
T When did {N} move to {area}?
* paint | {color}
S I painted {room} {color} {when}, and <it looks twice as big|I have paint in my hair>.
Q What color did you settle on in the end? || {color}! For {room}. <Took three coats|I love it>.
? What color did {N} paint {room}?
~ Which shade did {N} pick when redecorating {room}?
T When did {N} redecorate {room}?
* broke | {broke}
S Of course {broke} broke {when}, and the repair cost me {price}.
Q What went wrong at your place this time? || {broke}. {price} to get it sorted, <can you believe it|there goes my fun money>.
? How much did {N} pay for the repair? || {price}
? What broke in {N}'s home?
~ Which household failure cost {N} {price}?
T When did {N} have a breakdown at home?

# movies
$film = The Quiet Harbor; Paper Moons; Dust and Honey; A Train to Nowhere; The Last Cartographer; Blue Hour; Mothers of Invention; Snowblind; The Understudy; Two Left Feet
$kind = a heist comedy; a slow love story; a space thriller; a documentary about whales; a courtroom drama; a cartoon; a musical; a ghost story
$snack = sweet popcorn; nachos; pickles; gummy bears; roasted chestnuts; cheese crackers; ice cream
$thought = too long; beautiful but sad; overrated; the funniest thing in years; confusing; surprisingly deep; better than the trailer
o Seen anything good lately?
o Do you still go to the movies?
c I <cry at everything|fall asleep ten minutes in>, so nobody wants to <sit next to me|watch with me anymore>.
c Why is every film three hours long now? My <back|bladder> can't take it.
c I've been rewatching old stuff, it's like <visiting friends|a warm blanket>.
r Do you like the cinema or your couch more? || Couch. <Blanket, pause button|No strangers chewing>, what else do you need.
p a cinema screen in a dark room
*+ saw | {film}
S I saw "{film}" {when}, it's {kind}. I thought it was {thought}.
Q Was the film any good? || "{film}"? {thought}, I'd say. It's {kind}, so <not for everyone|you'd like it>. Watched it {when}.
? What did {N} think of "{film}"? || {thought}
~ What was {N}'s verdict on the picture {he} watched, "{film}"? || {thought}
T When did {N} watch "{film}"?
M Which movies has {N} seen?
* snack | {snack}
S I can't watch anything without {snack}. <It's a ritual|My dentist hates me>.
Q What's your movie night snack? || {snack}, <obviously|a big bowl of it>.
? What snack does {N} have with movies?
~ What does {N} munch during a film?

# garden
$plant = tomatoes; sunflowers; lavender; a lemon tree; dahlias; chili peppers; roses; kale; pumpkins; strawberries; basil; peonies
$pest = slugs; deer; aphids; pigeons; a rabbit; moles; the neighbor's cat
$spot = on the balcony; behind the garage; in old wine crates; along the fence; on the roof; by the kitchen window
o How does your garden grow?
o Do you have a green thumb?
c I kill <every plant|even cacti>, it's a <gift|curse>. Plastic ferns for me.
c There's nothing like <dirt under your nails|watering plants at dusk> after <a day of screens|a bad day>.
c It's been so <dry|wet> that everything is <brown|drowning>, poor things.
r How often do you have to water? || Every evening <in summer|when it's hot>. I <talk to them|sing> while I do.
p a row of green seedlings
p flowers in a wooden crate
*+ planted | {plant}
S I planted {plant} {spot} {when}. <Nothing to see yet|The first leaves are out>.
Q What are you growing this year? || {plant}, {spot}. They went in {when}, <so be patient with me|fingers crossed>.
? Where did {N} plant {plant}? || {spot}
~ What is {N} growing {spot}?
T When did {N} plant {plant}?
M What has {N} planted?
M Which plants does {N} grow?
* pest | {pest}
S I'm at war with {pest}, they <ate everything|won by a mile>. I've tried <coffee grounds|old CDs on strings>.
Q How come the beds are empty? || {pest}. <All of it, in one night|Don't get me started>.
? What damaged {N}'s garden?
~ Who or what ruined {N}'s crop?

# art
$subject = a lighthouse; my grandmother's hands; a flock of crows; the harbor at dawn; a bowl of pears; an old tram; a stormy sea; a sleeping fox; a birch forest; a self-portrait
$medium = oil paint; charcoal; ink; pastels; clay; linocut; acrylics; collage
$show = the library; a café; a local gallery; the school corridor; the art fair; a bank lobby
o Are you still painting?
o Made any art lately?
c I think everyone is creative, they just <stopped at age ten|got told to color inside the lines>.
c My table is covered in <brushes and dust|half-finished things>, I eat dinner on the floor.
c Museums make me <so calm|so hungry>, I could <sit in front of one picture for an hour|stay till they throw me out>.
r Where do you get your ideas? || On walks, <mostly|usually>. Or in the <shower|bus>.
p a painting of the sea
p a sketchbook on a table
*+ work | {subject}
S I finished a picture of {subject} {when}, in {medium}. <It took forever|I think it's my best yet>.
Q What's on your easel? || {subject}. I'm doing it in {medium}, <for a change|which is messy>. Began {when}.
? What did {N} use for the picture of {subject}? || {medium}
~ What is shown in {N}'s {medium} piece?
T When did {N} work on the picture of {subject}?
M What has {N} painted or drawn?
M Which subjects has {N} made art of?
* show | {show}
S Some of my things are going to hang in {show} {soon}. <I'm so nervous|My first time showing anything>.
Q Will we ever get to see your work in public? || Actually yes, in {show}, {soon}. <Pinch me|You'd better come>.
? Where will {N}'s art be shown?
~ Which venue is going to exhibit {N}'s work?
T When will {N}'s art be on display?

# kids
$kid! = Leo; Mina; Theo; Rosie; Sami; Edie; Nico; Ada; Jonas; Lila; Milo; Tess
$age = three; four; five; six; seven; eight; nine; eleven
$love = dinosaurs; trains; ballet; volcanoes; football; magic tricks; baking; space; insects; drawing comics
$did = lost a first tooth; learned to ride a bike; started school; won a spelling contest; scored a goal; sang in the choir; broke an arm
o How are the little ones?
o How is everyone at your place?
c Kids say the <strangest|funniest> things. Yesterday one asked me <if the moon has a kitchen|why old people are old>.
c I don't know where they get the energy, I was <asleep on my feet|in bed> by nine.
c Being patient is <a daily exercise|my biggest challenge>, but then they <hug you|fall asleep on your arm>.
r Are they sleeping through the night? || <Ha, no|Sort of>. Somebody always <needs water|had a dream>.
p a child's drawing on a fridge
p kids playing in a sandbox
* kid | {kid}
S My little one, {kid}, just turned {age}. All we hear about is {love}.
Q How old is yours now? || {age} already! {kid} is into {love} <these days|like you wouldn't believe>.
? What is {N}'s child {kid} crazy about? || {love}
? How old is {N}'s {kid}? || {age}
~ What fascinates {N}'s youngest? || {love}
* did | {did}
S {Kid} {did} {when}! <I may have shed a tear|We celebrated with pancakes>.
Q Any milestones over there? || A big one: {kid} {did}, {when}. <They grow so fast|Where does the time go>.
? What did {N}'s child do?
~ Which milestone was there in {N}'s family?
T When did {N}'s {kid} have that milestone?

# sports
$sport = climbing; rowing; fencing; badminton; judo; surfing; archery; ice skating; squash; volleyball; kickboxing; table tennis
$coach = a coworker; my cousin; a flyer at the gym; an old movie; my doctor; my neighbor's kid
$goal = to do a pull-up; to enter a tournament; to lose my fear; to get out of the house; to beat my brother; to get strong again
$team = the Harbor Hawks; the Mill City Rovers; the Northside Comets; the Lakers of Elm Bay; the Red Foxes; the Stonebridge Bulls
o Are you doing any sports?
o Still going to the gym?
c The gym in January is <a zoo|impossible>, by March it's <me and the old guys|empty>.
c I'm sore in places I <didn't know I had|can't pronounce>. Stairs are my enemy today.
c I'm more of a <cheering from the couch|snacks on the sideline> kind of athlete.
r Do you have to buy a lot of gear? || <Not really|Too much>. I <borrow most of it|started with old stuff>.
r Is it hard on the joints? || <A bit|Only the next day>. Warming up <helps|is key>, they tell me.
p a gym with colorful holds
* start | {sport}
S I started {sport} {when}, {coach} got me into it. My goal is {goal}.
Q Where did those bruises come from? || {sport}! I began {when}. {Coach} talked me into it.
? Which sport did {N} take up?
? Who or what got {N} into {sport}? || {coach}
~ What new physical activity has {N} picked up?
T When did {N} start {sport}?
* goal | {goal}
S All I want from training this year is {goal}, nothing more. <Small dreams|I'm halfway there>.
Q What are you working towards? || {goal}. <It keeps me honest|Don't laugh>.
? What is {N}'s fitness goal?
~ What does {N} hope to achieve through exercise?
* team | {team}
S I've supported {team} since I was little, even when they lose, <which is always|and they lose a lot>.
Q Who do you root for? || {team}, <forever|sadly>. My {kin} took me to the stadium when I was {few}.
? Which team does {N} support?
~ Whose jersey would {N} wear?

# school
$subject = marine biology; architecture; nursing; art history; economics; linguistics; chemistry; social work; music therapy; landscape design
$uni = Westbrook College; Harlan University; the Open Institute; Marlow Tech; St. Brennan's; Linden State
$grade = an A minus; 91 percent; a bare pass; top of the group; 78 points; honors
$topic = rivers; bilingual children; old bridges; sleep; honeybees; urban trees; folk songs; public libraries
o How are your studies?
o Thought any more about going back to school?
c Studying as an adult is <different|humbling>, I highlight <everything|whole pages> and remember <nothing|the jokes>.
c Deadlines bring out the <worst|cleaner> in me, suddenly I'm <scrubbing the oven|sorting socks>.
c The library at night is its own <world|little planet>, everyone <yawning|eating chips> in silence.
r Do you get nervous before exams? || <Always|Terribly>. I <chew pencils|can't eat>, and then it's <fine|over>.
p a notebook full of handwriting
* study | {subject}
S I enrolled at {uni} to study {subject}, and the term starts {soon}.
Q What did you decide about going back to college? || I'm doing it. {subject}, at {uni}. <Crazy, right|At my age>. It begins {soon}.
? What is {N} going to study?
? Which school did {N} enroll at? || {uni}
~ Which field has {N} chosen for {his} degree?
T When does {N}'s term begin?
* exam | {grade}
S I got my exam results {when}: {grade}! <I had to sit down|Drinks are on me>.
Q So, how did the exam turn out? || {grade}. I heard {when}. <I'll take it|Not bad considering>.
? What result did {N} get in the exam?
~ How well did {N} do on the test?
T When did {N} get the exam results?
* thesis | {topic}
S I'm writing my final paper about {topic}, I could talk about it for hours.
Q What's your thesis about again? || {topic}. <Niche, I know|Bear with me>.
? What is {N}'s final paper about?
~ What is {N} researching?

# car
$car = an old pickup; a tiny hatchback; a hybrid; a station wagon; a convertible; a minivan; a used jeep; a motorbike
$problem = the brakes squeal; the battery dies; it leaks oil; the window won't close; a warning light stays on; the clutch slips
$mech = my uncle; a garage by the river; a friend of a friend; the dealer; a retired mechanic next door
o How's the car?
o Still driving that old thing?
c Parking in this town is a <sport|disgrace>, I circled for <half an hour|three songs>.
c I'd <love to bike everywhere|sell the car tomorrow>, if <it weren't for the hills|the buses came on time>.
c Gas prices again, <I nearly fainted|what a joke>. I <walk|take the bus> more now.
r Is it expensive to run? || <Insurance, mostly|More than I like>. Let's <not talk about it|change the subject>.
p a car on a gravel road
* got | {car}
S I bought {car} {when}, paid {price} down. <It's not pretty but it moves|Feels like freedom>.
Q How do you get to work now? || With {car}! Got it {when}. <No more buses|It smells of dog but it's mine>.
? What vehicle did {N} get?
~ What does {N} drive?
T When did {N} get {car}?
* problem | {problem}
S Something's off with my car: {problem}. Luckily {mech} is going to look at it.
Q Why are you walking these days? || {problem}, so the car's with {mech}. <Great timing, as always|It'll be a week>.
? What is wrong with {N}'s car?
? Who is looking at {N}'s car? || {mech}
~ Which mechanical trouble does {N} have?

# outdoors
$trail = Heron Ridge; the Old Mill Loop; Pine Gorge; Eagle Peak; the Coastal Path; Moss Valley; Bear Hollow; Silver Lake
$saw = a moose; a family of otters; an eagle's nest; a shooting star; a black bear; wild horses; a fox with cubs; a waterfall with a rainbow
$forgot = the tent poles; matches; the map; rain jackets; the coffee; toilet paper; a can opener; socks
o Been out in nature lately?
o Any hikes planned?
c A walk in the woods <fixes my head|is better than therapy>, I come back <muddy and happy|a new person>.
c Mosquitoes <love me|think I'm a buffet>, I look like <a map|bubble wrap> by evening.
c Sleeping in a tent is <romantic|fun> until <your back finds a root|it rains>.
r Do you go alone or with people? || <Depends|Both>. Alone to <think|breathe>, with people for the <snacks|laughs>.
r Were you scared out there at night? || <A little|At first>. Every <twig|leaf> sounds like <a monster|a bear>.
p a trail between tall trees
p a tent next to a lake
*+ hike | {trail}
S {When} we hiked {trail} and saw {saw}. <I still get goosebumps|Nobody believes me>.
S I did {trail} {when} with {pal}. {few} hours of walking, but we spotted {saw}.
Q See any wildlife up there? || Yes! {saw}, right at the end of {trail}. That was {when}.
? What did {N} see on {trail}? || {saw}
~ What sight surprised {N} outdoors at {trail}? || {saw}
T When did {N} go to {trail}?
M Where has {N} gone hiking?
M Which trails has {N} walked?
* forgot | {forgot}
S We drove all the way to the campsite {when} and noticed that I'd forgotten {forgot}.
Q How was camping? || Well, I forgot {forgot}. <We managed|Never living that down>.
? What did {N} forget when camping?
~ Which item was missing from {N}'s camping gear?
"""
