"""The hint-guided colour network: its layers, its training and its measurement.

Needs torch, numpy, Pillow or OpenCV, and safetensors; nothing of the application.
"""
