# ruff: noqa: E501 (a line of a bank is one thing to say)
"""What a user brings to an assistant: see dialogue_bank for the form.

Topic lines: `n` what the topic is called, `R` a request, `C` a user's turn without a fact,
`A` a piece of advice (title: sentence), `X` code. Fact lines: `S` what the user says, `U` how it
changes (`{new}` is the value after), `K` asked of the newest value, `k` asked how it changed,
`?` asked in like words, `~` asked in other words, `E` the name of a dated event, `M` asked of all
tellings, `P` asked as a preference || answer, `V` what the assistant recommends, `v` asked of it.
{date} is a day ahead, {me} the user's name.
"""

from benchmarks.dialogue_bank import pool

COMMON: dict[str, list[str]] = {
    "pal": pool(
        "Marta; Devon; Kiran; Astrid; Paolo; Simone; Hamid; Judith; Lars; Nadia; Corey; Bettina; "
        "Yolanda; Stuart; Rina; Gilbert; Esme; Tarek; Monique; Fergus; Alana; Bertrand; Chidi"
    ),
    "kin": pool("sister; brother; mother; father; cousin; aunt; partner; daughter; son"),
    "city": pool(
        "Lisbon; Denver; Kyoto; Prague; Montreal; Cape Town; Seville; Edinburgh; Hanoi; Oslo; "
        "Athens; Quebec City; Bologna; Dublin; Marrakesh; Tallinn; Vancouver; Ljubljana; Busan"
    ),
    "money": pool(
        "$120; $250; $340; $480; $600; $750; $900; $1,200; $1,500; $1,850; $2,300; $2,750; $3,200; "
        "$4,000; $4,600; $5,500; $6,800; $8,250; $9,400; $12,000"
    ),
    "n": pool("three; four; five; six; seven; eight; nine; ten; eleven; twelve; fourteen"),
    "pct": pool("35%; 48%; 55%; 62%; 68%; 74%; 79%; 83%; 88%; 92%; 95%"),
    "hour": pool("6:30 am; 7 am; 8:15 am; 9 am; noon; 2 pm; 4:30 pm; 6 pm; 7:45 pm; 9 pm"),
    "weekday": pool("Monday; Tuesday; Wednesday; Thursday; Friday; Saturday; Sunday"),
}

PERSONS = pool(
    "Priya; Daniel; Amelia; Kwame; Sven; Lucinda; Mohsen; Tanya; Eduardo; Brigid; Hal; Noriko; "
    "Delphine; Ruben; Saskia; Obi; Marguerite; Tom; Anjali; Petra; Idris; Colette; Wade; Farah; "
    "Gideon; Lenka; Isaac; Renee; Bilal; Jocelyn; Matthias; Oona; Victor; Shira; Andy; Camila"
)
JOBS = pool(
    "graphic designer; nurse; high school teacher; electrician; data engineer; retired librarian; "
    "freelance translator; café owner; warehouse manager; PhD student; accountant; paramedic; "
    "dental hygienist; product manager; stay-at-home parent; bus driver; sound technician"
)

OPENINGS = """
<Great question|Good question|Happy to help>! <Here is|Below is> a <structured|practical|step-by-step> <plan|overview|approach> for {topic}.
<Certainly|Absolutely|Of course|Sure>! <Let's break this down|Let's go through it step by step>.
<Thanks for sharing the details|Thanks for the context>. <Based on what you've said|With that in mind>, here are some <ideas|suggestions|recommendations> for {topic}.
That's a <common|very understandable> <situation|concern> when it comes to {topic}. Here's <what usually works|how I would approach it>.
<I'd be glad to help|Let's tackle this together>. There are several <things to consider|factors to weigh> with {topic}:
<Got it|Understood>. Here is <an updated|a revised|a more detailed> <version|plan> that <takes this into account|reflects that>.
It's <great|wonderful> that you are <thinking ahead|taking this seriously>. <Here are the key points|Here's a breakdown>:
"""

HEADINGS = """
### <Key|Main|Important> <Steps|Considerations|Points>
### <Suggested|Recommended> <Plan|Approach|Timeline>
### <Practical|Useful|Quick> Tips
## <Overview|Step-by-Step Guide|Action Plan>
**<Here's a suggestion|Steps to follow|What to focus on>:**
### <Next Steps|Checklist|Strategies>
"""

DETAILS = """
<This|Doing so> <helps you|makes it easier to> <stay on track|avoid surprises|see what matters> <as you go|later on|along the way>.
<Start small|Begin with the basics> and <adjust|build up> <as needed|over time|once you feel comfortable>.
<Set aside|Reserve> <a fixed time|some time each week> for it and <treat it like an appointment|write it down>.
<Keep|Make> <a simple list|a short note|a spreadsheet> so that <nothing gets lost|you can compare later>.
<For example|For instance>, you could <split it into smaller parts|set a reminder|ask someone to check it>.
<Consider|Think about> <asking for a second opinion|how it fits your schedule|what you would do if plans change>.
<Many people|People often> <skip this step|underestimate this>, but it <saves time and money|prevents most problems> in the long run.
<Review|Check> it <every week|once a month|regularly> and <change|update> whatever <no longer works|isn't working>.
<Be realistic|Be honest with yourself> about <how much time you have|what you can do> and <leave some buffer|plan for delays>.
<If possible|Where you can>, <compare at least two options|try it out first> before you <commit|decide>.
<Don't hesitate to|It is fine to> <ask questions|take a break|change your mind> <if something is unclear|when you need to>.
"""

CLOSINGS = """
<Would you like|Do you want> me to <go into more detail on any of these|turn this into a checklist|adapt it to your schedule>?
<Let me know|Feel free to tell me> if you'd like <more detail|examples|help with the next step>.
<By following these steps|With this approach>, you should be <well prepared|in a good position>. <Good luck|You've got this>!
<Does this fit what you had in mind|How does that sound>? <I can adjust it|We can refine it> <as needed|any time>.
<Remember|Keep in mind> that <small steps add up|every situation is different>. <Let me know how it goes|I'm here if you have questions>.
"""

ECHOES = """
<With|Given> {answer} <in mind|as your starting point>, <it makes sense to plan carefully|there is a good deal you can do>.
<Since|Because> you mentioned {answer}, I <kept|have kept> that in mind <below|in the list>.
{Answer}: <that's a solid basis|good to know|a helpful detail>.
"""

FOLLOWUPS = """
<Thanks|Thank you>, that <helps a lot|makes sense>. <Could you|Can you> <expand on|say more about|give an example for> the <first|second|third|last> point?
<Hmm|Okay>, I'm <not sure|a bit unsure> about <the second step|the order of these>. <Why|Could you explain why> <is it needed|does it matter>?
<That's|This is> a lot of information. <Can you sum it up|Could you shorten it> in <three|five> bullet points?
<Great|Perfect>, I'll <try that|do that>. <What should I do|What comes> after that?
What if <it doesn't work out|I don't have enough time for all of this>? Is there a <simpler|quicker> way?
<Got it|I see>. <Which of these|Which one> would you do first if you <were me|had only one evening>?
<Can you|Could you> put that in a <table|checklist|short schedule> I can print <and put on the fridge|out>?
<Interesting|Makes sense>. Are there any <common mistakes|pitfalls> I should <avoid|watch out for>?
"""

THANKS = """
<Thanks|Thank you> so much, that's <all for today|exactly what I needed>!
<Perfect|Great>, <I'll get back to you|talk later>. <Have a nice day|Bye>!
<Okay|Alright>, that's enough <for now|for tonight>. <Thanks again|Thank you>.
Ha, <you're good at this|that was quick>. Thanks!
"""

WELCOMES = """
<You're welcome|My pleasure>! <Feel free to come back|I'm here> <whenever you need|any time>.
<You're very welcome|Glad I could help>! <Good luck with everything|Have a great day>, and <let me know how it goes|don't hesitate to ask>.
<Happy to help|Any time>! <Take care|Enjoy the rest of your day>.
"""

RECALL = """
<Quick question|By the way>, <do you remember|can you remind me>: {question}
{question} <I can't find my notes|I forgot|It slipped my mind>.
<Before we go on|Sorry, I keep forgetting>: {question}
{question}
"""

RECALLED = """
<You told me|You said|You mentioned>: {answer}. <Would you like to change that|Shall we go on from there>?
<From our earlier conversation|As you mentioned before>, it's {answer}.
<It was|That would be> {answer}, <according to what you shared|if I'm not mistaken>. <Let me know if that has changed|Anything else>?
"""

SMALL = """
<Hi|Hello|Hey>! <How are you today|Are you there>? <I just made coffee and have ten minutes|It's raining here and I'm bored>.
<Tell me|Do you know> <a fun fact about octopuses|a good riddle|something surprising about the moon>, I need <a break|cheering up>.
What's the <difference between|best way to explain> <a crocodile and an alligator|gravity to a child|baking soda and baking powder>?
How do I <get a red wine stain out of a white shirt|fold a fitted sheet|boil the perfect egg>?
<Write|Give me> <a haiku about mornings|a limerick about a lazy cat|a two-line poem about rain>, please.
Why <is the sky blue|do cats purr|do we yawn>? <My neighbor's kid asked me|I've always wondered>.
"""

SMALL_REPLIES = """
<Of course|Sure>! The short answer is that <several things play a role|it depends on a few conditions>, and the <most important|best known> one is <how light, heat and pressure interact|how habits formed over a long time|what the material is made of>. <In everyday life|Usually> you can <see this for yourself|notice it> if you <look closely|try a small experiment at home>: take <two glasses|a sheet of paper|a timer>, change <one thing at a time|only one detail>, and <write down|compare> what you see. <Experts have|Science has> <written a lot about it|studied this for decades>, and some details are <still debated|still open>. <Would you like a longer explanation|Shall I go deeper>?
<Here you go|Happy to>! <A quiet morning, the kettle hums, the window fills with light|Soft paws on the stair, a yawn, a stretch, the sun has moved and so has the cat|Drops on the window, the street is a mirror now, and nobody hurries>. <I hope that brightens your day|Shall I write another one, perhaps a funnier one>?
<Hello|Hi there>! <I'm doing well, thank you|All good here>. <A coffee break is a fine idea|That sounds cozy>. <What's on your mind|Would you like to talk about your plans or just chat for a bit>?
"""

INSTRUCTIONS = """
always write dates with the day first, like 3 June 2024 || How should dates be written when you answer me? || the day first
never use more than five bullet points || How long may a list be when you write one for me? || five
give prices in euros and dollars || In which currencies do I want to see prices? || euros and dollars
always show the library version when you mention a dependency || What must you add whenever a dependency comes up? || the library version
call me by my first name || How would I like to be addressed? || by my first name
put a one-line summary at the top || What do I want at the start of every answer? || a one-line summary
use metric units || Which units did I ask for in measurements? || metric units
explain abbreviations the first time they appear || What should happen when an abbreviation appears? || explain
end with one question that makes me think || How should your replies end? || one question that makes me think
cite a source whenever you give a statistic || What do I expect next to any statistic? || a source
avoid exclamation marks || Which punctuation did I ask you to leave out? || exclamation marks
add a difficulty from 1 to 5 to every task || What rating do I want next to each task? || a difficulty from 1 to 5
"""

EXTRAS = """
I <don't have much experience|am fairly new to this>, so <keep it simple|bear with me>.
<It has been on my mind for weeks|I've been putting it off>, to be honest.
I <talked to a friend about it|read a bit about it online>, but <got confused|nobody agrees>.
<My evenings are short|I've got a busy month ahead>, so I want to <be efficient|get it right the first time>.
I <tried something like this two years ago|tried once before> and <gave up|it didn't go well>.
<I'm excited|I'm a bit stressed> about it, and <my family keeps asking|I don't want to mess it up>.
<My friend {pal}|My coworker {pal}|{pal}, who I trust,> <went through the same thing|told me to just start|thinks I worry too much>.
<Last time|In the past> I <rushed it|listened to too many people>, and <that cost me|I regretted it>.
For context, I <live with|share my place with> {pal}, who <has strong opinions about this|helps where possible>, and <money is a bit tight|time is short> <this season|until {weekday}>.
I <looked at|compared> {n} <options|videos and articles> <on {weekday}|last week>, and <they contradict each other|my head is spinning>, so I'd like <your honest view|a clear answer>.
What I <want to avoid|don't want> is <starting over in a month|spending another weekend on it|to depend on others for it>.
<Assume I know the basics|You can skip the basics>, I've <read up on that|been through them with {pal}>, and <focus on what matters this week|tell me what you would do differently>.
I'd <rather do it slowly and well|like something I can do in small steps>, <if that's possible|because life is full>.
<Please be specific|Concrete examples help me>, <I get lost in theory|otherwise I won't do it>.
I <went through your last answer|printed what you wrote> and <most of it made sense|marked what I didn't get>.
<On the one hand|Part of me says> it's <fine as it is|too early>, <on the other|but then again> I <keep waking up at night over it|don't want to wait>.
"""

PASTES = r"""
Here's what I have so far:\n- <first ideas|notes from last week>\n- <open questions|things to buy>\n- <people to call|what could go wrong>
My notes from yesterday:\n1. <look again at the plan|check the dates>\n2. <ask {pal}|call {pal}>\n3. <decide by {weekday}|sleep on it until {weekday}>
This is the message I got from {pal}: "<Hi, just checking in about the plan|Hello, thanks for your patience>. <Could you confirm by {weekday}|Let me know what you think>? <It would help us a lot|No rush at all>. <Best|Cheers>, {pal}"
"""

BANK = r"""
# coding
n <my coding project|the app I'm building|my web app>
$app = a budget tracker; a recipe manager; a habit tracker; an inventory tool for a bike shop; a weather dashboard; a library catalog; a quiz game; a booking system for a yoga studio
$stack = Flask and SQLite; Django and Postgres; FastAPI and React; Node with Express; Rails; Go with HTMX; Spring Boot; Laravel and Vue
$bug = a CORS error on the login route; a race condition in the cache; a memory leak in the worker; dates shifted by one day; a 500 error on file upload; duplicate rows after each import; an infinite redirect after logout
$host = a small VPS; Render; Fly.io; a Raspberry Pi at home; an old laptop; a university server
$cov = 41%; 57%; 66%; 72%; 78%; 85%; 91%
$lat = 250 ms; 800 ms; 120 ms; 1.4 seconds; 95 ms; 430 ms
$feature = CSV export; two-factor login; dark mode; email reminders; a search page; push notifications; an audit log; offline mode
R <can you|could you> <help me structure the code|suggest a schema|write a first version of the endpoint>?
R how would you <organize|test|split up> this?
R what <should I watch out for|is the cleanest way to do this>?
C The tests <pass locally|are flaky> but I'm <not sure the coverage is meaningful|worried about the login flow>, what do you make of that?
C I read that <microservices|background jobs|ORMs> are <overkill for small projects|the way to go>, do you agree?
C Is it better to <validate input on the client or on the server|use sessions or tokens>? I keep going back and forth.
A Project layout: keep routes, models and services in separate modules so that each part of the app can be tested alone.
A Database schema: write migrations from the first day and add indexes only for queries that you have measured.
A Error handling: return one JSON shape for every error and log the request id with it.
A Authentication: hash passwords with a slow algorithm, set secure cookies and rate-limit the login route.
A Testing: begin with the code that handles money or dates, because bugs there are the most expensive.
A Deployment: build one image, pass settings through the environment and keep a rollback script at hand.
A Performance: profile before you optimize, since the slow part is rarely where you expect it.
A Logging: use structured logs and keep personal data out of them.
A Code review: small pull requests with a clear description get better feedback and fewer bugs.
A Caching: cache only what is slow to compute and easy to invalidate.
A Documentation: a short README with the three commands that matter beats a long wiki.
A Dependencies: pin versions and update them on a schedule instead of all at once.
X ```python\n@app.post("/items")\ndef create_item(item: Item) -> dict:\n    record = store.add(item)\n    return {"id": record.id}\n```
X ```python\ndef test_create_item(client):\n    reply = client.post("/items", json={"name": "x"})\n    assert reply.status_code == 201\n```
X ```sql\nCREATE TABLE items (\n    id INTEGER PRIMARY KEY,\n    name TEXT NOT NULL,\n    created_at TIMESTAMP\n);\n```
* app | {app}
S I'm building {app} <in my spare time|for a client|as a side project>.
S <I've started|I want to start> a new project, it's {app}, and <I'm on my own|it's just me>.
? What am I building in my side project?
~ Which piece of software have I been working on?
* stack | {stack}
S I've <decided on|settled on> {stack} because <I know it a bit|a friend uses it>.
U I <rewrote the thing|switched>, it's {new} now, the old setup was <too slow|getting in my way>.
? Which stack did I settle on?
~ What technologies is my application written with?
K What is my application built on at present?
k How did my choice of framework change?
* launch | {date}
S The first release is <planned for|due on> {date}.
U The launch has been <pushed back|moved>, the release is on {new} now.
? When is my first release planned?
~ By what day do I have to ship?
K What is the current launch date of my app?
E the first release of my app
* sprint | {date}
S I want to <have the tests finished|freeze features> by {date}.
? By when did I want to freeze features?
E my feature freeze
* bug | {bug}
S I've been fighting with {bug} <since yesterday|all morning>.
S There's {bug} that I <can't reproduce|can't explain>, here's what I tried: <restarting|reading the logs>, no luck.
? Which bug was I fighting with?
~ What problem in my code kept me stuck?
* coverage | {cov}
S Test coverage is at {cov} <right now|as of today>.
U Coverage went to {new} after I <added more tests|deleted dead code>.
? What test coverage did I report?
K How much of my code is covered by tests now?
k How did my test coverage develop?
* latency | {lat}
S The dashboard endpoint takes {lat} <on average|to respond>, which <feels slow|I'd like to improve>.
U I <cached the query|added an index> and the endpoint is at {new} now.
? How long does my dashboard endpoint take to respond?
~ How slow is the page that shows my charts?
K What is the response time of my dashboard after the latest change?
*+ feature | {feature}
S I <finished|merged> {feature} <today|this week>.
S Next on my list was {feature}, and I <got it working|shipped it>.
? Have I finished {feature}? || yes
M Which features have I added to my app?
M How many features have I told you I finished?
* host | {host}
V For a project of this size I would deploy to {host}: it is cheap, simple to maintain and easy to leave.
v Where did you suggest I deploy my app?
v Which hosting did you recommend?

# trip
n <my trip|my vacation|the journey I'm planning>
$budget = $900; $1,200; $1,850; $2,400; $3,000; $3,600; $4,200; $5,000
$who = my two kids; my husband; my wife; my mother, who uses a wheelchair; three friends; my teenage son; nobody, just me
$hotel = a guesthouse near the old market; a hostel with a roof terrace; an apartment by the river; a small hotel behind the station; a farm stay
$food = vegetarian; gluten-free; halal; vegan; no seafood
$sight = the botanical garden; the maritime museum; the night market; the castle ruins; the cable car; the ceramics quarter; the covered bazaar
R can you <put together an itinerary|suggest what to see|plan the days>?
R what <should I book in advance|would you do with three days there>?
R could you <give me a packing list|tell me how to get around>?
C Is it <safe|easy> to get around by <bus|train> there, or should I <rent a car|take taxis>?
C What's the weather usually like at that time of the year? I hate <packing for rain|being cold>.
C How do people usually <tip|greet each other> there? I don't want to be rude.
A Flights: compare prices on different weekdays and check what the fare includes before booking.
A Accommodation: stay close to public transport so that you lose less time each day.
A Local transport: a day pass usually pays off after three rides and saves you the search for change.
A Food: look for places with a short menu and a line of locals outside.
A Sights: book timed tickets for the most popular places and leave the afternoons open.
A Packing: lay out everything you want to take and then leave a third of it at home.
A Documents: keep copies of passports and insurance papers in your email and on paper.
A Money: tell your bank about the journey and carry a little cash for markets.
A Day trips: choose one place outside the city that you can reach in less than two hours.
A Rest: plan a slow morning after each long travel day, particularly with children.
A Weather: bring layers, since evenings may be cooler than the forecast suggests.
A Safety: keep valuables in a front pocket and agree on a meeting point.
* place | {city}
S I want to <visit|travel to> {city} <this year|soon>, it's been on my list forever.
S We're <thinking of|set on> {city} for our <next break|holiday>.
? Which city did I want to visit?
~ Where am I headed on vacation?
* budget | {budget}
S I have a budget of {budget} <for everything|including flights>.
U <We got a bit more together|I did the math again>, I can spend {new} now.
? What budget did I give for the trip?
~ How much did I say I could spend on the vacation?
K How much money do I have for the vacation now?
k How did my travel budget change?
* who | {who}
S I'd be traveling with {who}, <so nothing too strenuous|so we need a calm pace>.
? Who am I traveling with?
~ Whose company will I have on the journey?
* depart | {date}
S We <fly out|leave> on {date}.
U <The airline changed our flight|I had to rebook>, we leave on {new} instead.
? When do we fly out?
K On which day does my journey begin, after the change?
E the day we leave for the trip
* visa | {date}
S My visa appointment is on {date}.
? When is my visa appointment?
E my visa appointment
* diet | {food}
S One thing about restaurants: <we eat|I eat> {food}.
? What dietary needs did I mention for restaurants?
~ What should you keep in mind when you pick places to eat for me?
P Can you recommend somewhere for dinner on the first night? || {food}
* hotel | {hotel}
V For the stay, I would pick {hotel}, because it is central and quiet at night.
v Which place to stay did you recommend?
v Where did you suggest I sleep?
*+ sight | {sight}
S I <definitely want to see|already got tickets for> {sight}.
M Which sights have I said I want to see?
? Is {sight} on my list for the trip? || yes

# budget
n <my budget|my household finances|saving money>
$income = $2,900; $3,400; $4,100; $4,750; $5,200; $6,300
$rent = $950; $1,100; $1,275; $1,400; $1,650; $1,800
$goal = $3,000; $5,000; $7,500; $10,000; $15,000; $20,000
$for = a down payment; a new roof; my daughter's braces; a sabbatical; an emergency fund; a used car
$item = a dishwasher; new tires; a dentist bill; a coat; concert tickets; a school trip; a mattress; a phone
$cost = $85; $140; $210; $260; $375; $430; $520; $640
$app = an envelope system; a shared spreadsheet; two separate accounts; a weekly cash allowance; automatic transfers on payday
R can you <help me make a monthly plan|tell me where to cut>?
R what would be a <realistic|sensible> <split|target>?
R how do I <stick to it|get ahead of this>?
C Is it smarter to <pay off debt first|save first>, in general? I read <conflicting things|both>.
C Subscriptions are <eating my money|everywhere>, how do people <keep track of|get rid of> them?
C Groceries keep getting more expensive, do you have any tricks for <shopping|meal planning> on less money?
A Fixed costs: list rent, insurance and utilities first, because they decide what is left for everything else.
A Emergency fund: aim for three months of expenses before you invest anything.
A Groceries: plan meals around what is on sale and write a list before you go.
A Subscriptions: cancel whatever you have not used for two months.
A Debt: pay the highest interest rate first while keeping minimum payments on the rest.
A Automation: move savings to another account on payday, so that the money is never missed.
A Tracking: write down each expense for thirty days and sort it into a few groups.
A Goals: give each goal an amount and a date, and look at both once a month.
A Windfalls: decide in advance how much of a bonus is for fun.
A Insurance: compare your policies every year and ask for a discount.
A Energy: small things such as a lower thermostat add up over a winter.
* income | {income}
S I <take home|earn> {income} a month after taxes.
U I got a raise, <so now I take home|which means> {new} a month.
? What is my monthly take-home pay?
~ How much do I earn after taxes?
K What do I earn per month now?
k How has my income changed?
* rent | {rent}
S My rent is {rent}, <utilities not included|which hurts>.
U The landlord raised the rent, it's {new} now.
? How much rent do I pay?
~ What does my housing cost each month?
K What do I currently pay my landlord?
* goal | {goal}
S I'm trying to save {goal} for {for}.
? How much am I trying to put aside for {for}?
~ What is my savings target?
? What am I saving up for? || {for}
* deadline | {date}
S I'd like to <reach my savings goal|have the money together> by {date}.
U <Realistically|After the car repair>, I need until {new} to get the savings together.
? By when did I want to reach my savings goal?
K What is my newest date for the savings goal?
E the day my savings should be complete
*+ spent | {cost}
S I had to pay {cost} for {item} <this week|unexpectedly>.
S {Item} cost me {cost}, which <wasn't planned|threw off the month>.
? How much did {item} cost me?
~ What did I end up paying for {item}?
M How much have I spent in total on unplanned things?
M What is the sum of the unexpected expenses I told you about?
* method | {app}
V I would use {app} in your case: it needs little discipline and shows quickly when something is off.
v Which method did you recommend for keeping to my budget?
v What system did you suggest to control spending?

# fitness
n <my fitness plan|my training|getting in shape>
$goal = run a 10K; lose 8 kilos; do ten pull-ups; swim a mile; touch my toes; climb stairs without getting winded; finish a triathlon
$injury = a bad left knee; a slipped disc; tennis elbow; a weak ankle; a sore rotator cuff; mild asthma
$gear = a kettlebell; a rowing machine; resistance bands; a treadmill; just a mat; two dumbbells
$weight = 68 kg; 74 kg; 81 kg; 87 kg; 92 kg; 99 kg
$time = 58 minutes; 54 minutes; 51 minutes; 47 minutes; 62 minutes; 66 minutes
$days = two; three; four; five
$move = the plank; step-ups; the farmer's carry; glute bridges; wall sits; bird dogs
R can you <write me a weekly plan|suggest exercises>?
R how do I <progress safely|keep going>?
R what should <a typical week|my warm-up> look like?
C Is it normal to be this <sore|tired> after <leg day|a rest week>? I <can hardly sit|slept ten hours>.
C Protein shakes, yes or no? My <coworkers swear by them|gym is full of them>.
C I lose motivation <when it rains|after two weeks>, how do other people <stay consistent|handle that>?
A Warm-up: five minutes of easy movement prepares joints and lowers the risk of injury.
A Strength: two full-body sessions a week are enough for a beginner to improve.
A Endurance: keep most of the training easy enough to hold a conversation.
A Rest: muscles grow between sessions, so plan at least one free day after hard training.
A Nutrition: eat protein with every meal and drink water through the day.
A Technique: film yourself from the side and compare it with a good example.
A Progress: add a little weight or a few minutes each week, never both at once.
A Sleep: seven to eight hours do more for your fitness than any supplement.
A Mobility: stretch hips and shoulders after training, when muscles are warm.
A Motivation: train with a partner or join a group so that skipping gets harder.
A Pain: stop an exercise that hurts in a joint and try an easier variation.
* goal | {goal}
S My goal is to {goal} <this year|before my birthday>.
? What is my fitness goal?
~ What do I hope to achieve with all the exercise?
* injury | {injury}
S I should mention I have {injury}, <so no jumping|which limits me>.
? Which physical limitation did I mention?
~ What part of my health should a workout respect?
P Which exercises would you add to my next workout? || {injury}
* weight | {weight}
S I weigh {weight} <at the moment|this morning>.
U I stepped on the scale and I'm at {new} now.
? How much did I say I weigh?
K What is my latest weight?
k How has my weight changed?
* time | {time}
S My 10K time is {time} <so far|as of Sunday>.
U New personal best: {new} for the 10K!
? What 10K time did I report?
K What is my personal best over ten kilometers?
* days | {days} days
S I can train {days} days a week, <mostly before work|evenings only>.
U With the new shifts, I can only train {new} days a week.
? How many days a week can I train?
K How often per week can I exercise at present?
* gear | {gear}
S At home I've got {gear}, <nothing else|and a small room>.
? What equipment do I have at home?
~ What gear could I use without going to a gym?
* race | {date}
S I signed up for a race on {date}.
? What is the date of the race I entered?
E my race
* move | {move}
V If you only do one exercise, make it {move}: it trains the whole body and is easy on the joints.
v Which single exercise did you tell me to do?
v What was the one movement you recommended?

# study
n <my exam preparation|my studies|the course>
$subject = organic chemistry; constitutional law; statistics; anatomy; macroeconomics; linear algebra; art history; microbiology
$score = 54%; 61%; 67%; 73%; 78%; 84%; 89%
$hours = one hour; two hours; three hours; ninety minutes; forty minutes
$weak = probability trees; reaction mechanisms; case citations; the cranial nerves; eigenvalues; supply shocks; essay structure
$method = spaced flashcards; teaching it aloud to an empty chair; past papers under time pressure; mind maps; weekly summaries on one page
R can you <make a study plan|quiz me|explain it simply>?
R how should I <divide my time|review this>?
R what's the best way to <remember it all|prepare>?
C I <can't concentrate|fall asleep> after lunch, is it better to study <in the morning|at night>?
C Do grades even matter <after graduation|in the long run>? Just thinking aloud.
C My study group <talks more than it studies|never shows up>, should I <go alone|find another one>?
A Schedule: divide the material into weekly blocks and leave the last week free for review.
A Active recall: close the book and write down what you remember before you read again.
A Spacing: repeat a topic after one day, three days and a week.
A Past exams: practice with old questions early, so that you learn what is asked.
A Breaks: work for twenty-five minutes and rest for five, away from the screen.
A Notes: rewrite lecture notes in your own words on the same day.
A Weak spots: start each session with the subject you like least.
A Group work: explain one topic each and ask each other questions.
A Sleep: do not study through the night, since memory settles while you sleep.
A Environment: keep the phone in another room and the desk clear.
A Exam day: read all questions first and plan your time per point.
* subject | {subject}
S I'm taking {subject} this term, <it's a required course|and it's a lot>.
? Which subject am I taking this term?
~ What course am I struggling through?
* exam | {date}
S The final exam is on {date}.
U The exam was <moved|rescheduled>, it's on {new} now.
? When is my final exam?
~ On what day will I be tested?
K What is the date of my final after the change?
E my final exam
* paper | {date}
S I also have to hand in a paper by {date}.
? When is my paper due?
E the deadline of my paper
* score | {score}
S I got {score} on the practice test.
U I took another practice test and got {new} this time.
? What did I get on the practice test?
K What was my latest practice result?
k How did my practice results develop?
* hours | {hours}
S I can study {hours} a day, <not more|with my job>.
? How much time a day can I study?
~ How long can I sit with my books each day?
* weak | {weak}
S I really struggle with {weak}, <it won't stick|it's a mystery to me>.
? What do I struggle with in class?
~ Which area do I find the hardest?
* method | {method}
V The method I would recommend most is {method}, as it shows you at once what you do not know yet.
v What study method did you recommend most?
v Which learning technique was your favorite for me?

# wedding
n <the wedding|our wedding plans>
$venue = a lakeside barn; the botanical garden; an old library; a vineyard; my parents' orchard; a city loft; a lighthouse
$guests = 45; 60; 75; 90; 110; 130; 150
$cake = lemon and elderflower; chocolate hazelnut; carrot; pistachio; red velvet; three tiers of cheese
$music = a jazz trio; a DJ; a string quartet; my uncle's band; a playlist; a brass band
$theme = wildflowers; the seventies; deep blue and gold; books; the sea; autumn leaves
$total = $8,000; $11,500; $14,000; $18,000; $22,000; $26,500
$item = the photographer; the flowers; the rings; the dress; the invitations; the catering deposit
$cost = $420; $650; $880; $1,250; $1,700; $2,100; $2,900
R can you <make a timeline|help me with the seating plan>?
R what are we <forgetting|missing>?
R could you <draft the invitation|suggest a menu>?
C How do other couples <handle difficult relatives|decide whom to invite>? We argue about it <nonstop|every evening>.
C Is a <first dance|bouquet toss> still a thing? It feels <a bit dated|so awkward> to me.
C What's the etiquette for <plus-ones|thank-you cards>? I <have no idea|keep reading different things>.
A Guest list: write two lists, must and nice to have, and cut from the second.
A Venue: ask what is included, when you must leave and what happens if it rains.
A Catering: taste before you sign and ask about allergies early.
A Photography: agree on a list of family pictures, so nobody is forgotten.
A Music: give the band a short list of songs you never want to hear.
A Invitations: send them eight weeks ahead with a clear date for replies.
A Seating: seat people next to at least one person that they know.
A Timeline: leave a buffer of half an hour between ceremony and dinner.
A Vows: keep them under two minutes and practice aloud.
A Flowers: seasonal ones are cheaper and look fresher.
A Legal papers: check which documents the registry office needs.
* venue | {venue}
S We <booked|found> our venue: {venue}.
U The first venue fell through, so it's {new} now.
? Which venue did we book?
~ Where will we get married?
K Where is the celebration going to be, after the change?
* guests | {guests} guests
S We're expecting {guests} guests.
U <After the replies came in|My mother added people>, we're at {new} guests.
? How many guests are we expecting?
K How many people are coming by the latest count?
k How did the guest count change?
* day | {date}
S The big day is {date}.
? When is our big day?
~ On which date do we say yes?
E our wedding day
* fitting | {date}
S The dress fitting is on {date}.
? When is the fitting?
E the dress fitting
* cake | {cake}
S For the cake we <chose|want> {cake}.
? What cake did we choose?
~ Which flavor will dessert be at the celebration?
* music | {music}
S We hired {music} for the evening, <my partner's idea|it was love at first listen>.
? What music did we arrange?
~ Who will get people to dance?
* budget | {total}
S The total budget is {total}, <no more|my parents pay half>.
U We had to raise the total to {new}.
? What is the total budget of the celebration?
K How much may the celebration cost in all now?
*+ cost | {cost}
S {Item} will cost us {cost}.
S We just paid {cost} for {item}.
? How much did we pay for {item}?
~ What was the bill for {item}?
M What is the sum of everything we paid for the celebration so far?
M How much did all the items for the big day cost together?
* theme | {theme}
V For the decoration, a theme that would suit you both is {theme}; it is easy to carry from the invitation to the tables.
v What theme did you recommend for the decoration?
v Which motif did you suggest for our celebration?

# jobs
n <my job search|the applications|changing jobs>
$role = UX researcher; logistics planner; science editor; junior accountant; backend developer; museum educator; sales engineer; HR generalist
$firm = Northwind Robotics; Alder & Finch; Bluegate Health; the Tidewater Trust; Quillon Media; Harrow Foods; Sunmark Energy; Pinewood Bank; Cobalt Labs; Fernhill School
$pay = $48,000; $55,000; $62,000; $71,000; $83,000; $94,000; $105,000
$years = three years; five years; seven years; nine years; twelve years
$skill = SQL; negotiation; technical drawing; public speaking; Excel; Portuguese; photo editing; project planning
$want = remote work; a four-day week; a short commute; a team that teaches; predictable hours; less travel
$tip = a portfolio page with three case studies; a call with a former colleague each week; a one-page résumé; mock interviews on video
R can you <review my cover letter|help me prepare|write a short pitch>?
R what <questions should I expect|would you emphasize>?
R how do I <explain the gap|negotiate>?
C How long should a résumé be <these days|really>? I've heard <one page, I've heard three|everything>.
C Should I <follow up|send a thank-you note> after an interview, or is that <pushy|old-fashioned>?
C I get so nervous in interviews that I <talk too fast|forget my own name>, any tips?
A Résumé: lead with results and numbers, and cut whatever does not fit the position.
A Cover letter: name one problem of the company and how you would help.
A Networking: ask people for their story, not for a position.
A Interviews: prepare five short stories that show how you solve problems.
A Salary: name a range with reasons and let the other side speak first.
A References: ask before you list anybody and tell them what to stress.
A Online profile: use the words of the postings that interest you.
A Follow-up: write a short thank-you message within a day.
A Tracking: keep a table of applications with dates and next steps.
A Rejections: ask for one piece of feedback and move on.
A Questions: bring three questions that show you have read about the team.
* role | {role}
S I'm applying for positions as a(n) {role}.
? What position am I applying for?
~ What kind of work am I looking for?
* pay | {pay}
S I'd like to earn at least {pay}.
U <I talked to a recruiter|After some research>, and I'm now asking for {new}.
? What is the least I'd like to earn?
~ Which salary am I hoping for?
K What salary am I asking for now?
k How did my pay expectation change?
*+ applied | {firm}
S I sent an application to {firm} <today|last night>.
S I applied at {firm}, <haven't heard back|they use a terrible form>.
? Did I apply at {firm}? || yes
M Which companies have I applied to?
M How many companies have I sent applications to?
* interview | {date}
S I have an interview at {firm} on {date}.
U They moved my interview to {new}.
? When is my interview?
K For what day is my interview set now?
E my interview
* start | {date}
S I could start on {date} at the earliest.
? When could I start at the earliest?
E my earliest start date
* years | {years}
S I've got {years} of experience <in the field|all in one firm>.
? How much experience do I have?
~ How long have I been in my profession?
* skill | {skill}
S My strongest skill is {skill}, <I think|people tell me>.
? What is my strongest skill?
~ What am I best at professionally?
* want | {want}
S What matters most to me is {want}.
? What matters most to me in a job?
P Which openings would you say suit me? || {want}
* tip | {tip}
V The one thing that will make a difference is {tip}.
v What did you say would make a difference for my applications?
v Which measure did you advise to improve my chances?

# cooking
n <meal planning|cooking at home|my recipes>
$diet = low-carb; vegetarian; lactose-free; low-salt; pescatarian; nut-free; high-protein
$dislike = cilantro; mushrooms; eggplant; olives; blue cheese; beets; raisins; fennel
$people = two; three; four; five; six; seven
$dish = chickpea stew; baked trout; squash lasagna; bibimbap; stuffed peppers; chicken pot pie; tofu satay; leek quiche; potato goulash
$tool = an air fryer; a slow cooker; a cast iron pan; one hotplate; a pressure cooker; a bread machine
$mins = 20 minutes; 25 minutes; 30 minutes; 45 minutes; an hour
$rec = a lentil and spinach bake; a Moroccan carrot soup; sesame noodles; a barley salad; a black bean chili
R can you <give me a recipe|plan the week's dinners>?
R what could I <cook|prep ahead>?
R how would you <season it|make it lighter>?
C How long does <cooked rice|soup> keep in the fridge? I always <forget|throw it out to be safe>.
C What's a good <substitute for eggs|way to use up old bread>?
C My knives are <dull|terrible>, how do I sharpen them without <ruining them|buying gadgets>?
A Planning: choose three dinners that share ingredients and cook double portions.
A Shopping: buy vegetables that keep, such as carrots and cabbage, for the end of the week.
A Prep: wash and cut everything on one evening and store it in boxes.
A Seasoning: add salt in small steps and acid at the end.
A Protein: beans, eggs and fish are quick and keep you full.
A Leftovers: turn roasted vegetables into soup or a filling for wraps.
A Freezing: freeze portions flat in bags, label them and use them within three months.
A Texture: something crisp on top makes a simple dish feel finished.
A Spices: toast them briefly in oil before you add liquids.
A Children: let them choose one vegetable each week and help to cut it.
A Timing: start with the part that takes longest and clean while it cooks.
* diet | {diet}
S I'm on a {diet} diet <for now|doctor's orders>.
U I'm eating {new} now, the old diet <wasn't for me|is over>.
? What diet am I on?
~ What restrictions apply to what I eat?
K Which diet do I follow at present?
P What should I make for dinner tonight? || {diet}
* dislike | {dislike}
S Please leave out {dislike}, I can't stand the taste.
? Which ingredient can't I stand?
~ What should never be in a dish for me?
P Could you suggest a salad for tomorrow? || {dislike}
* people | {people}
S I cook for {people} people <most nights|every day>.
? How many people do I cook for?
~ How many plates are on my table?
* tool | {tool}
S In my kitchen I have {tool}, <that's about it|and a tiny oven>.
? What do I have in my kitchen?
~ What equipment can I cook with?
* mins | {mins}
S I've got about {mins} to cook <on weeknights|after work>.
? How long do I have to cook on weeknights?
~ How much time may dinner take?
*+ dish | {dish}
S I made {dish} <yesterday|on the weekend> and <everyone liked it|it was a bit bland>.
M Which dishes have I told you I made?
M How many dishes did I tell you about cooking?
? Have I cooked {dish} lately? || yes
* party | {date}
S I'm hosting a dinner on {date}.
? When am I hosting dinner?
E my dinner party
* rec | {rec}
V My suggestion for a first try is {rec}: cheap, filling and hard to get wrong.
v What dish did you suggest for a first try?
v Which meal did you recommend I begin with?

# garden
n <my garden|the vegetable beds>
$crop = tomatoes; zucchini; snap peas; garlic; raspberries; chard; potatoes; sweet corn; radishes; kale
$soil = heavy clay; sandy soil; very acidic soil; stony ground; thin soil over rock
$size = 12 square meters; 30 square meters; 6 square meters; 80 square meters; a balcony of 4 square meters
$pest = slugs; aphids; vine weevils; deer; cabbage moths; voles
$plant = comfrey; marigolds; clover; nasturtiums; lavender; yarrow
R what <should I plant|can I do about it>?
R can you <make a planting calendar|suggest a layout>?
R how <often do I water|do I improve that>?
C Is <rainwater|tap water> better for plants? My neighbor <insists on it|has a theory>.
C Composting: does it <smell|attract rats>? I'd like to start but <I'm hesitant|my landlord isn't keen>.
C When is it too late to <sow|prune>? I always <miss the right week|get it wrong>.
A Soil: add compost in spring and avoid walking on wet beds.
A Watering: water deeply in the morning and less often.
A Sowing: start seeds indoors six weeks before the last frost.
A Spacing: crowded plants get mildew, so thin them early.
A Mulch: a layer of straw keeps moisture in and weeds down.
A Pests: check the underside of leaves and pick insects off by hand.
A Rotation: do not grow the same family in the same bed two years in a row.
A Tools: a good hoe and a sharp knife do most of the work.
A Harvest: pick often, because that makes plants produce more.
A Pollinators: leave a corner for flowers that bloom late.
* size | {size}
S I've got {size} <to work with|behind the house>.
? How big is my garden?
~ How much space do I have for growing things?
* soil | {soil}
S The ground here is {soil}, <sadly|according to a test>.
? What kind of ground do I have?
~ What is the earth like where I grow things?
*+ crop | {crop}
S I planted {crop} <this week|along the fence>.
S {Crop} went in <today|on Sunday>, <let's hope|fingers crossed>.
M Which crops have I planted?
M How many kinds of crops have I told you about?
? Did I plant {crop}? || yes
* pest | {pest}
S I have a problem with {pest}, <they're everywhere|half of it is gone>.
? Which pest do I have a problem with?
~ What creature is ruining my harvest?
* frost | {date}
S The last frost here is usually around {date}.
? When is the last frost where I live?
E the last frost
* fair | {date}
S I'd like to show something at the village fair on {date}.
? When is the village fair?
E the village fair
* plant | {plant}
V A plant I would add everywhere is {plant}; it feeds the insects that you want.
v Which plant did you tell me to add?
v What did you advise me to grow for insects?

# novel
n <my novel|the book I'm writing>
$title = The Drowned Orchard; Salt Ledger; A House of Minor Saints; The Cartwright Silence; Nine Winters; Letters to a Glacier; The Clockmaker's Debt
$hero = a retired locksmith; a lighthouse keeper's daughter; a failed opera singer; two rival beekeepers; a river pilot; a schoolteacher with a secret
$words = 18,000; 24,000; 31,500; 42,000; 56,000; 63,000; 71,000
$place = a fishing village in 1921; a floating city; a mountain pass in winter; an abandoned spa town; a border station
$pov = first person; close third person; letters; alternating narrators; second person
$edit = cut the prologue; begin with the fire; merge the two sisters; move the confession earlier; end on the harbor scene
R can you <give feedback on the outline|suggest a chapter order>?
R how do I <raise the tension|fix the middle>?
R what <would make it stronger|is missing>?
C Do real writers <outline everything|write every day>? I feel like <a fraud|I'm doing it wrong>.
C How do people come up with <names|titles>? I <steal from gravestones|just grab a phone book>.
C I have <writer's block|no energy> this week, should I <push through|take a break>?
A Outline: write one sentence for each chapter and look for those in which nothing changes.
A Characters: give everybody something that they want in each scene.
A Dialogue: read it aloud and cut the first and last line.
A Setting: choose three details that only this place would have.
A Pacing: follow a long scene with a short one.
A Point of view: stay with one head per scene, so that readers stay close.
A Opening: begin as late as possible and explain later.
A Revision: let the draft rest for a few weeks and read it on paper.
A Feedback: ask readers where they got bored, not what they would change.
A Routine: a small daily word count is easier to keep than long weekends.
* title | "{title}"
S The working title is "{title}".
U I renamed it, the title is "{new}" now.
? What is the working title of my book?
K What is my manuscript called now?
k How did the name of my manuscript change?
* hero | {hero}
S It's about {hero}, <mostly|at heart>.
? Who is my book about?
~ Who is the main character of my story?
* place | {place}
S The story is set in {place}.
? Where is my story set?
~ In what surroundings does my plot take place?
* words | {words} words
S I've written {words} words so far.
U I'm up to {new} words now.
? How many words had I written?
K How long is my manuscript by now?
k How did my word count grow?
* pov | {pov}
S I'm writing it in {pov}, <which is harder than I thought|for now>.
? Which point of view do I write in?
~ From what perspective is my story told?
* agent | {date}
S I have to send the sample chapters to an agent by {date}.
U The agent gave me more time, until {new}.
? When are the sample chapters due?
K What is the newest deadline from the agent?
E the deadline for the sample chapters
* retreat | {date}
S I'm going on a writing retreat that starts on {date}.
? When does my writing retreat start?
E the start of my writing retreat
* edit | {edit}
V The biggest improvement would be to {edit}; everything after it becomes easier.
v What was the biggest change you proposed for my manuscript?
v Which edit did you advise?
"""
