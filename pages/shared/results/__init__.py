"""The Results page: tables that ``train.tables`` wrote, filtered and drawn."""
