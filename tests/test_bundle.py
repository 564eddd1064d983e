"""Bundles: what is added to a model, what is left alone, and what is noticed."""

from __future__ import annotations

import hashlib
import importlib.util
import struct
import zipfile
from pathlib import Path
from typing import Any

import flatbuffers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.errors import ModelError
from formcheck.models.bundle import MEMBERS, add_normalisation, build_bundle, find_fault
from formcheck.models.registry import Member

OUTPUTS = 3


def tiny_model(metadata: str = "") -> bytes:
    """Return the least model there can be: one subgraph, one buffer, no operators."""
    builder = flatbuffers.Builder()
    entry = None
    if metadata:
        name = builder.CreateString(metadata)
        builder.StartObject(2)
        builder.PrependUOffsetTRelativeSlot(0, name, 0)
        entry = vector_of(builder, builder.EndObject())
    builder.StartVector(4, OUTPUTS, 4)
    for output in range(OUTPUTS):
        builder.PrependInt32(output)
    outputs = builder.EndVector()
    builder.StartObject(3)
    builder.PrependUOffsetTRelativeSlot(2, outputs, 0)
    subgraphs = vector_of(builder, builder.EndObject())
    weights = builder.CreateByteVector(b"weights")
    builder.StartObject(1)
    builder.PrependUOffsetTRelativeSlot(0, weights, 0)
    buffers = vector_of(builder, builder.EndObject())
    builder.StartObject(8)
    builder.PrependUint32Slot(0, 3, 0)
    builder.PrependUOffsetTRelativeSlot(2, subgraphs, 0)
    builder.PrependUOffsetTRelativeSlot(4, buffers, 0)
    if entry is not None:
        builder.PrependUOffsetTRelativeSlot(6, entry, 0)
    builder.Finish(builder.EndObject(), file_identifier=b"TFL3")
    return bytes(builder.Output())


def vector_of(builder: flatbuffers.Builder, table: int) -> int:
    builder.StartVector(4, 1, 4)
    builder.PrependUOffsetTRelative(table)
    return int(builder.EndVector())


def schema(name: str) -> Any:
    """Load one of MediaPipe's schemas by its file: importing mediapipe takes seconds."""
    mediapipe = importlib.util.find_spec("mediapipe")
    assert mediapipe
    assert mediapipe.origin
    file = Path(mediapipe.origin).parent / "tasks" / "metadata" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_model(model: bytes) -> Any:
    module = schema("schema_py_generated")
    return module.ModelT.InitFromObj(module.Model.GetRootAsModel(model, 0))


def read_metadata(model: Any) -> Any:
    module = schema("metadata_schema_py_generated")
    entry = next(entry for entry in model.metadata if entry.name == b"TFLITE_METADATA")
    data = bytes(model.buffers[entry.buffer].data)
    assert data[4:8] == b"M001"
    return module.ModelMetadataT.InitFromObj(module.ModelMetadata.GetRootAsModelMetadata(data, 0))


@pytest.fixture
def members() -> list[Member]:
    sha256 = hashlib.sha256(tiny_model()).hexdigest()
    return [
        Member(name, f"some/folder/{name}", sha256, mean, std)
        for name, mean, std in zip(MEMBERS, (127.5, 0.0), (127.5, 255.0), strict=True)
    ]


@pytest.fixture
def wheel(tmp_path: Path, members: list[Member]) -> Path:
    path = tmp_path / "old-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.writestr(member.path, tiny_model())
    return path


@pytest.fixture
def bundle(tmp_path: Path, wheel: Path, members: list[Member]) -> Path:
    path = tmp_path / "built.task"
    build_bundle(wheel, members, path)
    return path


class TestNormalisation:
    def test_says_how_the_input_is_normalised(self) -> None:
        metadata = read_metadata(read_model(add_normalisation(tiny_model(), 127.5, 64.0)))
        (subgraph,) = metadata.subgraphMetadata
        (image,) = subgraph.inputTensorMetadata
        (unit,) = image.processUnits
        assert unit.optionsType == 1
        assert list(unit.options.mean) == [127.5]
        assert list(unit.options.std) == [64.0]

    def test_has_an_entry_for_each_output(self) -> None:
        metadata = read_metadata(read_model(add_normalisation(tiny_model(), 0.0, 255.0)))
        assert len(metadata.subgraphMetadata[0].outputTensorMetadata) == OUTPUTS

    def test_leaves_the_published_bytes_alone(self) -> None:
        model = tiny_model()
        extended = add_normalisation(model, 0.0, 255.0)
        assert model in extended
        assert extended.index(model) % 16 == 0, "the weights lost their alignment"

    def test_keeps_what_the_model_had(self) -> None:
        model = read_model(add_normalisation(tiny_model("min_runtime_version"), 0.0, 255.0))
        assert model.version == 3
        assert list(model.subgraphs[0].outputs) == [2, 1, 0]
        assert bytes(model.buffers[0].data) == b"weights"
        assert [entry.name for entry in model.metadata] == [
            b"min_runtime_version",
            b"TFLITE_METADATA",
        ]

    def test_refuses_what_is_not_a_model(self) -> None:
        with pytest.raises(ModelError, match="not a TensorFlow Lite model"):
            add_normalisation(b"\0" * 64, 0.0, 255.0)


class TestBuild:
    def test_holds_both_models_uncompressed(self, bundle: Path) -> None:
        with zipfile.ZipFile(bundle) as archive:
            assert tuple(archive.namelist()) == MEMBERS
            assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        assert find_fault(bundle) is None

    def test_is_the_same_to_the_byte_each_time(
        self, tmp_path: Path, wheel: Path, members: list[Member], bundle: Path
    ) -> None:
        again = tmp_path / "again.task"
        build_bundle(wheel, members, again)
        assert again.read_bytes() == bundle.read_bytes()
        # A change of these bytes changes the checksum in the registry too.
        assert hashlib.sha256(again.read_bytes()).hexdigest()[:16] == "44c1d20a0529b0f3"

    def test_refuses_another_model_than_the_published_one(
        self, tmp_path: Path, wheel: Path, members: list[Member]
    ) -> None:
        other = [Member(m.name, m.path, "0" * 64, m.mean, m.std) for m in members]
        with pytest.raises(ModelError, match="not the published model"):
            build_bundle(wheel, other, tmp_path / "x.task")

    def test_refuses_a_wheel_without_the_models(
        self, tmp_path: Path, members: list[Member]
    ) -> None:
        empty = tmp_path / "empty.whl"
        zipfile.ZipFile(empty, "w").close()
        with pytest.raises(ModelError, match="damaged or not the expected wheel"):
            build_bundle(empty, members, tmp_path / "x.task")

    def test_refuses_a_truncated_wheel(
        self, tmp_path: Path, wheel: Path, members: list[Member]
    ) -> None:
        wheel.write_bytes(wheel.read_bytes()[:-40])
        with pytest.raises(ModelError, match="damaged"):
            build_bundle(wheel, members, tmp_path / "x.task")


class TestFaults:
    def test_text(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.task"
        path.write_text("not a model")
        assert find_fault(path) == "File is not a zip file"

    def test_another_kind_of_bundle(self, tmp_path: Path) -> None:
        path = tmp_path / "hand.task"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("hand_detector.tflite", tiny_model())
        assert find_fault(path) == "there is no pose_detector.tflite in it"

    def test_a_member_that_is_no_model(self, tmp_path: Path) -> None:
        path = tmp_path / "odd.task"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(MEMBERS[0], tiny_model())
            archive.writestr(MEMBERS[1], b"something else")
        assert find_fault(path) == f"{MEMBERS[1]} in it is not a TensorFlow Lite model"

    def test_a_bundle_zipped_anew(self, tmp_path: Path) -> None:
        path = tmp_path / "zipped.task"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in MEMBERS:
                archive.writestr(name, tiny_model())
        assert find_fault(path) == f"{MEMBERS[0]} in it is compressed, which MediaPipe cannot read"

    def test_a_flipped_bit_in_a_model(self, bundle: Path) -> None:
        data = bytearray(bundle.read_bytes())
        data[data.index(b"weights")] ^= 1
        bundle.write_bytes(data)
        assert "CRC" in (find_fault(bundle) or "")

    @given(keep=st.floats(0, 0.999), flips=st.lists(st.floats(0, 0.999), max_size=4))
    def test_a_truncated_file_is_always_noticed_and_nothing_raises(
        self, tmp_path_factory: pytest.TempPathFactory, keep: float, flips: list[float]
    ) -> None:
        path = tmp_path_factory.mktemp("bundle") / "x.task"
        with zipfile.ZipFile(path, "w") as archive:
            for name in MEMBERS:
                archive.writestr(name, tiny_model())
        data = bytearray(path.read_bytes())
        for flip in flips:
            struct.pack_into("B", data, int(flip * len(data)), 0xAA)
        path.write_bytes(data)
        find_fault(path)
        path.write_bytes(data[: int(keep * len(data))])
        assert find_fault(path)
