"""Tells what others read of reports: read_reports.py parquet FILE | jsonl FILE | markdown FILE | sqlite FILE QUERIES."""

import json
import sys


def read_parquet(path):
    import duckdb
    import pandas
    import pyarrow.parquet

    schema = pyarrow.parquet.read_schema(path)
    told = duckdb.sql(f"SELECT * FROM read_parquet('{path}')")
    return {
        "types": {field.name: str(field.type) for field in schema},
        "metadata": {key.decode(): value.decode() for key, value in schema.metadata.items()},
        "pandas": json.loads(pandas.read_parquet(path).to_json(orient="records", double_precision=15)),
        "rows": pyarrow.parquet.read_table(path).to_pylist(),
        "duckdb": [dict(zip(told.columns, row)) for row in told.fetchall()],
    }


def read_jsonl(path):
    import duckdb
    import pandas

    frame = pandas.read_json(path, lines=True)
    count = duckdb.sql(f"SELECT count(*) FROM read_json('{path}')").fetchall()[0][0]
    return {"columns": list(frame.columns), "rows": len(frame), "duckdb": count}


def read_markdown(path):
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(open(path).read())
    inline = [token for token in tokens if token.type == "inline"]
    return {
        "kinds": sorted({child.type for token in inline for child in token.children}),
        "blocks": sorted({token.type for token in tokens}),
        "texts": ["".join(child.content for child in token.children) for token in inline],
    }


what, path = sys.argv[1:3]
print(json.dumps({"parquet": read_parquet, "jsonl": read_jsonl, "markdown": read_markdown}[what](path)))
