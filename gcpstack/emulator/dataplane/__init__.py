"""The emulated data plane: requests that go through the load balancers and services of a world.

A forwarding rule listens on a port of the loopback device and serves by what the store holds now: the
URL map, Cloud Armor, Identity-Aware Proxy, the CDN, backends in several regions, and behind them Cloud
Run services that split their traffic over revisions. Containers are stood in for by what was bound to
their image. What happened is told to the emulated Monitoring.
"""
