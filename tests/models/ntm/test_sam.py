"""Sparse access memory: exact on the rows it touches, and it touches few."""

import pytest
import torch

from experiments.ntm.sparse_vs_dense import saved_bytes
from models import addressing
from models.ntm.sam import SAM, run
from models.ntm.sparse_memory import SparseMemory

SLOTS, WIDTH = 12, 5


def filled(exact=True, slots=SLOTS):
    memory = SparseMemory(slots, WIDTH, exact=exact)
    memory.put(range(slots), torch.randn(slots, WIDTH, generator=torch.Generator().manual_seed(0)))
    return memory


class DenseMemory(SparseMemory):
    """The same, but every write makes a new tensor of all rows, and every search looks at all."""

    def __init__(self, rows):
        super().__init__(*rows.shape)
        self.all = rows

    def nearest(self, keys, most):
        likeness = addressing.cosine(keys.detach(), self.all.detach().unsqueeze(0))
        return likeness.topk(most, dim=-1).indices.tolist()

    def rows(self, slots):
        return self.all[list(slots)]

    def put(self, slots, rows):
        self.all = self.all.index_put((torch.tensor(list(slots)),), rows)


@pytest.mark.parametrize("most", [1, 3, SLOTS])
def test_values_and_gradients_are_those_of_a_memory_kept_whole(most):
    torch.manual_seed(1)
    machine = SAM(3, 2, units=7, width=WIDTH, heads=2, most=most)
    sequence = torch.randn(6, 3)
    found = []
    for memory in (filled(), DenseMemory(filled().rows(range(SLOTS)))):
        machine.zero_grad()
        logits = run(machine, sequence, memory)
        logits.square().sum().backward()
        found.append((logits.detach(), [each.grad.clone() for each in machine.parameters()]))
    torch.testing.assert_close(found[0], found[1])
    assert all(grad.abs().sum() > 0 for grad in found[0][1])


def test_a_read_of_all_slots_is_the_dense_read():
    memory = filled()
    key = torch.randn(1, WIDTH, requires_grad=True)
    everything = memory.rows(range(SLOTS))
    dense = addressing.content(3 * addressing.cosine(key, everything))
    [slots] = memory.nearest(key, SLOTS)
    sparse = addressing.content(3 * addressing.cosine(key, memory.rows(slots)))
    torch.testing.assert_close(sparse[0], dense[0, slots])
    (by_sparse,) = torch.autograd.grad(
        addressing.read_vector(sparse, memory.rows(slots)).sum(), key
    )
    (by_dense,) = torch.autograd.grad(addressing.read_vector(dense, everything).sum(), key)
    torch.testing.assert_close(by_sparse, by_dense)


def test_a_step_touches_only_what_was_read_or_is_least_used():
    torch.manual_seed(2)
    machine = SAM(3, 2, units=7, width=WIDTH, heads=2, most=2)
    memory = filled(slots=40)
    before = memory.rows(range(40)).clone()
    state, touched = machine.start(), set()
    for seen in torch.randn(5, 3):
        touched |= {slot for head in state.slots for slot in head}
        least = memory._usage.least(2 * machine.heads)
        _, state = machine(seen, state, memory)
        touched |= set(least)
    after = memory.rows(range(40)).detach()
    changed = {slot for slot in range(40) if not torch.equal(before[slot], after[slot])}
    assert changed
    assert changed <= touched


def test_the_least_used_is_what_was_not_touched_for_longest():
    memory = SparseMemory(4, WIDTH)
    memory.touch([0, 2, 1], [1.0, 1.0, 1.0])
    memory.touch([3, 0], [1.0, 0.001])  # too little to count
    assert memory._usage.least(4) == [0, 2, 1, 3]
    assert memory._usage.least(4, besides={2, 3}) == [0, 1]
    assert memory.least_used() == 0


@pytest.mark.parametrize("exact", [True, False])
def test_what_was_written_is_found_by_its_direction_and_what_was_overwritten_is_not(exact):
    memory = filled(exact, slots=1000)
    row = torch.tensor([[9.0, -1.0, 0.5, 3.0, 2.0]])
    memory.put([77], row)
    assert memory.nearest(2 * row, 1) == [[77]]
    memory.put([77], -row)
    assert memory.nearest(row, 1) != [[77]]
    assert memory.nearest(-row, 1) == [[77]]
    memory.put([77], torch.zeros(1, WIDTH))
    assert memory.nearest(-row, 1) != [[77]]


@pytest.mark.parametrize("exact", [True, False])
def test_an_empty_memory_can_be_read_and_written(exact):
    torch.manual_seed(3)
    machine = SAM(3, 2, units=7, width=WIDTH, heads=2, most=4)
    for slots in (1, 3, 30):
        logits = run(machine, torch.randn(4, 3), SparseMemory(slots, WIDTH, exact=exact))
        logits.sum().backward()
        assert torch.isfinite(logits).all()
        assert all(torch.isfinite(each.grad).all() for each in machine.parameters())


def test_learning_goes_back_no_further_once_gradients_are_forgotten():
    memory = filled()
    row = torch.ones(1, WIDTH, requires_grad=True)
    memory.put([3], row)
    assert memory.rows([3, 4]).requires_grad
    memory.forget_gradients()
    again = memory.rows([3, 4])
    assert not again.requires_grad
    assert torch.equal(again[0], torch.ones(WIDTH))


def test_gradients_are_right_though_a_row_was_overwritten_since():
    """What a read saw stays as it was for learning, whatever is put there later."""
    memory = filled()
    key = torch.randn(1, WIDTH, requires_grad=True)
    rows = memory.rows([1, 2])
    read = addressing.read_vector(addressing.content(addressing.cosine(key, rows)), rows)
    (wanted,) = torch.autograd.grad(read.sum(), key, retain_graph=True)
    memory.put([1, 2], torch.full((2, WIDTH), 7.0))
    (found,) = torch.autograd.grad(read.sum(), key)
    assert torch.equal(wanted, found)


def test_a_larger_memory_costs_learning_nothing():
    torch.manual_seed(4)
    machine = SAM(3, 2, units=7, width=WIDTH, heads=2, most=2)
    sequence = torch.randn(5, 3)
    few, many = filled(slots=50), filled(slots=5000)
    kept = saved_bytes(lambda: run(machine, sequence, few))
    # Which slots are read twice differs, and with it a few rows.
    assert saved_bytes(lambda: run(machine, sequence, many)) == pytest.approx(kept, rel=0.05)
