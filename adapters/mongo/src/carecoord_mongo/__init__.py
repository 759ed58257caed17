"""MongoDB storage for carecoord.

    store = open_store("mongodb://server/clinic")

`open_store` of the core finds it by the scheme of the URL. `python -m carecoord_mongo upgrade URL`
makes whatever is missing of the schema, for deployments that open with `create=False`.
"""

from carecoord_mongo.backend import MongoBackend, open_mongo

__all__ = ["MongoBackend", "open_mongo"]
