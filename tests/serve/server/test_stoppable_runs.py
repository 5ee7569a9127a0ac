import numpy as np
import tensorflow as tf

from nst_tf.serve.server.loaded_model import LoadedModel

v1 = tf.compat.v1


def test_on_the_device_of_the_graph_nothing_waits_for_the_other(toy_versions):
    """Else a cancelled wait is told in place of why the graph failed."""
    model = LoadedModel(toy_versions[2], runs=2)
    fetch, partitions = model._session.run, {}

    def looked_at(fetches, feeds, *options):
        if options:
            return fetch(fetches, feeds, *options)
        told = v1.RunMetadata()
        found = fetch(fetches, feeds, v1.RunOptions(output_partition_graphs=True), told)
        partitions.update(
            {graph.node[0].device[-5:]: {node.op for node in graph.node} for graph in told.partition_graphs}
        )
        return found

    model._session.run = looked_at
    model.run("several", {"a": np.ones((1, 2), np.float32), "b": np.zeros(1, np.int32)})
    model.close()
    assert partitions.keys() == {"CPU:0", "CPU:1"}
    assert "_Recv" in partitions["CPU:1"]
    assert not {"_Recv", "_HostRecv"} & partitions["CPU:0"]
