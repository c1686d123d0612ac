"""What a weight is made of comes back as it was, or not at all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from support.stored import live

from memory.db.database import Database
from memory.db.tables import reading_slots
from memory.repositories.reading_codec import pack, unpack
from memory.repositories.readings import Readings

names = st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=20)


@given(names=names, seed=st.integers(0, 2**32 - 1))
def test_terms_come_back_exactly(names: list[str], seed: int) -> None:
    generator = np.random.default_rng(seed)
    signals = dict(zip(names, generator.normal(size=len(names)).astype("f4").tolist(), strict=True))
    shares = dict(zip(names, generator.normal(size=len(names)).tolist(), strict=True))
    packed = pack(names, signals, shares)
    assert len(packed) == 12 * len(names)
    assert unpack(names, packed) == (signals, shares)
    assert unpack(names[::-1], pack(names[::-1], signals, shares)) == (signals, shares)


@given(names=names, data=st.binary(max_size=300))
def test_bytes_that_do_not_fit_the_names_are_nothing(names: list[str], data: bytes) -> None:
    signals, shares = unpack(names, data)
    fits = len(data) == 12 * len(names)
    assert len(signals) == len(shares) == (len(names) if fits else 0)


def test_a_reading_with_damaged_terms_still_tells_its_weights(database: Database) -> None:
    live(database, "ann")
    with database.write("ann") as connection:
        connection.execute(update(reading_slots).values(packed_signals=b"\0\1"))
    reading = Readings(database).get("ann", "reading of ann").reading
    assert reading.slots
    assert all(slot.weight > 0 for slot in reading.slots)
    assert all(slot.signals == slot.shares == {} for slot in reading.slots)
