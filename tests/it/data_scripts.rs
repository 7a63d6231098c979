//! What scripts keep: tables, and what is quickly there again. Keys and values are in `data_kv`.
