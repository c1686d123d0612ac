"""Facts that are told and asked in German, French or Spanish, among others of that language."""

import random

from benchmarks.everyday.scenarios import Scenario, told

Fact = tuple[tuple[str, ...], tuple[str, ...]]
"""Alternatives of what is told, and of how it is asked for."""

_GERMAN: tuple[Fact, ...] = (
    (
        ("Mein Kaninchen heißt {petname}.", "Wir haben ein Kaninchen namens {petname}."),
        ("Wie heißt mein Kaninchen?", "Welchen Namen hat mein Kaninchen?"),
    ),
    (
        ("Ich wohne seit dem Herbst in {city}.", "Meine Wohnung liegt in {city}."),
        ("Wo wohne ich?", "In welcher Stadt liegt meine Wohnung?"),
    ),
    (
        (
            "Den Ersatzschlüssel habe ich der Nachbarin gegeben.",
            "Der Ersatzschlüssel liegt bei der Nachbarin.",
        ),
        ("Wo ist der Ersatzschlüssel?", "Wer hat meinen Ersatzschlüssel?"),
    ),
    (
        ("Ich darf keine Nüsse essen.", "Auf Nüsse reagiere ich mit Ausschlag."),
        ("Was darf ich nicht essen?", "Vertrage ich Nüsse?"),
    ),
    (
        ("Mein Bruder {man} ist Tischler geworden.", "{man}, mein Bruder, arbeitet als Tischler."),
        ("Was arbeitet mein Bruder?", "Welchen Beruf hat mein Bruder {man}?"),
    ),
    (
        ("Der Flug nach {city2} geht um sieben Uhr.", "Mein Flug nach {city2} startet um sieben."),
        ("Wann geht mein Flug?", "Um wie viel Uhr startet der Flug nach {city2}?"),
    ),
    (
        ("Zum Geburtstag wünsche ich mir eine Nähmaschine.", "Ich hätte gern eine Nähmaschine."),
        ("Was wünsche ich mir zum Geburtstag?", "Welches Gerät hätte ich gern?"),
    ),
)
_FRENCH: tuple[Fact, ...] = (
    (
        ("Mon lapin s'appelle {petname}.", "Nous avons un lapin, {petname}."),
        ("Comment s'appelle mon lapin ?", "Quel est le nom de mon lapin ?"),
    ),
    (
        ("Je vis à {city} depuis l'automne.", "Mon appartement se trouve à {city}."),
        ("Où est-ce que je vis ?", "Dans quelle ville est mon appartement ?"),
    ),
    (
        ("J'ai laissé le double des clés chez la voisine.", "La voisine garde le double des clés."),
        ("Où est le double des clés ?", "Qui garde le double de mes clés ?"),
    ),
    (
        ("Je ne supporte pas les noix.", "Les noix me donnent des boutons."),
        ("Qu'est-ce que je ne supporte pas ?", "Puis-je manger des noix ?"),
    ),
    (
        ("Mon frère {man} est menuisier.", "{man}, mon frère, travaille comme menuisier."),
        ("Quel est le métier de mon frère ?", "Que fait mon frère {man} ?"),
    ),
    (
        (
            "Le train pour {city2} part à sept heures.",
            "Mon train pour {city2} part à sept heures pile.",
        ),
        ("À quelle heure part mon train ?", "Quand part le train pour {city2} ?"),
    ),
)
_SPANISH: tuple[Fact, ...] = (
    (
        ("Mi conejo se llama {petname}.", "Tenemos un conejo llamado {petname}."),
        ("¿Cómo se llama mi conejo?", "¿Qué nombre tiene mi conejo?"),
    ),
    (
        ("Vivo en {city} desde el otoño.", "Mi piso está en {city}."),
        ("¿Dónde vivo?", "¿En qué ciudad está mi piso?"),
    ),
    (
        ("Le dejé la llave de repuesto a la vecina.", "La vecina guarda la llave de repuesto."),
        ("¿Dónde está la llave de repuesto?", "¿Quién guarda mi llave de repuesto?"),
    ),
    (
        ("No puedo comer nueces.", "Las nueces me sientan mal."),
        ("¿Qué no puedo comer?", "¿Puedo comer nueces?"),
    ),
    (
        ("Mi hermano {man} es carpintero.", "{man}, mi hermano, trabaja de carpintero."),
        ("¿En qué trabaja mi hermano?", "¿Qué profesión tiene mi hermano {man}?"),
    ),
    (
        ("El tren a {city2} sale a las siete.", "Mi tren a {city2} sale a las siete en punto."),
        ("¿A qué hora sale mi tren?", "¿Cuándo sale el tren a {city2}?"),
    ),
)
_ABSENT: tuple[tuple[tuple[Fact, ...], tuple[str, ...]], ...] = (
    (_GERMAN, ("Habe ich ein Motorrad?", "Welche Schuhgröße habe ich?")),
    (_FRENCH, ("Est-ce que j'ai une moto ?", "Quelle est ma pointure ?")),
    (_SPANISH, ("¿Tengo una moto?", "¿Qué talla de zapatos uso?")),
)


def scenarios(source: random.Random, number: int) -> list[Scenario]:
    """So many scenarios, the three languages in turn; every seventh asks for nothing told."""
    found = []
    for index in range(number):
        facts, absent = _ABSENT[index % 3]
        if index % 7 == 6:
            steps = [told(*said) for said, _ in source.sample(facts, 4)]
            found.append(Scenario(tuple(steps), absent, nothing=True))
            continue
        wanted = facts[index // 3 % len(facts)]
        others = source.sample([each for each in facts if each is not wanted], 3)
        steps = [told(*wanted[0], must=True), *(told(*said) for said, _ in others)]
        found.append(Scenario(tuple(steps), wanted[1]))
    return found
