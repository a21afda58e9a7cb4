"""What pages share: caches, the choice of a clip, and the panels that show it. Imports Streamlit."""
