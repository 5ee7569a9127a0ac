import kubernetes_validate
import pytest

KUBERNETES = ["1.34", "1.37"]  # the first with a stable `sleep` hook, and the newest of the package
MANIFESTS = ["autoscaler", "deployment", "disruption-budget", "service"]
# The fields of a KServe predictor that a pod has not, and those of its model that a container has not.
PREDICTOR = {"minReplicas", "maxReplicas", "scaleMetric", "scaleTarget", "model"}
MODEL = {"modelFormat", "protocolVersion", "runtimeVersion", "storageUri"}


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("name", MANIFESTS)
def test_manifest_fits_the_schema(read_yaml, name, version):
    manifest = read_yaml(f"kubernetes/{name}.yaml")
    assert kubernetes_validate.validate(manifest, version, strict=True) == version


def test_schema_knows_every_name(read_yaml):
    manifest = read_yaml("kubernetes/deployment.yaml")
    manifest["spec"]["template"]["spec"]["containers"][0]["securityContext"]["readOnlyRootFileSystem"] = True
    with pytest.raises(kubernetes_validate.ValidationError, match="readOnlyRootFileSystem"):
        kubernetes_validate.validate(manifest, KUBERNETES[0], strict=True)


def test_kustomization_names_every_manifest(folder, read_yaml):
    kustomization = read_yaml("kubernetes/kustomization.yaml")
    names = {path.name for path in (folder / "kubernetes").glob("*.yaml")} - {"kustomization.yaml"}
    assert set(kustomization["resources"]) == names == {f"{name}.yaml" for name in MANIFESTS}


def test_predictor_of_kserve_is_a_pod_whose_model_is_a_container(read_yaml):
    service = read_yaml("kserve/inference-service.yaml")
    assert (service["apiVersion"], service["kind"]) == ("serving.kserve.io/v1beta1", "InferenceService")
    [predictor] = service["spec"].values()
    model = predictor["model"]
    assert predictor.keys() >= PREDICTOR
    assert model.keys() >= MODEL
    container = {name: value for name, value in model.items() if name not in MODEL}
    spec = {name: value for name, value in predictor.items() if name not in PREDICTOR}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": service["metadata"]}
    pod["spec"] = spec | {"containers": [container | {"name": "kserve-container"}]}
    kubernetes_validate.validate(pod, KUBERNETES[0], strict=True)


def test_containers_run_without_privileges(pod, container, read_yaml):
    predictor = read_yaml("kserve/inference-service.yaml")["spec"]["predictor"]
    for spec, one in [(pod["spec"], container), (predictor, predictor["model"])]:
        assert spec["securityContext"]["runAsNonRoot"]
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert one["resources"]["limits"] == one["resources"]["requests"]
        assert one["resources"]["limits"].keys() == {"cpu", "memory"}


def test_everything_selects_the_pods_of_the_deployment(pod, read_yaml):
    labels = pod["metadata"]["labels"].items()
    deployment, service, budget, autoscaler = (
        read_yaml(f"kubernetes/{name}.yaml") for name in ("deployment", "service", "disruption-budget", "autoscaler")
    )
    selectors = [
        deployment["spec"]["selector"]["matchLabels"],
        service["spec"]["selector"],
        budget["spec"]["selector"]["matchLabels"],
        pod["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    ]
    assert all(selector.items() <= labels for selector in selectors)
    target = autoscaler["spec"]["scaleTargetRef"]
    assert target == {key: deployment[key] for key in ("apiVersion", "kind")} | {"name": deployment["metadata"]["name"]}
    assert "replicas" not in deployment["spec"]


def test_disruption_budget_lets_the_smallest_deployment_lose_a_pod(read_yaml):
    smallest = read_yaml("kubernetes/autoscaler.yaml")["spec"]["minReplicas"]
    assert 0 < read_yaml("kubernetes/disruption-budget.yaml")["spec"]["maxUnavailable"] < smallest
