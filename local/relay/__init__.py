"""The local stack's one origin: Realtime itself, and a proxy of REST, Auth and Storage to the Data API."""
