//! Maps in which no key stands twice, in whatever spelling.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, de};

/// Reads a map; a `BTreeMap` by itself would let the last of two entries win in silence.
pub(crate) fn each_once<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    EachOnce::deserialize(deserializer).map(|map| map.0)
}

/// Reads a map of maps; see [`each_once`].
pub(crate) fn each_once_in_each<'de, D, O, K, V>(deserializer: D) -> Result<BTreeMap<O, BTreeMap<K, V>>, D::Error>
where
    D: Deserializer<'de>,
    O: Deserialize<'de> + Ord + fmt::Display,
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    let maps: BTreeMap<O, EachOnce<K, V>> = each_once(deserializer)?;
    Ok(maps.into_iter().map(|(owner, map)| (owner, map.0)).collect())
}

struct EachOnce<K, V>(BTreeMap<K, V>);

impl<'de, K, V> Deserialize<'de> for EachOnce<K, V>
where
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<K, V>(PhantomData<(K, V)>);

        impl<'de, K, V> de::Visitor<'de> for Visitor<K, V>
        where
            K: Deserialize<'de> + Ord + fmt::Display,
            V: Deserialize<'de>,
        {
            type Value = EachOnce<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map in curly brackets")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = BTreeMap::new();
                while let Some(key) = map.next_key::<K>()? {
                    if all.contains_key(&key) {
                        return Err(de::Error::custom(format!("`{key}` is given twice")));
                    }
                    all.insert(key, map.next_value()?);
                }
                Ok(EachOnce(all))
            }
        }

        deserializer.deserialize_map(Visitor(PhantomData))
    }
}
