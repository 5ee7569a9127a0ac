"""What becomes of filters in training, and which layers a network needs."""

from nst_tf.evidence.row import Finding, Studio

__all__ = ["ablated", "evolved"]


def evolved(studio: Studio) -> Finding:
    """How many filters of each layer are excited by another image from one recorded epoch to the next."""
    from nst_tf.visualize.evolution.record import read_evolution
    from nst_tf.visualize.evolution.sheet import evolution_sheet

    trained = studio.trained("zfnet")
    found = read_evolution(studio.folder / "zfnet")
    # Of filters that answer to something: one that is silent changes nothing.
    changes = {layer: found.changed(layer)[:, found.active(layer).any(0)].mean(1) for layer in found.layers}
    last = {layer: float(shares[-1]) for layer, shares in changes.items()}
    wrong = trained.history[-1]["val_error"]
    told = (
        f"after {found.epochs[-1]} epochs ({wrong:.0%} of held-out pieces wrong), filters with another strongest image "
        f"than after {found.epochs[-2]}: {', '.join(f'{layer} {share:.0%}' for layer, share in last.items())}"
    )
    checks = {
        "the strongest image still jumps in the deepest layer": last["relu5"] > 0,
        "the first layer has settled more than the deepest": last["relu1"] < last["relu5"],
        "the first layer has settled": last["relu1"] < 0.1,
    }
    return Finding(told, checks, evolution_sheet(found, filters=studio.pick(5, 2)))


def ablated(studio: Studio) -> Finding:
    """The paper's variants of its network, trained on pieces of the samples."""
    from nst_tf.training.convnet.ablation import PAPER_VARIANTS, ablate

    variants = studio.pick(PAPER_VARIANTS, PAPER_VARIANTS[::4])
    found = ablate(studio.training_pieces, studio.folder / "ablation", variants, **studio.form(8))
    errors = {row.variant: row.val_error for row in found.rows}
    losses = {name: error - errors["full"] for name, error in errors.items()}
    most = losses.pop("without-3-4-6-7")
    checks = {"without 3, 4, 6 and 7 it loses more than twice what others lose": most > 2 * max(losses.values())}
    if not studio.small:
        checks |= {
            "without 7 it is about as good": abs(losses["without-7"]) < 0.03,
            "without 6 and 7 it is a little worse": 0 < losses["without-6-7"] < most / 2,
            "with 512-1024-512 maps it is better": losses["maps-512-1024-512"] < 0,
        }
    told = ", ".join(f"{name} {error:.1%}" for name, error in errors.items())
    return Finding(f"held-out pieces of which another was thought, top-1: {told}", checks)
