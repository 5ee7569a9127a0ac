import subprocess
import sys


def test_import_leaves_tensorflow_out():
    program = "import sys, nst_tf.images; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
