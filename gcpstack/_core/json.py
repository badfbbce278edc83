"""JSON values, as the wire and the engine know them."""

from collections.abc import Iterator, Mapping, Sequence

# Declared desired values may hold placeholders (`gcpstack._core.refs`) wherever a JSON value may
# stand, hence `object` and not a recursive alias.
Body = dict[str, object]
Path = tuple[str | int, ...]

MISSING = object()


def get(value: object, path: Path, default: object = None) -> object:
    """Look a value up by its path; *default* where a step is missing."""
    for step in path:
        if (isinstance(value, Mapping) and step in value) or (
            isinstance(value, Sequence)
            and isinstance(step, int)
            and not isinstance(value, str)
            and -len(value) <= step < len(value)
        ):
            value = value[step]  # type: ignore[index] # checked above
        else:
            return default
    return value


def put(value: Body, path: Path, new: object) -> None:
    """Set the value at *path*, making the mappings on the way."""
    here: object = value
    for index, step in enumerate(path[:-1]):
        if isinstance(here, list):
            here = here[int(step)]
            continue
        if not isinstance(here, dict):
            msg = f"no mapping at {path[:index]}"
            raise TypeError(msg)
        if not isinstance(here.get(str(step)), dict | list):
            here[str(step)] = {}
        here = here[str(step)]
    here[path[-1]] = new  # type: ignore[index] # a dict or list by now


def drop(value: Body, path: Path) -> None:
    """Remove what stands at *path*, if anything does."""
    parent = get(value, path[:-1])
    if isinstance(parent, dict):
        parent.pop(str(path[-1]), None)


def clone(value: object) -> object:
    """Copy the containers of a JSON value; leaves are shared."""
    if isinstance(value, Mapping):
        return {key: clone(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clone(inner) for inner in value]
    return value


def clone_body(value: Mapping[str, object]) -> Body:
    """Copy a JSON object."""
    return {key: clone(inner) for key, inner in value.items()}


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Walk every leaf with its path; an empty container is a leaf."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list | tuple) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def dotted(path: Path) -> str:
    """Write a path as people do: ``rules[0].match``."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else (f".{step}" if out else step)
    return out
