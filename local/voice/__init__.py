"""Stand-ins of the voice vendors: ears, mouths, and calls over WebRTC and WebSocket."""
