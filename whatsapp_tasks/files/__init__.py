"""The files of messages: their bytes in the object store, together with what Redis knows about them.

``drafts`` receives bytes, ``examination`` says what they are, ``contents`` stores them and hands them to a
worker, ``fetching`` gets them from a URL.
"""
