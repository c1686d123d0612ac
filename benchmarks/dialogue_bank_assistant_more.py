# ruff: noqa: E501 (a line of a bank is one thing to say)
"""More of what a user brings to an assistant: see dialogue_bank_assistant."""

BANK = r"""
# repair
n <the home renovation|the repairs at home|fixing up the house>
$room = the bathroom; the kitchen; the attic; the hallway; the basement; the guest room
$problem = a damp wall; a leaking faucet; squeaky floorboards; a cracked tile; drafty windows; a dripping gutter
$quote = $480; $950; $1,300; $2,100; $3,400; $5,200; $6,700
$paint = sage green; off-white; pale blue; terracotta; warm gray; mustard
$buy = a drill; grout; primer; a ladder; sandpaper and filler; a new sink; insulation foam
$paid = $25; $48; $76; $110; $165; $230
$rec = a moisture meter; silicone instead of acrylic sealant; a test patch behind the door; renting the sander
R can you <list the steps|tell me what tools I need>?
R should I <do it myself|hire someone>?
C How do you know whether a wall <is load-bearing|has pipes in it>? I'm <scared to drill|no expert>.
C Dust gets <everywhere|into everything>, is there a way to keep it <in one room|down>?
A Inspection: find the cause before you treat what you see, above all with damp.
A Tools: borrow what you use once and buy what you use every month.
A Safety: turn off water and power before you open anything.
A Preparation: cleaning and sanding take most of the time and decide the result.
A Quotes: ask three tradespeople and compare what is included.
A Paint: two thin coats cover better than a thick one.
A Drying: give filler and plaster a full day before you go on.
A Permits: check the local rules before you move a wall or a pipe.
A Budget: keep fifteen percent for what you find behind the tiles.
A Order: work from the ceiling down and leave the floor for last.
* room | {room}
S We're redoing {room} <ourselves|this season>.
? Which room are we redoing?
~ What part of the home is under construction?
* problem | {problem}
S There's {problem} that <worries me|gets worse>.
? What problem did I notice at home?
~ What defect in my house worries me?
* quote | {quote}
S The contractor quoted {quote}, <labor included|which seems high>.
U The contractor came down, the quote is {new} now.
? What did the contractor quote?
K What does the contractor ask for by now?
k How did the contractor's price change?
* start | {date}
S The work begins on {date}.
U The crew is late, they begin on {new}.
? When does the work on the house begin?
K When do the builders come, after the delay?
E the start of the work at home
* paint | {paint}
S For the walls I picked {paint}.
? What color did I pick for the walls?
~ Which shade will the rooms have?
*+ bought | {paid}
S I bought {buy} for {paid} <at the hardware store|on sale>.
? How much did I pay for {buy}?
~ What did {buy} cost me?
M How much did I spend on material and tools?
* rec | {rec}
V One thing that would save you trouble is {rec}; it costs little and prevents mistakes.
v What did you suggest to save me trouble with the repairs?

# language
n <learning the language|my language course>
$lang = Spanish; Italian; Korean; German; Swedish; Arabic; Mandarin; Polish
$level = A1; A2; B1; B2
$why = my partner's family; a job abroad; reading novels; an exchange year; watching films without subtitles
$hard = the tones; word order; the cases; listening to fast speech; gendered nouns; verb endings
$words = 150; 300; 450; 700; 900; 1,200; 1,500
$method = shadowing a radio show; labeling things at home; a diary of three sentences a day; cards with whole sentences
R can you <give me exercises|correct my sentences|make a plan>?
R how do I <practice speaking|get better at this>?
C Is it true that <adults learn slower|children have it easier>? I <hope not|feel ancient in class>.
C Do I need <grammar books|an app>? My teacher is <against it|old school>.
A Listening: hear the same short recording five times on different days.
A Speaking: read aloud for ten minutes and record yourself once a week.
A Vocabulary: learn words in sentences, since single words are soon forgotten.
A Grammar: take one rule a week and write ten sentences with it.
A Exchange: find a partner who learns your language and split the hour.
A Reading: choose texts in which you know nine words of ten.
A Mistakes: note the errors you repeat and review them each Sunday.
A Routine: fifteen minutes a day beat two hours on the weekend.
A Media: watch series with subtitles in the language itself.
A Tests: a mock exam shows which skill needs work.
* lang | {lang}
S I'm learning {lang} for {why}.
? Which language am I learning?
? What is my reason for learning {lang}? || {why}
~ Which foreign tongue do I practice?
* level | {level}
S My level is {level}, <says the test|roughly>.
U I passed the next test, I'm at {new} now.
? What is my level?
K What level have I reached lately?
* hard | {hard}
S What I find hardest is {hard}.
? What do I find hardest about the language?
~ Where do I stumble when I speak abroad?
P Could you write an exercise for me? || {hard}
* words | {words} words
S I know about {words} words <so far|according to my app>.
U My app says I know {new} words now.
? How many words do I know?
K How large is my vocabulary at present?
k How has my vocabulary grown?
* exam | {date}
S I registered for the language certificate on {date}.
U The certificate exam was moved to {new}.
? When is the certificate exam?
K What is the new day of the certificate exam?
E the language certificate
* method | {method}
V If I had to pick one habit for you, it would be {method}.
v Which habit did you pick for me?
v What daily practice did you recommend for speaking better?

# legal
n <the legal matter|the dispute with my landlord|my paperwork>
$issue = a deposit that was not returned; mold in the bedroom; a noise complaint; a broken heating system; a rent increase; a sublet without consent
$amount = $600; $850; $1,100; $1,450; $1,900; $2,400
$who = a tenants' association; a lawyer friend; the city's mediation office; my insurance
$doc = photos of every room; the handover protocol; all emails; a witness statement; the bank transfers
R can you <draft a letter|explain my options>?
R what <are my rights|should I do first>?
C What's the difference between <a notice and a warning|mediation and a claim>? The terms <confuse me|sound alike>.
C Do people really <win such cases|go to court over this>?
A Records: collect letters, photos and dates in one folder.
A Deadlines: note every deadline, as missing one may cost you the claim.
A Letter: state facts, name what you want and set a date.
A Advice: ask a local adviser before you sign anything.
A Insurance: check whether legal costs are covered.
A Mediation: it is cheaper and often faster than court.
A Tone: stay polite and factual, even when you are angry.
A Copies: send important letters so that you can prove delivery.
A Contract: read the clauses on notice, repairs and deposits.
* issue | {issue}
S It's about {issue}, <going on for months|and I'm fed up>.
? What is my dispute about?
~ What quarrel am I having about the apartment?
* amount | {amount}
S The amount in question is {amount}.
U They offered to settle, it's about {new} now.
? Which amount is in question?
K What sum is the dispute about at present?
* deadline | {date}
S I have to answer the letter by {date}.
U I got an extension, the answer is due on {new}.
? By when do I have to answer the letter?
K When is my answer due after the extension?
E the deadline for my answer
* hearing | {date}
S The hearing is on {date}.
? When is the hearing?
E the hearing
* who | {who}
S I've spoken to {who}, <they were helpful|not much came of it>.
? Whom have I spoken to about the dispute?
~ Who advised me on the matter?
* doc | {doc}
V The most useful evidence would be {doc}; keep it dated and in order.
v What did you call the most useful evidence?

# tax
n <my taxes|the tax return>
$kind = freelance income; rent from a room; shares I sold; two jobs; a foreign pension
$sum = $3,100; $4,800; $6,200; $9,700; $12,400; $15,900
$ded = a desk; a train pass; a language course; software; donations; a laptop
$cost = $60; $120; $190; $280; $340; $460; $890
R can you <make a checklist|explain what I need>?
R what can I <deduct|still do this year>?
C Why are the forms so <hard to read|long>? I <gave up on page two|need a drink>.
C What happens if I make <a mistake|an error> without <knowing|meaning to>?
A Receipts: scan them at once and sort them by month.
A Deadlines: file early, so that there is time for missing papers.
A Deductions: list costs of work, training, travel and donations.
A Reserves: put a third of freelance income aside for the tax office.
A Records: keep documents for at least seven years.
A Help: a tax adviser pays off if your case is unusual.
A Corrections: you may correct a return when you notice an error.
A Accounts: separate private and business money.
A Estimates: base advance payments on last year's figures.
* kind | {kind}
S This year I had {kind}, <for the first time|which complicates things>.
? What complicates my tax return?
~ What unusual earnings did I have this year?
* sum | {sum}
S It came to {sum} <in total|before costs>.
U I recounted, it came to {new}.
? How much did my extra income come to?
K What is the corrected figure of my extra income?
* due | {date}
S My return is due on {date}.
U I got an extension for the return, until {new}.
? When is my return due?
K By which day must I file, after the extension?
E the day my tax return is due
*+ ded | {cost}
S I spent {cost} on {ded} <for work|which I'd like to deduct>.
? How much did I spend on {ded}?
M What do my deductible costs add up to?
M What is the total of the costs I want to deduct?
~ What did I pay for {ded}?

# health
n <my health|the treatment|my symptoms>
$sym = headaches; dizziness; heartburn; lower back pain; a dry cough; tingling fingers; bad sleep
$med = an antihistamine; a beta blocker; vitamin D; iron tablets; a thyroid pill; ibuprofen
$bp = 128 over 84; 135 over 88; 142 over 91; 121 over 79; 150 over 95
$allergy = penicillin; aspirin; latex; peanuts; bee stings; codeine
$doctor = Dr. Okafor; Dr. Lindgren; Dr. Marsh; Dr. Pereira; Dr. Haas; Dr. Yilmaz
$habit = a symptom diary; ten minutes of walking after meals; a screen-free hour before bed; measuring at the same time each day
R what <could I do about it|should I ask the doctor>?
R can you <explain what that means|help me prepare for the visit>?
C Is it <normal|worrying> to be tired <all the time|in winter>? Everyone I know is.
C How much <water|coffee> a day is really <healthy|too much>?
A Doctor: write down when symptoms began and what makes them worse.
A Sleep: go to bed at the same time and keep the room cool.
A Movement: a daily walk helps with pain, mood and digestion.
A Food: eat regular meals and note what upsets you.
A Medicine: do not stop or combine tablets without asking.
A Stress: breathing slowly for five minutes lowers tension.
A Warning signs: get help at once for chest pain or trouble with speech.
A Records: keep a list of results and tablets in your wallet.
A Questions: bring three questions to the appointment.
A Second opinion: it is fine to ask another specialist.
* sym | {sym}
S I've been having {sym} <for a few weeks|mostly at night>.
? What symptom have I been having?
~ What complaint has been troubling me?
* med | {med}
S I take {med} every day.
U My doctor switched me to {new}.
? What do I take every day?
K Which medicine am I on currently?
k How did my medication change?
* bp | {bp}
S My blood pressure was {bp} <this morning|at the pharmacy>.
U Measured again, my blood pressure is {new} now.
? What was my blood pressure?
K What was my latest blood pressure?
* allergy | {allergy}
S Important: I'm allergic to {allergy}.
? What am I allergic to?
~ Which substance is dangerous to me?
P What could I take for a sore throat? || {allergy}
* visit | {date}
S I have an appointment with {doctor} on {date}.
U The practice moved my appointment to {new}.
? When is my appointment?
? Who is my doctor? || {doctor}
K On which day do I see the doctor, after the change?
E my doctor's appointment
* test | {date}
S The blood test is on {date}.
? When is the blood test?
E my blood test
* habit | {habit}
V A habit that I would begin with is {habit}, as it costs nothing and tells the doctor a lot.
v Which habit did you say I should begin with?

# pets
n <my pet|looking after my animal>
$pet = a border terrier; a Maine Coon; two guinea pigs; a rescue greyhound; a cockatoo; a rabbit; an old beagle
$name = Pixel; Marmalade; Boris; Tofu; Hazel; Gizmo; Lady; Pancake
$issue = scratching the sofa; barking at night; not eating; fear of thunder; pulling on the leash; chewing cables
$food = grain-free kibble; canned food; hay and greens; raw meat; a kidney diet
$cost = $45; $90; $130; $185; $240; $360
$for = a vaccination; a new crate; the groomer; an X-ray; a puppy class
$trick = a snuffle mat; short training before meals; a cardboard box with holes; white noise
R how do I <train that|fix it>?
R what <would you try|do you advise>?
C Do animals <get jealous|dream>? Mine <looks like it|twitches in sleep>.
C Is pet insurance <a rip-off|worth it>? Everyone says something else.
A Training: reward what you want at once and ignore what you do not want.
A Food: change food slowly over a week.
A Vet: a yearly check finds problems early.
A Play: short games several times a day prevent boredom.
A Fear: do not force contact, let the animal come to you.
A Routine: fixed times for food and walks give security.
A Home: keep cables, plants and medicine out of reach.
A Weight: weigh your animal each month.
A Contact: let it meet other animals early and in small doses.
* pet | {pet}
S I have {pet} called {name}.
? What animal do I have?
? What is the name of my pet? || {name}
~ Which creature do I share my home with?
* issue | {issue}
S The problem is {issue}, <night after night|since we moved>.
? What problem do I have with my pet?
~ What bad habit of my animal did I describe?
* food | {food}
S We feed {food}.
U We switched the food to {new}.
? What do we feed our pet?
K What does my animal eat now?
* vet | {date}
S The vet appointment is on {date}.
U The vet had to move us to {new}.
? When do we see the vet?
K What is the new vet date?
E the vet appointment
*+ cost | {cost}
S I paid {cost} for {for} <today|last week>.
? How much did I pay for {for}?
M How much have I spent on my pet altogether?
~ What was the bill for {for}?
* trick | {trick}
V In such cases {trick} often helps within two weeks.
v What did you say often helps my pet?

# party
n <the party|the celebration I'm organizing>
$what = a surprise party; a housewarming; a retirement party; a graduation party; a street party; a baby shower
$for = my father; my best friend; my boss; my niece; our neighbors
$guests = 15; 20; 25; 30; 40; 55
$theme = pirates; the nineties; Hawaii; black and white; space; mystery dinner
$food = tacos; a barbecue; finger food; a cheese buffet; pizza from a truck
$task = the music; the invitations; the cake; decoration; games for the kids
$idea = a photo wall; a quiz about the guest of honor; a memory book; a blind tasting
R can you <make a checklist|suggest games>?
R what do I <need to organize|forget most likely>?
C How do you stop a party from <being boring|ending too early>?
C Is it rude to <ask guests to bring food|set an end time>?
A Guests: invite three weeks ahead and ask about allergies.
A Food: choose dishes that can be prepared the day before.
A Drinks: plan two per person for the first hour, then one.
A Music: make a list that gets livelier over the evening.
A Games: have one for those who know nobody.
A Space: clear a corner to sit and one to dance.
A Neighbors: tell them when it will end and invite them.
A Cleaning: set up bins where people can see them.
A Timing: plan a highlight about two hours in.
* what | {what}
S I'm organizing {what} for {for}.
? What am I organizing?
? Whom is the celebration for? || {for}
~ What kind of event am I putting together?
* day | {date}
S It will be on {date}.
U We had to change the day of the party, it's {new} now.
? When will the party be?
K What is the new day of the party?
E the party
* guests | {guests} guests
S About {guests} guests are coming.
U More people said yes, it's {new} guests now.
? How many guests are coming to the party?
K How many people have said yes by now?
* theme | {theme}
S The theme is {theme}, <the kids chose it|don't laugh>.
? What is the theme of the party?
~ How are people supposed to dress up?
* food | {food}
S To eat there will be {food}.
? What will there be to eat at the party?
~ What am I going to serve?
*+ task | {task}
S {pal} is taking care of {task}.
? Who takes care of {task}? || {pal}
M Which tasks have I handed to others?
* idea | {idea}
V Something guests remember is {idea}; it is simple and personal.
v What did you say guests would remember?

# parenting
n <my kids|raising the children|my child's school>
$kid = Emil; Nora; Jasper; Lina; Otis; Maja; Finn; Zara
$age = four; five; six; eight; nine; eleven; thirteen
$issue = bedtime battles; too much screen time; fear of swimming; fights with a sibling; homework refusal; picky eating
$like = dinosaurs; chess; drums; horses; building robots; ballet; football cards
$grade = a C in math; an A in art; a warning letter; top marks in reading; a D in spelling
$rec = a chart with stickers; a quiet corner; one evening a week with one child; a timer for screens
R how do I <handle that|talk about it>?
R what <helps at that age|would you do>?
C Is it normal for kids to <lie|bargain> so much? I <don't remember doing it|was worse>.
C How much pocket money is <usual|fair> these days?
A Routine: the same order every evening makes bedtime easier.
A Praise: name what was good and not only that it was good.
A Rules: few rules that always hold work best.
A Screens: agree on times and keep phones out of bedrooms.
A Homework: a fixed place and short breaks help.
A Feelings: name what the child feels before you solve it.
A Siblings: do not take sides, describe the problem.
A School: talk to the teacher early and calmly.
A Reading: read aloud even after they can read.
* kid | {kid}
S My {age}-year-old, {kid}, is crazy about {like}.
? What is my child called?
? What is {kid} crazy about? || {like}
? How old is {kid}? || {age}
~ What hobby does my child love? || {like}
* issue | {issue}
S We're struggling with {issue}, <every day|lately>.
? What are we struggling with at home?
~ Which problem with my child wears me out?
* grade | {grade}
S There was {grade} in the last report.
? What was in the last school report?
~ How did my child do at school?
* meeting | {date}
S The parent-teacher meeting is on {date}.
U School moved the parent-teacher meeting to {new}.
? When is the parent-teacher meeting?
K To which day did the school move the meeting?
E the parent-teacher meeting
* trip | {date}
S The class trip starts on {date}.
? When does the class trip start?
E the class trip
* rec | {rec}
V What I would try first is {rec}, for at least three weeks.
v What did you say I should try first with my child?

# car
n <buying a car|my car|the used car>
$car = a used station wagon; an electric hatchback; a ten-year-old van; a small SUV; a hybrid sedan
$max = $4,500; $6,000; $8,000; $11,000; $14,500; $19,000
$km = 42,000 miles; 68,000 miles; 85,000 miles; 110,000 miles; 31,000 miles
$fault = a rattling exhaust; worn brake pads; a dead battery; rust on the sills; a slow tire
$repair = new tires; an oil change; brake pads; a timing belt; a windshield
$cost = $75; $160; $240; $390; $520; $780
$rec = an independent inspection; a cold start test; buying in December; a car with one previous owner
R what should I <check|ask the seller>?
R is that <a fair price|a good choice>?
C Electric or gas, what makes more sense <in a cold place|for short trips>?
C How do I <jump-start a car|change a tire>? I've never <done it|dared to>.
A Inspection: look at the car in daylight and when it is dry.
A History: ask for service records and check the mileage in them.
A Test drive: drive slowly and fast, and listen without the radio.
A Price: compare ten offers of the same year and mileage.
A Insurance: get a quote before you buy.
A Costs: add fuel, tax, tires and repairs to the price.
A Contract: write down known faults and sign two copies.
A Maintenance: small services on time prevent large bills.
* car | {car}
S I'm looking at {car}.
U I changed my mind about the car, I'd rather have {new}.
? What car am I looking at?
K Which car do I want now?
* max | {max}
S I can pay {max} at most.
U With the loan I can pay {new}.
? What is the most I can pay for the car?
~ What is my limit for the vehicle?
K What is my limit for the vehicle now?
* km | {km}
S It has {km} on the clock.
? What is the mileage of the car?
~ How far has the vehicle been driven?
* fault | {fault}
S The mechanic found {fault}.
? What did the mechanic find?
~ Which defect does the vehicle have?
* test | {date}
S The inspection is due on {date}.
? When is the inspection due?
E the car inspection
*+ repair | {cost}
S I paid {cost} for {repair}.
? How much did I pay for {repair}?
M What have the repairs of my car cost in total?
* rec | {rec}
V The best protection is {rec}.
v What did you call the best protection when buying a car?

# business
n <my small business|the shop I'm starting|my startup>
$biz = a bike repair van; a candle shop; a tutoring service; a food truck; a plant nursery; a translation bureau; a dog hotel
$name = Bright Kettle; Fern & Co.; Second Gear; The Honest Loaf; Paper Lantern; Northside Paws
$invest = $5,000; $8,500; $12,000; $20,000; $27,000
$cust = 12; 25; 40; 65; 90; 140
$prob = late payers; too few reviews; a broken oven; a supplier who vanished; high rent
$rev = $1,400; $2,100; $3,300; $4,600; $5,900
$rec = a waiting list; three fixed packages; a loyalty card; a pop-up stand on Saturdays
R can you <write a business plan|suggest a price list>?
R how do I <find customers|grow>?
C Do I need a <logo|website> at the start, or is that <vanity|a must>?
C How do other owners <switch off|take vacations>?
A Customers: talk to ten people who would pay before you build anything.
A Prices: start from costs, add your time and compare with others.
A Cash: know how many months you can last without income.
A Marketing: ask every happy customer for a review.
A Records: write invoices on the same day.
A Legal form: choose the simplest that protects you.
A Focus: do one thing well before you add another.
A Suppliers: have a second one for everything that matters.
A Hours: fix opening times and keep to them.
* biz | {biz}
S I'm starting {biz} called "{name}".
? What business am I starting?
? What is my business called? || {name}
~ What venture am I founding?
* invest | {invest}
S I've got {invest} to invest.
U My aunt is joining, so there's {new} to invest.
? How much do I have to invest?
K How much capital is there by now?
* open | {date}
S The opening is planned for {date}.
U The permit is late, so we open on {new}.
? When is the opening planned?
K What is the new opening day?
E the opening of my business
* cust | {cust} customers
S I have {cust} customers <so far|this month>.
U I'm up to {new} customers.
? How many customers do I have?
K How many customers are there by the latest count?
k How did the number of customers develop?
* rev | {rev}
S Sales were {rev} last month.
U Sales went to {new} this month.
? What were my sales?
K What are my newest monthly sales?
* prob | {prob}
S My headache is {prob}.
? What is my headache with the business?
~ What trouble does my firm have?
* rec | {rec}
V I would try {rec}, because it brings people back.
v What did you suggest to bring people back?

# music
n <learning the instrument|my music practice>
$inst = the cello; the guitar; the saxophone; the piano; the harp; the drums
$piece = a Bach minuet; a blues in E; a film theme; a lullaby; a ragtime
$min = 15 minutes; 20 minutes; 30 minutes; 45 minutes
$prob = stiff fingers; rhythm; reading notes; stage fright; hand position
$tempo = 60; 72; 80; 92; 104; 120
$rec = slow practice with a metronome; recording each week; playing with eyes closed; learning the last bar first
R can you <make a practice plan|explain the theory>?
R how do I <get cleaner|play faster>?
C Do I need to <read music|know theory> to play well?
C How do I not annoy the <neighbors|family>?
A Warm-up: five minutes of scales prepare hands and ears.
A Tempo: play so slowly that you make no mistakes.
A Parts: practice hard bars alone and join them later.
A Rhythm: clap it before you play it.
A Memory: name the chords aloud as you go.
A Posture: relax the shoulders and check your wrists.
A Performance: play for one friend before you play for ten.
A Rest: stop when it hurts.
* inst | {inst}
S I'm learning {inst}, <late in life|for two years now>.
? Which instrument am I learning?
~ What do I play?
* piece | {piece}
S I'm working on {piece}.
U I moved on to {new}.
? Which piece am I working on?
K What do I practice at present?
* min | {min}
S I practice {min} a day.
? How long do I practice each day?
* tempo | {tempo}
S I can play it at {tempo} beats a minute.
U I'm at {new} beats a minute now.
? At what tempo can I play it?
K How fast can I play by now?
k How has my tempo changed?
* prob | {prob}
S My weak point is {prob}.
? What is my weak point at the instrument?
~ What holds my playing back?
P What should I work on in today's session? || {prob}
* recital | {date}
S There's a recital on {date}.
? When is the recital?
E the recital
* rec | {rec}
V What would help you most is {rec}.
v What did you say would help my playing most?

# moving
n <the move|moving to the new apartment>
$place = a two-room flat; a house with a yard; a shared apartment; a loft; a flat on the fifth floor without elevator
$rent = $980; $1,150; $1,320; $1,480; $1,720; $1,950
$boxes = 25; 40; 55; 70; 90
$item = a piano; an aquarium; a king-size bed; forty plants; a motorcycle; grandma's cupboard
$help = four friends; a moving company; my brothers; nobody yet
$rec = packing one room at a time; numbering the boxes; a bag for the first night; measuring the doors
R can you <make a timeline|write a checklist>?
R what do I <do first|tell the landlord>?
C How do I get rid of <old furniture|paint cans> without a car?
C How early do people <start packing|cancel the internet>?
A Timeline: count back from the day of the move and note each task.
A Boxes: heavy things in small boxes, light things in large ones.
A Address: tell the bank, insurance and employer.
A Utilities: read the meters and take a picture.
A Cleaning: do it when the rooms are empty.
A Help: one person directs and does not carry.
A Fragile: use towels and clothes as padding.
A Keys: hand them over with a protocol.
* place | {place}
S The new home is {place} in {city}.
? What kind of home am I moving into?
? In which city is my new home? || {city}
~ Where will I live? || {city}
* rent | {rent}
S The new rent is {rent}.
? What is the rent of the new place?
~ What will I pay for the new home each month?
* day | {date}
S Moving day is {date}.
U The handover is late, so moving day is {new}.
? When is moving day?
K What is moving day after the delay?
E moving day
* boxes | {boxes} boxes
S I've packed {boxes} boxes.
U It's {new} boxes by now.
? How many boxes have I packed?
K How many boxes are packed by the latest count?
* item | {item}
S The tricky part is {item}.
? What is the tricky part of my move?
~ Which thing will be hard to transport?
* help | {help}
S To carry I've got {help}.
? Who helps me carry?
* rec | {rec}
V What saves most time is {rec}.
v What did you say saves most time in a move?

# thesis
n <my thesis|my research project>
$topic = urban beekeeping; medieval trade routes; sleep in shift workers; bilingual classrooms; coastal erosion; chatbots in clinics
$pages = 12; 25; 38; 47; 60; 85
$part = 24; 36; 48; 60; 112; 250
$method = interviews; an online survey; archive work; a field study; simulations
$sup = Prof. Lang; Prof. Adeyemi; Prof. Novak; Prof. Ellis; Prof. Tanaka
$rec = writing the methods first; a reverse outline; a table of all sources; reading only abstracts for a week
R can you <review my outline|suggest a structure>?
R how do I <narrow it down|analyze that>?
C How do people <cite podcasts|deal with writer's block>?
C My citation manager <ate my references|crashed>, which one is <reliable|simple>?
A Question: state in one sentence what you want to find out.
A Literature: group sources by what they claim.
A Method: explain why it fits the question.
A Data: keep raw data apart from what you change.
A Writing: draft badly and revise well.
A Structure: each paragraph makes one point.
A Feedback: ask your supervisor two precise questions.
A Schedule: plan backwards from the day you hand it in.
A Figures: every figure must be understood without the text.
* topic | {topic}
S My thesis is about {topic}.
? What is my thesis about?
~ What do I research?
* method | {method}
S I'm using {method}.
U My supervisor disliked it, so I'm using {new} now.
? Which method am I using?
K What is my method after the change?
* pages | {pages} pages
S I've written {pages} pages.
U I'm at {new} pages now.
? How many pages had I written?
K How long is my thesis by now?
k How has my thesis grown?
* part | {part}
S I have {part} participants.
? How many participants do I have?
~ How large is my sample?
* sup | {sup}
S My supervisor is {sup}.
? Who is my supervisor?
* due | {date}
S I have to hand it in on {date}.
U My deadline was extended to {new}.
? When do I have to hand in my thesis?
K What is my deadline after the extension?
E the day I hand in my thesis
* defense | {date}
S The defense is on {date}.
? When is the defense?
E my defense
* rec | {rec}
V I would begin with {rec}.
v What did you say I should begin with for the thesis?

# photos
n <the photography project|my photo exhibition>
$subject = night markets; old hands; empty stations; urban foxes; my street in all seasons
$camera = a film camera; a mirrorless body; a phone; a pinhole box
$prints = 12; 16; 20; 24; 30
$place = a café; the town hall; a bookshop; a hospital corridor
$cost = $70; $140; $210; $330; $450
$item = frames; paper; a lens filter; flyers; a printer
$rec = a single light from the side; black frames of one size; a series of nine; printing small
R can you <suggest a sequence|help with the text>?
R how do I <light that|choose the pictures>?
C Film or digital, is there <really a difference|any point in arguing>?
C How do you ask strangers for <a portrait|permission>?
A Light: shoot early or late, when shadows are long.
A Selection: print small copies and move them on the floor.
A Sequence: begin strong, end quiet.
A Framing: use the same margin for every picture.
A Text: two sentences per picture are enough.
A Prints: order a test strip before you print all.
A Opening: invite the local paper ten days ahead.
A Backup: keep the files in two places.
* subject | {subject}
S The series is about {subject}.
? What is my series about?
~ What do I photograph?
* camera | {camera}
S I work with {camera}.
? What do I take pictures with?
* prints | {prints} prints
S I want to show {prints} prints.
U I changed the selection, it's {new} prints now.
? How many prints did I want to show?
K How many pictures are in the show now?
* place | {place}
S The show will be in {place}.
? Where will the show be?
~ Which venue takes my pictures?
* open | {date}
S The opening night is {date}.
U The venue moved my opening night to {new}.
? When is the opening night?
K What is the opening night after the change?
E the opening night
*+ cost | {cost}
S I paid {cost} for {item}.
? How much did I pay for {item}?
M What has the show cost me in all?
* rec | {rec}
V A choice that would tie it all together is {rec}.
v What did you say would tie my pictures together?

# charity
n <the charity event|our fundraiser>
$for = a school library; flood victims; an animal rescue; a new playground; a refugee choir
$goal = $2,000; $3,500; $5,000; $7,500; $10,000
$got = $400; $850; $1,300; $1,900; $2,700; $3,100
$act = a bake sale; a sponsored run; an auction; a concert; a quiz night
$team = 6; 8; 11; 14; 19
$rec = a thermometer poster; matching gifts; a raffle; a short film
R can you <write the appeal|plan the evening>?
R how do we <find sponsors|get more people>?
C Why do people <give more in December|ignore flyers>?
C What should a thank-you letter <say|look like>?
A Story: tell about one person instead of numbers.
A Sponsors: ask local firms with a clear offer.
A Roles: give each helper one task and one deadline.
A Permits: check what the town asks for.
A Money: two people count and sign.
A Thanks: write within a week.
A Press: send a short text with one good picture.
A Weather: have a plan for rain.
* for | {for}
S We raise money for {for}.
? What do we raise money for?
~ Who benefits from our fundraiser?
* goal | {goal}
S The goal is {goal}.
U We raised the goal to {new}.
? What is the goal of the fundraiser?
K What is the goal of the fundraiser now?
* got | {got}
S We have {got} so far.
U We're at {new} now.
? How much had we collected?
K How much have we collected by now?
k How did our collected sum develop?
* act | {act}
S The main event is {act}.
? What is the main event?
~ How do we plan to bring in donations?
* team | {team} helpers
S There are {team} helpers in my team.
? How many helpers are in my team?
* day | {date}
S It takes place on {date}.
U The town moved the fundraiser to {new}.
? When does the fundraiser take place?
K On which day is the fundraiser after the change?
E the fundraiser
* rec | {rec}
V What often doubles the result is {rec}.
v What did you say often doubles the result?

# data
n <the data analysis|my dashboard at work|the report>
$rows = 12,000 rows; 85,000 rows; 240,000 rows; 1.2 million rows; 3 million rows
$tool = pandas; R; SQL and a spreadsheet; DuckDB; Power BI
$metric = churn; delivery time; ticket volume; energy use; no-show rate
$val = 4.2%; 6.8%; 9.5%; 11.3%; 14.7%; 18.1%
$bug = duplicate IDs; mixed time zones; missing zip codes; currency in two formats; empty columns
$boss = Ms. Grant; Mr. Oyelaran; Helga; the board; our client
$rec = a weekly snapshot table; a box plot; dropping the pie charts; a data dictionary
R can you <write the query|suggest a chart>?
R how do I <clean this|explain it to my boss>?
C Are pie charts <always bad|really evil>? My colleague <loves them|defends them>.
C What's a simple way to explain <a median|significance> to <my team|a manager>?
A Cleaning: count missing values and duplicates before anything else.
A Types: read dates as dates and IDs as text.
A Charts: one message per chart and a title that says it.
A Queries: filter early and join late.
A Checks: compare totals with a source you trust.
A Documentation: write what each column means and where it comes from.
A Automation: schedule what you do more than twice.
A Sharing: show the result first and the method after.
X ```sql\nSELECT region, AVG(value) AS mean_value\nFROM measurements\nGROUP BY region\nORDER BY mean_value DESC;\n```
X ```python\nframe = pandas.read_csv("export.csv", parse_dates=["day"])\nprint(frame.duplicated().sum())\n```
* rows | {rows}
S The table has {rows}.
? How many rows does the table have?
~ How large is my data set?
* tool | {tool}
S I work with {tool}.
U IT made us switch, I work with {new} now.
? Which tool do I work with?
K What do I do my analyses with now?
* metric | {metric}
S The number everyone cares about is {metric}.
? Which number does everyone care about?
~ What measure is my report about?
* val | {val}
S It was {val} last quarter.
U The new figure is {new}.
? What was the figure last quarter?
K What is the newest figure in my report?
k How did the figure in my report change?
* bug | {bug}
S I found {bug} in the export.
? What did I find in the export?
~ What is wrong with my data?
* due | {date}
S I present the results to {boss} on {date}.
U My presentation was moved to {new}.
? When do I present the results?
? To whom do I present the results? || {boss}
K When is my presentation after the change?
E my presentation
* rec | {rec}
V What would improve the report most is {rec}.
v What did you say would improve the report most?
"""
