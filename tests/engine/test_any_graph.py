"""Graphs made up at random: every object is made after what it uses, and goes before it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .world import Hub, Lab, Part

SHAPES = st.sampled_from(["round", "square", None])
#: What stands at each place: nothing, or a part or hub that uses some of those before.
PLACES = st.lists(
    st.none() | st.tuples(st.booleans(), SHAPES, st.sets(st.integers(0, 5), max_size=3)),
    max_size=6,
)


def declared(places):
    """Parts and hubs; what they use is there, or they do not use it."""
    made = {}
    for number, place in enumerate(places):
        if place is None:
            continue
        hub, shape, uses = place
        used = [made[one] for one in sorted(uses) if one in made]
        if hub:
            made[number] = Hub(f"h{number}", parts=used)
        else:
            made[number] = Part(f"p{number}", shape=shape, net=used[0] if used else None)
    return list(made.values())


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(PLACES, min_size=1, max_size=4))
def test_what_is_used_is_never_in_the_way(forms):
    """One form of a stack after another: no deletion is refused, nothing is left in the end."""
    lab = Lab()
    for form in [*forms, []]:
        items = declared(form)
        lab.converge(*items)
        assert len(lab.world.objects) == len(items)
        deleted = [call for call in lab.world.mutations if call.startswith("delete")]
        assert len(deleted) == len(set(deleted))  # one that is refused is made again
        lab.world.calls.clear()
        assert lab.apply(*items).ok
        assert lab.world.mutations == []
