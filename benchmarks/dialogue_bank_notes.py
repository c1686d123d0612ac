# ruff: noqa: E501 (a line of a bank is one thing to say)
"""Notes without a partner: made-up documents, and a companion's memories of a person.

DOCUMENTS is in the form of dialogue_bank: `S` lines are notes, `?` and `~` ask for them.
COMPANION: `m` a memory of {N} that belongs to the topic, `d` a talk in progress that calls for
such memories, its speakers taking turns, {N} first.
"""

from benchmarks.dialogue_bank import pool

COMMON: dict[str, list[str]] = {
    "year": pool("1874; 1891; 1902; 1913; 1926; 1938; 1947; 1955; 1963; 1971; 1984; 1996"),
    "town": pool(
        "Harlow; Brenning; Oldmere; Castelvin; Tarrow; Whitsand; Marbeck; Dunlow; Esker; Pellin; "
        "Quarrington; Stavely; Lorne; Vessel Bay"
    ),
    "person": pool(
        "Edda Marsh; Tobias Krell; Ines Falco; Howard Pym; Lin Zhao; Amara Diallo; Otto Brandt; "
        "Rosalind Peake; Samuel Obi; Greta Lund; Vikram Sen; Nell Carver"
    ),
    "month": pool("January March April June July September October December", " "),
    "pal": pool("Kit; Lulu; Benny; Asha; Marco; Poppy; Yann; Sunny; Elif; Jojo; Wim; Clara"),
    "kin": pool("grandmother; grandfather; mother; father; aunt; uncle; older brother"),
}

DOCUMENTS = """
# places
$bridge = the Ferrant Bridge; the Saltmarsh Viaduct; the Old Weir; the Lantern Tower; the Corn Exchange; the Glass Pavilion
$len = 84 meters; 112 meters; 240 meters; 37 meters; 310 meters; 56 meters
$festival = the Eel Festival; the Night of Kites; the Bell Market; the Plum Fair; the Rope Race; the Fog Parade
$river = the Arrel; the Tamsel; the Little Ouse; the Corvine; the Brade
$legend = a miller who traded his shadow; a bell that rang by itself; a giant who feared rain; two sisters who moved a hill
*+ built | {year}
S {Bridge} in {town} was completed in {year} and measures {len}. <It was restored twice after floods|Most of the stone came from a quarry nearby>.
? In what year was {bridge} completed?
~ How old a landmark is {bridge} in {town}, by its date?
? How long is {bridge}? || {len}
*+ festival | {town}
S {Festival} takes place in {town} every {month}. It goes back to {year}, when <the harbor froze|a merchant lost a bet>.
? Where does {festival} take place?
~ Which town celebrates {festival}?
? Since when has {festival} been held? || {year}
*+ legend | {legend}
S In {town}, people by {river} tell of {legend}. <A plaque near the church repeats the story|The tale appears in school books>.
? What legend is told in {town}?
~ Which old story do locals pass on in {town}?

# people
$job = an engraver; a botanist; a ship's doctor; a bridge engineer; a puppet maker; an astronomer; a court painter
$work = a map of the night sky; a dictionary of winds; a catalog of mosses; a mechanical theater; a treatise on arches; forty portraits of bakers
*+ life | {job}
S {Person} was {job}, born in {town} in {year}. The best-known work is {work}. <Few letters survive|The family archive burned down>.
? What was the profession of {person}?
? Which work made {person} known? || {work}
~ What did {person} leave to the world? || {work}
? Where was {person} born? || {town}

# firms
$firm = Talbot Ceramics; Meridian Rope Works; Oxley Instruments; Vale & Sons; Northgate Dairy; Pritchard Clocks; Sorrel Paper
$makes = kiln bricks; climbing rope; barometers; oak barrels; goat cheese; station clocks; filter paper
$staff = 18; 45; 72; 130; 210; 340
*+ firm | {makes}
S {Firm} was founded in {town} in {year} and makes {makes}. It employs {staff} people, <most of them part-time|half of them from the same valley>.
? What does {firm} make?
? How many people does {firm} employ? || {staff}
~ Which goods leave the factory of {firm}?
? When was {firm} founded? || {year}

# house notes
$thing = the spare key; the fuse box plan; the passport copies; the water shutoff; the winter blankets; the first aid kit; the warranty for the fridge
$where = behind the blue jar; in the drawer under the stairs; in the gray binder; under the kitchen sink; on top of the wardrobe; in the garage cabinet; inside the piano bench
$code = 4471; 9032; 2816; 7750; 6194; 3508
$lock = the garage; the bike shed; the storage unit; the cellar; the letterbox
$plate = KLM 482; TRX 917; BVD 305; HQS 664
*+ where | {where}
S {Thing} is {where}. <Moved it after the last visit|Nobody else knows>.
? Where is {thing}?
~ Where should I look for {thing}?
*+ code | {code}
S The code for {lock} is {code}, <changed after the break-in|please do not text it>.
? What is the code for {lock}?
~ Which number opens {lock}?

# science notes
$mineral = vessite; halorin; pale ombrite; tarnstone; gray lucine
$melts = 340 degrees; 612 degrees; 890 degrees; 1,120 degrees; 455 degrees
$bird = the ringed marsh finch; the copper wren; the long-billed teal; the dusk swift
$eats = water beetles; thistle seeds; fallen berries; young snails
*+ mineral | {melts}
S {Mineral} is a soft mineral found near {town}. It melts at {melts} and <turns green in acid|leaves a white streak>.
? At what temperature does {mineral} melt?
~ How hot must it get for {mineral} to turn liquid?
*+ bird | {eats}
S {Bird} nests in reeds along {town} and feeds on {eats}. <Its call is two short notes|Females are larger than males>.
? What does {bird} feed on?
~ What is the diet of {bird}?
"""

COMPANION = """
# animals
m {N} found a <hedgehog|young bird> in the garden and kept it warm in a shoe box until it was strong again.
m {N} was <chased|barked at> by a big dog near the bakery and cried, and {kin} carried {N} home.
m {N} visited a farm with {pal} and was allowed to feed the <lambs|goats> from a bottle.
m {N}'s goldfish died, and {N} buried it under the <rose bush|apple tree> with a small stone on top.
d Can we go to the pet shop today? I want to look at everything. || You sound excited. What would you like to see first? || Something soft that I can hold.
d There's a kitten outside our door, it looks so small. || Oh, is anyone looking after it? || I don't think so. I'm worried about it.
# stage
m {N} forgot the lines in the school play, and {pal} whispered them from behind the curtain.
m {N} sang a solo at the spring concert, and everybody stood up and clapped.
m {N} was so nervous before the recital that {kin} told jokes until the doors opened.
d I have to speak in front of the whole class tomorrow. || How do you feel about it? || My tummy hurts when I think of it.
d They asked me to play the king! The king! || What a wonderful part. Do you like being looked at by so many people? || I think so, but what if I get stuck?
# friends
m {N} and {pal} quarreled over a <kite|comic>, did not speak for a week and made up by sharing a sandwich.
m {N} gave a favorite <marble|sticker album> to {pal}, who was moving away.
m {N} was not invited to {pal}'s party and sat alone on the swing.
m A new child came to class, and {N} was the first one to say hello and share the crayons.
d Nobody picked me for the team today. || That must have hurt. Did anyone talk to you afterwards? || No. I just went home.
d {pal} doesn't want to sit next to me anymore. || Did something happen between you two? || I don't know. I said something silly, maybe.
# water
m {N} learned to float on the back in the lake while {kin} held one finger under the shoulders.
m A wave knocked {N} over at the beach, and since then {N} has been afraid of deep water.
m {N} built a dam of stones in the brook and was proud when the water rose.
d We're going to the swimming pool with school next week. || That can be fun. Are you looking forward to it? || Half and half.
d It's so hot, I want to jump into something cold. || Good idea! Where would you go? || Somewhere with real waves, or maybe not too big ones.
# birthday
m {N} got a <red scooter|tin drum> for a birthday and rode or played it until dark.
m On {N}'s birthday the cake slid off the table, and all the children ate it from the floor with spoons.
m {N} made a card with pressed flowers for {kin}'s birthday, and it still hangs in the kitchen.
d It's {kin}'s special day soon and I have no present. || What does your {kin} like? || I don't know. Something I make myself?
d Guess how many more sleeps until I'm a year older! || Let me guess, very few! What are you hoping for? || Something with a surprise.
# sickness
m {N} broke an arm falling off a wall, and the whole class signed the cast.
m {N} had a fever for three days, and {kin} read the same story eleven times.
m {N} fainted at the sight of a needle, but got a sticker with a rocket for being brave.
d I have to go to the doctor this afternoon. || Is it for something that hurts? || Just a check. But I don't like the smell there.
d My throat hurts and I can't go out to play. || Poor you. What would make the day better? || Somebody to sit with me.
# food
m {N} baked bread with {kin} and put so much flour on the floor that they could draw in it.
m {N} tried an olive for the first time and hid it in a napkin.
m {N} won the pancake contest at the summer camp by eating nine.
m {N} planted a bean in a cup and ate the only pod that grew.
d What's for dinner? I'm starving. || What do you feel like? || Something we can make together with our hands.
d I don't want to eat that green stuff. || Have you ever tasted it? || It looks like the thing I didn't like before.
# school
m {N} got full marks in spelling after practicing with {kin} on the bus.
m {N} was scolded for drawing in the math book, though the teacher kept the drawing.
m {N} got lost on the first day of school and was found in the library, reading.
m {N} cheated in a test once, felt bad and told the teacher.
d I got my test back and I don't want to show it. || It's only a piece of paper. Was it hard? || I studied all evening for nothing.
d There's a new teacher and she seems strict. || What makes you think so? || She looks at you over her glasses.
# travel
m {N} slept on the night train for the first time and woke to see mountains.
m {N} lost a stuffed rabbit at the airport, and a pilot brought it back.
m {N} climbed a tower of three hundred steps and counted every one.
m {N} got carsick on the way to the sea and had to ride with the window down.
d We're packing our bags already! || Where are you going? || Far away, it takes a whole day to get there.
d I wonder what it looks like on the other side of the hills. || You like to discover things, don't you? || Yes, even if my legs get tired.
# night
m {N} was afraid of the dark until {kin} hung a paper moon over the bed.
m {N} saw a shooting star on the balcony with {pal} and would not tell the wish.
m {N} dreamt of a talking whale and drew it the next morning.
d I can't sleep, the room is too quiet. || Shall I keep you company? || Yes. There's a shadow on the wall.
d Look how many lights there are up there! || They're beautiful tonight. Would you like to make a wish? || Maybe the same as last time.
# making
m {N} painted the garden fence blue without asking, and {kin} finished it in the same color.
m {N} built a robot from boxes with {pal}, and it won a ribbon at the fair.
m {N} knitted a scarf so long that it went around three people.
m {N}'s sandcastle was washed away, and {N} built a bigger one.
d I'm bored, it's raining and there's nothing to do. || We could think of something to build. What do you have there? || Boxes, glue and some old paint.
d They laughed at what I made in art class. || What did you make? || It was supposed to be a bridge.
# help
m {N} carried the neighbor's shopping up five floors and got a bag of walnuts.
m {N} found a purse on the bus and took it to the police with {kin}.
m {N} gave up a seat on the tram to an old man, who taught {N} a coin trick.
d An old lady dropped all her apples today and everyone just walked by. || What did you do? || I stood there. I wasn't sure.
d Mom says I should do something kind this week. || Do you have an idea? || Not yet. It should be for somebody who is alone.
# sport
m {N} scored the last goal with the wrong foot, and {pal} carried {N} around the field.
m {N} came last in the sack race but laughed all the way.
m {N} learned to ride a bike on the empty parking lot, with {kin} running behind.
m {N} fell off the climbing wall, rested for a minute and tried again.
d The sports day is coming and I'm the slowest in class. || Is winning what matters to you? || I don't want them to laugh.
d Watch me, I can do it without holding on! || Careful! You have become so good. || I practiced every day.
"""
FEELINGS = "<{N} was happy.|{N} felt proud.|{N} was a little sad.|{N} felt safe.|{N} was excited.|>"
"""What may be written down behind a memory."""
