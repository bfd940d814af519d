"""An ordinary study folder from public sources, so that everything after it runs offline.

What do I come here to change?
- what a study folder holds: fetching; the boundary: area; roads and residents: data; heights and land
  cover: terrain; downloads: web
"""
