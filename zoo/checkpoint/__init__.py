"""Opens a stranger's checkpoint once, in a process of its own, and makes plain safetensors of it.

``opening`` starts that process; all that it runs is ``child`` and what that imports.
"""
