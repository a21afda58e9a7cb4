"""Scripts that train and evaluate the paper's seven systems on a folder of sounds."""
