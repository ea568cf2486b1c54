"""The deposit server: sealed bids received through any network, each with its receipt.

``schema.sql`` holds the state, ``acts`` what may be done, ``app`` the protocol (tus 1.0), ``health``
and ``evidence`` what a judge will ask for.
"""
