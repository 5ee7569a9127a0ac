"""The Jobs of `kubernetes/batch/`: their schemas, and that their indices are the parts that the command line knows."""

import io
import os
import shlex
import subprocess

import kubernetes_validate
import pytest
from dockerfile_parse import DockerfileParser

from nst_tf.cli.main import make_parser
from nst_tf.version import __version__

KUBERNETES = ["1.34", "1.37"]  # as in test_kubernetes.py
INDEXED = ["stylize", "top-activations"]
JOBS = [*INDEXED, "merge"]


@pytest.fixture
def job(read_yaml):
    """The specification of a Job, by its file's name."""
    return lambda name: read_yaml(f"kubernetes/batch/{name}.yaml")["spec"]


@pytest.fixture
def container(job):
    """The one container of a Job."""

    def read(name):
        [container] = job(name)["template"]["spec"]["containers"]
        return container

    return read


def words_of(container, index=0):
    """The words of the command, as the shell of the container makes them for an index."""
    shell, option, script = container["command"]
    [parts] = [one["value"] for one in container["env"] if one["name"] == "PARTS"]
    known = {"PATH": os.environ["PATH"], "PARTS": parts, "JOB_COMPLETION_INDEX": str(index)}
    script = script.replace("exec nst-tf", "printf '%s\\n' nst-tf")
    return subprocess.run([shell, option, script], env=known, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("name", [*JOBS, "volume"])
def test_manifest_fits_the_schema(read_yaml, name, version):
    manifest = read_yaml(f"kubernetes/batch/{name}.yaml")
    assert kubernetes_validate.validate(manifest, version, strict=True) == version


@pytest.mark.parametrize("name", INDEXED)
def test_each_index_has_a_part_of_its_own(job, container, name):
    spec = job(name)
    assert spec["completionMode"] == "Indexed"
    total = spec["completions"]
    assert (spec["parallelism"], spec["maxFailedIndexes"]) == (total, total)
    parts = []
    for index in range(total):
        first, *words = words_of(container(name), index)
        assert first == "nst-tf"
        arguments = make_parser().parse_args(words)
        assert arguments.verb == name
        parts.append(arguments.shard)
    assert parts == [(number, total) for number in range(1, total + 1)]


@pytest.mark.parametrize("name", INDEXED)
def test_an_index_is_tried_again_but_not_for_bad_input_and_not_for_a_lost_node(job, name):
    spec = job(name)
    assert spec["backoffLimitPerIndex"] > 0
    assert spec["template"]["spec"]["restartPolicy"] == "Never"  # else there is no such policy
    assert [rule["action"] for rule in spec["podFailurePolicy"]["rules"]] == ["Ignore", "FailIndex"]
    assert spec["podFailurePolicy"]["rules"][1]["onExitCodes"]["values"] == [2]


def test_the_merge_is_of_the_same_search(container):
    first, *words = container("merge")["command"]
    merge = make_parser().parse_args(words)
    part = make_parser().parse_args(words_of(container("top-activations"))[1:])
    assert first == "nst-tf"
    assert merge.merge
    assert [merge.model, merge.images, merge.output] == [part.model, part.images, part.output]


@pytest.mark.parametrize("name", JOBS)
def test_all_pods_are_alike_and_without_privileges(job, container, name, read_yaml):
    pod, one, other = job(name)["template"]["spec"], container(name), container("stylize")
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    for field in ("image", "resources", "securityContext", "volumeMounts"):
        assert one[field] == other[field]
    assert one["securityContext"]["readOnlyRootFilesystem"]
    [claim] = [volume["persistentVolumeClaim"] for volume in pod["volumes"] if "persistentVolumeClaim" in volume]
    assert claim["claimName"] == read_yaml("kubernetes/batch/volume.yaml")["metadata"]["name"]


def test_the_image_has_this_version_and_the_command(folder, container):
    assert container("stylize")["image"] == f"nst-tf:{__version__}"
    text = (folder / "kubernetes" / "batch" / "Dockerfile").read_bytes()
    assert f"-t nst-tf:{__version__} ".encode() in text
    steps = {one["instruction"]: one["value"] for one in DockerfileParser(fileobj=io.BytesIO(text)).structure}
    assert steps["USER"] == "1000:1000"
    assert shlex.split(steps["RUN"])[:2] == ["pip", "install"]
    assert steps["ENTRYPOINT"] == '["nst-tf"]'
