"""The index of an output folder, and the gallery of many.

What do I come here to change?
- reading a folder back: folder; index: index; gallery: gallery; templates and style: markup, shelf
"""
