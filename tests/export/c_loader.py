"""Runs a SavedModel through TensorFlow's C library, as TensorFlow Serving does, in a process without its Python.

    python c_loader.py LIBRARIES JOB ANSWER

LIBRARIES is the folder of the wheel. JOB is a pickle of the model's folder and of the calls, each
([(tensor, array), ...], [tensor, ...]): what to feed and to fetch. Strings are object arrays of bytes. ANSWER becomes a
pickle of what the calls gave: the fetched arrays, or the code and the message of an error.
"""

import ctypes
import pickle
import sys
from pathlib import Path

import numpy as np

DTYPES = {1: np.float32, 2: np.float64, 3: np.int32, 7: object, 9: np.int64, 10: np.bool_}  # TF_DataType
STRING = 24  # bytes of a TF_TString
VIEW = 3  # the kind of a TF_TString that points to bytes of others
Deallocator = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)


class Output(ctypes.Structure):
    _fields_ = [("operation", ctypes.c_void_p), ("index", ctypes.c_int)]


def load_libraries(folder):
    ctypes.CDLL(str(folder / "libtensorflow_framework.so.2"), mode=ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(str(folder / "libtensorflow_cc.so.2"))
    pointers = ["NewStatus", "NewGraph", "NewSessionOptions", "LoadSessionFromSavedModel", "NewTensor", "TensorData"]
    for name in [*pointers, "GraphOperationByName"]:
        getattr(library, f"TF_{name}").restype = ctypes.c_void_p
    library.TF_Message.restype = ctypes.c_char_p
    library.TF_Dim.restype = ctypes.c_int64
    library.TF_TensorByteSize.restype = ctypes.c_size_t
    return library


class Model:
    """A SavedModel in a session."""

    def __init__(self, library, folder):
        self.library = library
        self.status = ctypes.c_void_p(library.TF_NewStatus())
        self.graph = ctypes.c_void_p(library.TF_NewGraph())
        options = ctypes.c_void_p(library.TF_NewSessionOptions())
        tags = (ctypes.c_char_p * 1)(b"serve")
        self.session = ctypes.c_void_p(
            library.TF_LoadSessionFromSavedModel(
                options, None, str(folder).encode(), tags, 1, self.graph, None, self.status
            )
        )
        self.check()
        self.kept = []

    def check(self):
        if code := self.library.TF_GetCode(self.status):
            raise RuntimeError(code, self.library.TF_Message(self.status).decode())

    def output(self, tensor):
        name, _, index = tensor.partition(":")
        operation = self.library.TF_GraphOperationByName(self.graph, name.encode())
        assert operation, tensor
        return Output(operation, int(index))

    def run(self, feeds, fetches):
        given = (Output * len(feeds))(*(self.output(name) for name, _ in feeds))
        values = (ctypes.c_void_p * len(feeds))(*(self.tensor(array) for _, array in feeds))
        wanted = (Output * len(fetches))(*map(self.output, fetches))
        found = (ctypes.c_void_p * len(fetches))()
        self.library.TF_SessionRun(
            self.session, None, given, values, len(feeds), wanted, found, len(fetches), None, 0, None, self.status
        )
        self.check()
        return [self.array(ctypes.c_void_p(tensor)) for tensor in found]

    def tensor(self, array):
        code = next(code for code, dtype in DTYPES.items() if array.dtype == dtype)
        data = views(array, self.kept) if array.dtype == object else np.ascontiguousarray(array)
        nothing = Deallocator(lambda *_: None)
        self.kept += [data, nothing]
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        place = ctypes.c_void_p(data.ctypes.data)
        return self.library.TF_NewTensor(code, shape, array.ndim, place, ctypes.c_size_t(data.nbytes), nothing, None)

    def array(self, tensor):
        dtype = DTYPES[self.library.TF_TensorType(tensor)]
        shape = [self.library.TF_Dim(tensor, axis) for axis in range(self.library.TF_NumDims(tensor))]
        raw = ctypes.string_at(self.library.TF_TensorData(tensor), self.library.TF_TensorByteSize(tensor))
        if dtype is not object:
            return np.frombuffer(raw, dtype).reshape(shape).copy()
        place = self.library.TF_TensorData(tensor)
        texts = [text(place + start, raw[start : start + STRING]) for start in range(0, len(raw), STRING)]
        return np.array([*texts, None], object)[:-1].reshape(shape)


def views(array, kept):
    """TF_TStrings that point to the bytes of an array: size times 4 plus the kind, then the place."""
    texts = [ctypes.create_string_buffer(one, len(one)) for one in array.ravel()]
    kept += texts
    words = [
        (len(one) * 4 + VIEW, ctypes.addressof(buffer), 0) for one, buffer in zip(array.ravel(), texts, strict=True)
    ]
    return np.array(words, np.uint64)


def text(place, raw):
    """The bytes of a TF_TString: within it if they are few, else where it points to."""
    kind, size = raw[0] & 3, int.from_bytes(raw[:8], "little") >> 2
    if kind == 0:
        return raw[1 : 1 + (raw[0] >> 2)]
    if kind == 2:  # an offset from itself
        size, offset = (int.from_bytes(raw[at : at + 4], "little") for at in (0, 4))
        return ctypes.string_at(place + offset, size >> 2)
    # Kind 1 has size, capacity and place; kind 3 has size and place.
    at = 16 if kind == 1 else 8
    return ctypes.string_at(int.from_bytes(raw[at : at + 8], "little"), size)


def answer_of(model, feeds, fetches):
    try:
        return model.run(feeds, fetches)
    except RuntimeError as error:
        return error.args


def main():
    libraries, job, answer = map(Path, sys.argv[1:])
    folder, calls = pickle.loads(job.read_bytes())
    model = Model(load_libraries(libraries), folder)
    made = [answer_of(model, *call) for call in calls]
    assert not any(name.startswith("tensorflow") for name in sys.modules)
    answer.write_bytes(pickle.dumps(made))


if __name__ == "__main__":
    main()
