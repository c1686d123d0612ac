# ruff: noqa: E501 (a line of a bank is one thing to say)
"""More of what two friends talk about: see dialogue_bank_friends."""

BANK = """
# photography
$motif = old doorways; street musicians; foggy mornings; my neighbor's hands; abandoned gas stations; birds in flight; rain on windows; night trains
$camera = a film camera from the seventies; my phone; a borrowed DSLR; an instant camera; a mirrorless one
$prize = second place; an honorable mention; the audience award; first prize; a spot in the calendar
o Still taking pictures?
c Everyone has a good camera in their pocket now, but <nobody prints anything|we look at it all too fast>.
c Golden hour is real, even <parking lots|trash cans> look <poetic|romantic> then.
r Do you edit a lot? || <Barely|A touch>. A bit of <contrast|light>, that's it.
p a foggy street
* motif | {motif}
S I've been shooting mostly {motif} lately, with {camera}. <It's oddly soothing|My hard drive is full>.
Q What do you like to point the lens at? || {motif}. I use {camera}, <nothing fancy|which surprises people>.
? What does {N} like to photograph?
~ Which subject fascinates {N} behind the lens?
? What does {N} take pictures with? || {camera}
* prize | {prize}
S I won {prize} in the photo contest {when}! <I never win anything|Mom bought ten copies of the paper>.
Q Did the jury ever answer you? || They did, {when}. {prize}! <I had to read it twice|Not bad for a beginner>.
? How did {N} do in the photo contest?
~ Which award did {N}'s picture earn?
T When did {N} hear about the photo contest?

# writing
$form = a short story; a poem; a stage play; a memoir chapter; a song text; a children's book; a travel essay
$about = my grandfather's workshop; two strangers on a ferry; a talking streetlamp; losing a friend; a town without clocks; the summer of the flood
$rejected = three; seven; eleven; fourteen; twenty
o Are you writing at the moment?
c I have notebooks full of first lines and <nothing after them|no second lines>.
c Writing is mostly <staring at walls|rewriting the same line>, nobody tells you that.
r Do you let people read it? || <Only when it's done|Rarely>. I get <shy|defensive>, haha.
p a typewriter on a wooden table
*+ wrote | {form} about {about}
S I finished {form} about {about} {when}. <It came out in one go|I cut half of it>.
Q What have you been scribbling all evening? || {form} about {about}. <It's rough|Be gentle>. I got it done {when}.
? What did {N} write {form} about? || {about}
~ What theme did {N} put into words? || {about}
T When did {N} finish writing about {about}?
M What has {N} written?
* rejected | {rejected}
S I've had {rejected} rejections from publishers so far, I pin them above my desk.
Q Any word from the publishers? || {rejected} no's. <I keep count|One was even friendly>.
? How many rejections has {N} received?
~ How often did publishers turn {N} down?

# birthday
$party = a picnic; a karaoke night; a bowling evening; a costume party; a potluck; a boat ride; a board game night; a quiet dinner
$cake = carrot cake; lemon tart; black forest cake; cheesecake; a tower of donuts; tiramisu; ice cream cake
$guest = my old teacher; my first boss; a cousin from abroad; my college crush; the whole choir; my ex
o How did you celebrate?
c I'm not big on birthdays, I <hide from the singing|turn my phone off>.
c Another year older and I still <can't fold a map|eat cereal for dinner>.
r Did you dance? || <Until my feet gave up|A little>. There may be <videos|evidence>.
p a cake with candles
* party | {party}
S For my birthday we had {party} {when}, and even {guest} showed up!
Q What did you do for your big day? || {party}, {when}. And guess who came? {guest}!
? How did {N} celebrate {his} birthday?
? Which unexpected guest came to {N}'s birthday? || {guest}
~ What sort of get-together did {N} throw on turning a year older? || {party}
T When was {N}'s birthday celebration?
* cake | {cake}
S My {kin} made me {cake} for my birthday, my absolute favorite.
Q And what was for dessert at your party? || {cake}! My {kin} baked it. <I had three pieces|Gone in minutes>.
? What is {N}'s favorite cake?
~ What did {N}'s {kin} bake?

# language
$lang = Portuguese; Korean; Arabic; Welsh; Dutch; Greek; Polish; Swahili; Japanese; Turkish; Icelandic; Hindi
$why = my in-laws speak it; I want to read old letters; a new colleague taught me a few words; I fell for a TV show; I'd like to move there one day
$word = butterfly; homesickness; ladle; thunder; grandfather; patience
o How's the language learning going?
c I mix up all languages when I'm tired, the waiter gets <a salad of words|three hellos>.
c Grammar is where dreams go to die, <I swear|in my humble opinion>.
r Do you practice with someone? || Online, <twice a week|with a retired lady>. We <laugh a lot|talk about food>.
p a page of vocabulary cards
* lang | {lang}
S I started learning {lang} {when}, because {why}.
Q What are all those little cards on your wall? || {lang}! I began {when}. {Why}.
? Which language is {N} learning?
? Why is {N} learning {lang}? || {why}
~ What tongue does {N} want to be able to speak?
T When did {N} take up {lang}?
* word | {word}
S My favorite foreign word so far is the one for "{word}", it just rolls.
Q Teach me something! || I love how they say "{word}". <I say it to the cat|I can't write it, though>.
? What does {N}'s favorite foreign word mean?
~ Which foreign expression does {N} like for its sound?

# crafts
$craft = knitting; embroidery; candle making; whittling; macramé; quilting; soap making; origami; leatherwork; beading
$made = a pair of socks; a lumpy hat; six candles; a spoon; a wall hanging; a baby blanket; a thousand cranes; a belt; a lampshade
$sold = online; at the Christmas market; to a coworker; at a school fair; in a friend's café
o What are your hands up to these days?
c I have a drawer of half-done craft projects. <It's a graveyard|We don't open it>.
c Making something with your hands <calms the nerves|beats scrolling>.
r How long does one take? || <Forever|An evening or six>. I <undo half of it|watch shows meanwhile>.
p a basket of yarn
* craft | {craft}
S I've gotten into {craft}, a hobby I picked up {when}.
Q What's with all the supplies on your table? || {craft}, my new thing. I took it up {when}.
? What craft did {N} take up?
~ Which handmade hobby keeps {N} busy?
T When did {N} get into {craft}?
*+ piece | {made}
S I made {made} for my {rel} {when}. <It even fits|A bit crooked but full of love>.
Q Who is that one for? || My {rel}! It's {made}. I finished it {when}.
? What did {N} make for {his} {rel}?
~ Which handmade item went to {N}'s {rel}?
T When did {N} make {made}?
M What has {N} made by hand?
* sold | {sold}
S I sold my first piece {sold}! <Someone paid real money|I nearly gave it away>.
Q Did anybody buy one? || One, {sold}. <I framed the receipt|It's a start>.
? Where did {N} sell {his} first piece?
~ Through which channel did {N} find a first customer?

# dreams
$dream = to open a bookstore; to run a small bakery; to live by the sea; to write for television; to start a farm; to build a cabin; to sail around the world; to teach abroad
$block = money; my knees; my mortgage; fear, honestly; time; my parents
$step = talked to a bank; took an evening course; made a business plan; quit smoking to save up; visited a site; called an old mentor
o Where do you see yourself in five years?
c I used to have a ten-year plan. Now I have <a grocery list|a plan for Friday>.
c Big dreams are scary because <they might come true|somebody might ask about them>.
r What does your family say to it? || <They roll their eyes|They're supportive>, <mostly|bless them>.
p a notebook with a plan
* dream | {dream}
S My big dream is {dream}. What's in the way is {block}.
Q If you could do anything? || {dream}. <Without a doubt|I've thought of it for years>. The obstacle is {block}.
? What is {N}'s big dream?
? What stands in the way of {N}'s dream? || {block}
~ What would {N} love to do with {his} life?
I Would {N} be glad about an opportunity like that: {dream}? || Yes, it is {his} dream
* step | {step}
S I {step} {when}, so the plan is slowly getting real.
Q Have you done anything about your plan? || A first step! I {step} {when}.
? What first step did {N} take toward the plan?
~ How has {N} begun to make it real?
T When did {N} take the first step toward the plan?

# sleep
$wake = 4:45; 5:30; 6:15; 7:40; 9:20; 11:00
$trick = chamomile tea; a fan in the room; a heavy blanket; counting backwards from a hundred; reading the phone manual; earplugs
$dreamt = I was late for a wedding on a bicycle; all my teeth were keys; I could talk to ducks; my old school was under water
o Sleeping any better?
c The older I get, the more I <look forward to bed|respect naps>.
c My upstairs neighbor <drops marbles|moves furniture> at two in the morning.
r Do you nap? || Like <a cat|a champion>. Twenty minutes, <no more|no shame>.
* wake | {wake}
S I get up at {wake} these days, believe it or not.
Q What time does your alarm ring? || {wake}. <Don't pity me|It's fine once I'm up>.
? What time does {N} get up?
~ At which hour does {N}'s day begin?
* trick | {trick}
S The only thing that makes me fall asleep is {trick}.
Q And how do you get to sleep then? || {trick}. <Works every time|My doctor laughed>.
? What helps {N} fall asleep?
~ What is {N}'s remedy for restless nights?
* dreamt | {dreamt}
S I had the weirdest dream {when}: {dreamt}.
Q You look puzzled, bad night? || Strange one, {when}. {Dreamt}. <Tell me what that means|I woke up laughing>.
? What did {N} dream?
~ What odd thing happened in {N}'s sleep?

# games
$game = chess; a pirate card game; a farming simulator; a word game; backgammon; a space strategy game; poker; a cooperative mystery game; dominoes; a racing game
$foe = my neighbor; my nephew; a stranger online; my dad; the champion of our block; my boss
$score = by one point; in twelve moves; after four hours; with my last card; three times in a row
o Played anything fun?
c Board games bring out <the worst|my inner child> in me. I <flip tables|keep score for years>.
c I lost a whole weekend to a screen, and I'm <not proud|only a bit ashamed>.
r Are you a sore loser? || <Me? Never|Terrible one>. Ask <my brother|anyone>.
p a board game on a table
*+ beat | {game}
S I beat {foe} at {game} {when}, {score}!
Q Why are you grinning? || Because I won at {game}! Against {foe}, {when}, {score}.
? Whom did {N} beat at {game}? || {foe}
~ Over whom did {N} triumph in {game}? || {foe}
T When did {N} win at {game}?
M Which games has {N} won?

# coffee
$drink = a flat white; black tea with milk; espresso; a chai latte; decaf; an oat cappuccino; mint tea; hot chocolate
$place = the Blue Kettle; Café Marlene; Corner Cup; the Tin Spoon; Daily Bean; Mrs. Moon's
$cups = three; four; five; six; seven
o Coffee or tea person today?
c Without caffeine I'm <a ghost|a danger to others>.
c The barista spelled my name <wrong again|in a way I've never seen>.
r Do you take sugar? || <Two|None>, and I <won't apologize|used to take four>.
p a cup with latte art
* drink | {drink}
S I always order {drink}, wherever I go. Boring, but it's my thing.
Q What can I get you? || {drink}, please. <Always|Same as ever>.
? What does {N} always order?
~ Which beverage does {N} prefer?
* place | {place}
S My favorite spot is {place}, I practically live there. They know my {kin}, too.
Q Where do you want to meet? || {place}? <I love their window seat|It's my second home>.
? What is {N}'s favorite café?
~ Where does {N} like to spend time over a hot drink?
* cups | {cups} cups
S I'm at {cups} cups a day and my doctor is <not amused|worried>.
Q How many do you drink, really? || {cups} cups. <On a good day|Don't judge>.
? How many cups does {N} drink a day?
~ How large is {N}'s daily caffeine intake?

# heirloom
$thing = a brass clock; a pearl brooch; a violin; a recipe box; a wool coat; a wooden sled; a porcelain elephant; a set of medals; a sewing kit
$story = it survived a fire; it crossed an ocean; it was won in a bet; it was hidden in a wall for years; it was a wedding present
o What's the oldest thing you own?
c I'm sentimental about objects, <ask my overflowing shelves|I blame my mother>.
c Old things have better stories than new ones, <and better screws|that's why I like them>.
r Would you ever sell it? || <Never|Over my dead body>. Some things <aren't for money|stay in the family>.
p an old wooden box
* thing | {thing}
S I inherited {thing} from my {kin} {when}. The story goes that {story}.
Q Where did you get that old piece? || It's {thing}, from my {kin}. I inherited it {when}. They say {story}.
? What did {N} inherit from {his} {kin}?
? What is the story behind {N}'s heirloom? || {story}
~ Which old object passed down to {N}?
T When did {N} inherit {thing}?

# weather
$event = a flood in the cellar; a fallen tree on the car; a week without power; hail as big as eggs; a snowed-in weekend; a heat wave with no fan
$did = slept at a neighbor's; baked bread by candlelight; shoveled for five hours; rescued the cat from the shed; carried boxes all night
o Was the storm bad at your place?
c Weather apps are <liars|optimists>. I look out of the window instead.
c I love a good thunderstorm, as long as I'm <inside|under a blanket>.
r Is everything dry again? || <Mostly|Nearly>. The smell <lingers|will take a while>.
p a street covered in snow
* event | {event}
S We had {event} {when}. I {did}. <What a mess|Something for the grandkids>.
Q Are you all okay over there? || We are now. There was {event}, {when}. I {did}.
? What did the bad weather bring {N}?
? What did {N} do when the weather turned bad? || {did}
~ Which damage or trouble did nature cause at {N}'s place?
T When did {N} have {event}?

# childhood
$toy = a wooden train; a stuffed walrus; a tin robot; a kite; marbles; a doll with one eye; roller skates
$nick = Peanut; Noodle; Professor; Turbo; Button; Sparrow; Captain; Beans
$mischief = painted the dog blue; sold lemonade made of soap; locked the teacher out; ran away for two hours; flooded the bathroom; cut my own bangs
o What were you like as a child?
c Summers felt <endless|so long> back then, didn't they? All <bikes and scraped knees|mud and ice pops>.
c My mother kept all my school reports. "Talks too much", <every year|since first grade>.
r Were you a good student? || <Depends who you ask|In some things>. I <stared out of windows|liked lunch>.
p an old photo of a child on a bike
* toy | {toy}
S My favorite toy was {toy}, I wouldn't go anywhere without it.
Q What did you play with when you were little? || {toy}! <It's still in a box somewhere|I cried when it broke>.
? What was {N}'s favorite toy?
~ Which plaything did {N} love when {he} was small?
* nick | {nick}
S At home everybody called me {nick}, please don't tell anyone.
Q Did you have a nickname? || {nick}. <My uncle started it|It stuck for years>.
? What was {N}'s nickname?
~ By which other name did {N}'s family know {him}?
* mischief | {mischief}
S When I was seven I {mischief}. My {kin} still tells that at dinners.
Q What's the naughtiest thing you did? || I {mischief}. <I was grounded for a month|No regrets>.
? What mischief did {N} get up to as a child?
~ What prank is still told in {N}'s family?

# friendship
$where = on a delayed train; in a hospital queue; at summer camp; in a laundromat; at a protest; in detention; at a dance class
$fell = borrowed money; a forgotten birthday; politics; a secret that got out; a move abroad
$years = ten years; fifteen years; six years; twenty years; eight years
o How's that friend of yours?
c Good friends are the ones you can <be quiet with|call at three in the morning>.
c Making friends as an adult is <so hard|like dating>.
r Do you see each other much? || <Not enough|Now and then>. But it's <always easy|like no time passed>.
p two people laughing on a bench
* met | {where}
S I met my friend {pal} {where}, {years} ago. We've been close ever since.
Q How do you two know each other? || {pal} and me? We met {where}, {years} ago!
? Where did {N} meet {pal}?
? How long have {N} and {pal} known each other? || {years}
~ How did the friendship between {N} and {pal} begin?
* fell | {fell}
S I made up with {pal} {when}. We hadn't spoken because of {fell}.
Q You two are talking again? || Since we met up {when}, yes. {pal} and I had stopped over {fell}, <so silly|such a waste>.
? Why had {N} stopped speaking with {pal}?
~ What had come between {N} and {pal}?
T When did {N} make up with {pal}?

# phone
$lost = my phone; my house keys; an earring; my glasses; my bus pass; a library book
$found = in the freezer; under the car seat; in a coat from last winter; at the dentist's; in the dog's bed; inside a boot
$new = a password manager; a meditation app; a step counter; a smartwatch; a recipe app; an old flip phone
o Why didn't you answer yesterday?
c Technology hates me. The printer <blinks and laughs|smells fear>.
c I should spend less time <scrolling|online>, said everyone ever.
r Did you panic? || <Completely|For an hour>. I <turned the place upside down|blamed everyone>.
* lost | {lost}
S I lost {lost} {when} and found it {found}. <Don't ask|I'm getting old>.
Q What were you looking for all day? || {lost}! Gone since that walk {when}. It turned up {found}.
? Where did {N} find {lost}? || {found}
~ What had {N} misplaced? || {lost}
T When did {N} misplace {lost}?
* new | {new}
S I've started using {new}, and it's changed my days more than I'd admit.
Q Any gadget or app you'd recommend? || {new}, actually. <I resisted for ages|It keeps me sane>.
? What gadget or app does {N} use?
~ Which bit of technology has improved {N}'s days?

# money
$save = a house; a sabbatical; my wedding; a new roof; my niece's college; a sailing boat; a piano
$side = walking dogs; selling jam; tutoring kids; fixing bikes; translating menus; driving a taxi; cleaning pools
$saved = $800; $1,500; $2,300; $4,100; $5,700; $7,200
o Still on that saving plan?
c Money talk makes me <itch|yawn>, but <somebody has to pay the bills|here we are>.
c Lottery tickets are a tax on <hope|bad math>, and I still <buy one|dream>.
r Is it hard to stick to? || <Very|On weekends>. I <leave my card at home|cook more>.
* save | {save}
S I'm saving for {save}, and I've put away {saved} so far.
Q What's the piggy bank for? || {save}! There's {saved} in it. <Slow but steady|Don't rob me>.
? What is {N} saving for?
? How much has {N} saved? || {saved}
~ For which goal is {N} living frugally?
* side | {side}
S I make a little extra with {side}, started {when}.
Q How do you get by? || I do {side} on the side. Began {when}. <Beats overtime|It's actually fun>.
? How does {N} earn extra money?
~ What is {N}'s side job?
T When did {N} begin {side}?

# nightlife
$show = an improv show; a puppet opera; a magic show; a poetry slam; a ballet; a circus; a stand-up night; a silent film with live piano
$felt = I laughed till I cried; I fell asleep; they pulled me on stage; the power went out; I bumped into my dentist
o Been out lately?
c By ten I'm <in pajamas|useless>. When did that happen?
c Theater seats were made for <people without legs|dolls>.
r Was it crowded? || <Packed|Half empty>. We <got lucky with seats|stood at the back>.
p a red theater curtain
*+ show | {show}
S {pal} took me to {show} {when}, and {felt}.
Q How was your evening out? || It was {show}! {pal} had tickets, {when}. {Felt}.
? What happened to {N} at {show}? || {felt}
? Who went to {show} with {N}? || {pal}
~ With whom did {N} go out to see {show}? || {pal}
T When did {N} go to {show}?
M Which shows has {N} been to?

# beliefs
$cause = cleaner rivers; free public transport; animal rights; school lunches; affordable housing; bike lanes; the local library; disability access
$did = went to a march; signed a petition; spoke at a town meeting; wrote to the mayor; handed out flyers; joined a committee
o Did you see what's going on in town?
c I try not to argue about politics at dinner, I <fail|last ten minutes>.
c Small local things change more than <big speeches|people think>.
r Do you think it'll help? || <Maybe|I hope so>. It's better than <complaining|sitting at home>.
p a crowd with signs
* cause | {cause}
S What I care about most these days is {cause}. I {did} for it {when}.
Q What got you so fired up? || {cause}. I {did} {when}, my first time doing such a thing.
? Which cause does {N} care about?
? What did {N} do for {cause}? || {did}
~ What issue moves {N} to act?
T When did {N} get active for {cause}?

# romance
$met = at a bus stop; through a dating app; at my cousin's wedding; in a pottery class; at the vet; on a blind date
$date = a picnic in the rain; minigolf; a cooking class; a museum; a flea market; an escape room
$trait = terrible puns; a great laugh; the way of listening; patience with my mother; freckles; kindness to waiters
o How's your love life?
c Dating apps are <a part-time job|a zoo>. I've deleted them <twice|for good, I think>.
c Love songs make more sense when you're <happy|heartbroken>.
r Have your parents met? || <Not yet|Soon>. I'm <buying time|nervous>.
p two cups on a café table
* met | {met}
S I'm seeing someone! {pal}. We met {met} {when}.
Q Who's making you smile at your phone? || {pal}. We met {met}, {when}. <It's early days|I'm not blushing>.
? Where did {N} meet {pal}, the new partner?
? Who is {N} dating? || {pal}
~ How did {N} and {his} new love cross paths?
T When did {N} meet {his} new partner?
* date | {date}
S Our first date was {date}, <and it went on for hours|of all things>.
Q What did you two do the first time? || {date}. <Very us|I'd recommend it>.
? What was {N}'s first date?
~ How did {N} spend the first evening with the new partner?
* trait | {trait}
S What won me over was {trait}, if you must know.
Q What do you like most about your partner? || {trait}. <Easy|I could make a list>.
? What does {N} like most about {his} partner?
~ Which quality charmed {N}?

# city
$spot = a rooftop garden; a hidden courtyard; a 24-hour bakery; a tiny jazz bar; a bench by the canal; a record store; an old bathhouse
$annoy = the leaf blowers; scooters on the sidewalk; the church bells at six; seagulls; tourists with suitcases; endless construction
$tram = bus 14; tram 3; the night bus; the ferry; the blue line; bus 88
o Anything new in your neighborhood?
c My street has changed so much, three <nail salons|juice bars> and no <hardware store|post office>.
c City noise is a kind of <music|torture>, depends on the day.
r Would you move away? || <Sometimes I think about it|Never>. But then <spring comes|I see the prices>.
p a canal with houseboats
* spot | {spot}
S I discovered {spot} {when}, my new favorite place in town.
Q Where's your secret place? || {spot}! Found it by accident {when}. <Don't tell a soul|I go every week>.
? What place did {N} discover in town?
~ Which hidden corner has become {N}'s favorite?
T When did {N} discover {spot}?
* annoy | {annoy}
S What drives me crazy around here is {annoy}.
Q What would you change about your street? || {annoy}. <Every single day|I've written letters>.
? What annoys {N} about the neighborhood?
~ What nuisance does {N} complain about?
* tram | {tram}
S I take {tram} every morning, it's where I do my thinking.
Q How do you get downtown? || {tram}. <Takes half an hour|The driver knows me>.
? What does {N} take in the morning?
~ Which line does {N} commute on?

# collecting
$coll = stamps with birds; snow globes; vinyl records; postcards; vintage maps; teaspoons; sea glass; comic books; typewriters
$count = 40; 75; 120; 210; 300; 450; 600
$rare = one from 1911; a misprint; one signed by the maker; a gift from a stranger; one in the shape of a fish
o What do you spend your pocket money on?
c My place is turning into a museum, <says my sister|and I'm the guard>.
c I threw out a whole bag of stuff and <feel lighter|regret it already>.
r Where do you keep it all? || <Under the bed|Everywhere>. I need <shelves|help>.
p a shelf full of small objects
* coll | {coll}
S I collect {coll}, I've got {count} of them by now.
Q What's in all those boxes? || {coll}! {count}, last time I counted. <I know, I know|It began with one>.
? What does {N} collect?
? How many pieces are in {N}'s collection? || {count}
~ Which objects does {N} hunt for?
* rare | {rare}
S The pride of my collection is {rare}, found it {when}.
Q Which one is your favorite piece? || {rare}. Got it {when}. <Guess what I paid|I nearly fainted>.
? What is the pride of {N}'s collection?
~ Which treasured piece does {N} own?
T When did {N} find the pride of the collection?

# therapy
$why = a breakup; burnout; my father's death; panic at work; feeling stuck; moving so often
$tip = to write three good things a day; to say no without excuses; to walk before answering; to name the feeling; to call one friend a week
o How are you, really?
c Some weeks are just <heavy|gray>, and I've stopped <pretending|fighting it>.
c Talking helps. It's annoying how much <it helps|they were right about that>.
r Are you getting enough support? || I think so. My <sister|neighbor> <checks on me|brings soup>.
* why | {why}
S I began seeing a therapist {when}, after {why}. It was overdue.
Q What made you get help? || {why}. I had my first session {when}. <Best decision|Should have gone earlier>.
? What led {N} to see a therapist?
~ Why did {N} look for professional support?
T When did {N} begin therapy?
* tip | {tip}
S The best advice my counselor gave me is {tip}.
Q What have you learned in those sessions? || {tip}. <Simple and hard|It's on my fridge>.
? What advice did {N}'s counselor give {him}?
~ Which piece of guidance stuck with {N}?

# neighbors
$deed = fixed my bike; brought me soup; looked after my plants; jump-started my car; taught me to make jam; returned my wallet
$fight = the hedge; a parking spot; the drums; barbecue smoke; a borrowed ladder; trash cans
o How are the people next door?
c I know everything about my neighbors' lives <through the wall|and not their names>.
c We should all have a street party, <nobody ever organizes it|I'll bring chips>.
r Are they friendly? || <Some of them|Very>. The old man on the corner <waves at everyone|feeds crows>.
* deed | {deed}
S My neighbor {pal} {deed} {when}, out of nowhere. So kind.
Q Who's {pal}? || My neighbor, the one who {deed} {when}. <An angel|I owe a cake>.
? What did {pal} do for {N}?
? Which neighbor helped {N}? || {pal}
~ What good turn was done to {N} by someone living close by?
T When did {pal} help {N}?
* fight | {fight}
S There's a feud on my street about {fight}, and I'm <in the middle of it|staying out>.
Q Why the long face? || Trouble next door, about {fight} again. <Grown people|So petty>.
? What is the quarrel on {N}'s street about?
~ What do people around {N} fall out over?

# tattoo
$motif = a swallow; a tiny anchor; my grandmother's signature; a fern; a paper plane; three dots; a compass rose; a whale
$where = on my wrist; behind my ear; on my ankle; on my shoulder; on my ribs
$dye = silver; copper red; dark blue; platinum; pink; black
o You look different, did you change something?
c I keep every haircut I regret in a folder, <it's thick|for humility>.
c Mirrors in changing rooms are <cruel|rigged>.
r Did it hurt? || <Less than I feared|Like a cat scratch>. I <counted ceiling tiles|sang>.
p a close-up of an arm
* motif | {motif}
S I got a tattoo {when}: {motif}, {where}. <My mom doesn't know|It healed well>.
Q What's under the bandage? || {motif}! It's {where}. Had it done {when}.
? What tattoo did {N} get?
? Where is {N}'s tattoo? || {where}
~ Which design does {N} wear on the skin?
T When did {N} get the tattoo?
* dye | {dye}
S I dyed my hair {dye} {when}, first time in my life.
Q What did the hairdresser do? || {dye}! All of it. {When}. <Still shocked by mirrors|I love it>.
? What color did {N} dye {his} hair?
~ Which shade is {N}'s new look?
T When did {N} dye {his} hair?

# stars
$saw = Saturn's rings; a lunar eclipse; a meteor shower; the space station; a comet; Jupiter's moons
$from = my roof; a field outside town; the observatory; a parking lot; the beach; a mountain hut
o Did you look at the sky last night?
c You forget how many stars there are when you <live in the city|never look up>.
c Space makes my problems feel <tiny|silly>, which is <nice|a relief>.
r Was it cold? || <Freezing|A bit>. Thermos and <two blankets|wool socks> saved me.
p a night sky over a field
*+ saw | {saw}
S I saw {saw} from {from} {when}. <I forgot to breathe|Worth the cold feet>.
Q Why were you out so late? || For {saw}! I went to {from}, {when}.
? Where did {N} see {saw}? || {from}
~ What could {N} observe from {from}? || {saw}
T When did {N} see {saw}?
M What has {N} seen in the night sky?

# podcast
$show = Small Town Mysteries; The Bread Files; Ghosts of Industry; Two Sisters and a Map; Night Shift Stories; How Bridges Fall; The Quiet Hour
$occasion = on my commute; while ironing; in the bath; on long runs; before sleep; while cooking
o Listened to anything interesting?
c I talk back to the radio, <loudly|in the car>, people stare.
c Silence is underrated, I <drive without music|turn everything off> now.
r Do you speed it up? || <Never|One and a half>. <They'd sound like squirrels|Time is short>.
* show | {show}
S I'm obsessed with a podcast called "{show}", I listen {occasion}.
Q What's in your headphones? || "{show}", a podcast. I play it {occasion}. <So good|I'm on episode ninety>.
? Which podcast does {N} like?
? When does {N} listen to podcasts? || {occasion}
~ What audio show is {N} hooked on?
"""
