"""Writes packages/lat-system/fixtures/*.parquet: the same three rows under each codec, and with checksums of the pages;
and a row with a list of 67 million zeros, which takes a few thousand bytes.

    pip install pyarrow==22.0.0 numpy==2.4.6
    python parquet_fixture.py ../../packages/lat-system/fixtures
"""

import decimal
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

folder = sys.argv[1]
rows = pa.table(
    {
        "text": pa.array(["é 😀", None, "a\u2028b"]),
        "bytes": pa.array([b"plain", b"\xff\xfe", None]),
        "category": pa.array(["x", "y", "x"]).dictionary_encode(),
        "label": pa.array([1, 0, 9007199254740993], pa.int64()),
        "price": pa.array([decimal.Decimal("0.5"), decimal.Decimal("1.0"), None], pa.decimal128(5, 2)),
        "safe": pa.array([True, False, None]),
        "list": pa.array([["a"], [], None], pa.list_(pa.string())),
    }
)
for codec in ["none", "snappy", "gzip", "brotli", "lz4", "zstd"]:
    pq.write_table(rows, f"{folder}/{codec}.parquet", compression=codec, row_group_size=2)
pq.write_table(rows, f"{folder}/checksums.parquet", compression="none", write_page_checksum=True)
zeros = pa.array(np.zeros(2**26 + 1, np.int8))
pq.write_table(pa.table({"a": pa.ListArray.from_arrays(pa.array([0, len(zeros)]), zeros)}), f"{folder}/zeros.parquet", compression="zstd")
