"""The job itself: every use case of the desk, one module for each responsibility.

This is the only place where the contexts meet.
"""
