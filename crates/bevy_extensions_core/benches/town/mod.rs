//! Extensions that are made up, the same ones in every run, and that all can start.

use bevy_extensions_core::{Candidate, Manifest, Source};

/// Whom each requires: two others that come before it, or fewer.
pub struct Needs(Vec<[usize; 2]>);

impl Needs {
    pub fn new(count: usize, random: &mut SplitMix) -> Self {
        Self((0..count).map(|id| [random.below(id.max(1)), random.below(id.max(1))]).collect())
    }

    /// Whoever has to write one requirement twice, or to name itself, leaves it out.
    pub fn of(&self, id: usize) -> impl Iterator<Item = usize> {
        let [a, b] = self.0[id];
        [Some(a).filter(|_| id > 0), Some(b).filter(|b| id > 0 && *b != a)].into_iter().flatten()
    }
}

pub fn candidate(id: usize, needs: &Needs) -> Candidate {
    let builder = Manifest::builder(&name(id), "1.2.0");
    let builder = needs.of(id).fold(builder, |builder, other| builder.requires(&name(other), "^1.1"));
    Candidate::new(builder.build(), Source::file(&format!("assets/extensions/{}.ron", name(id)), 0))
}

/// Makes up a name, a different one for each id, such as `Dekatomupi`.
pub fn name(id: usize) -> String {
    let mut rest = id * 1_234_577;
    let syllables = (0..5).map(|_| {
        let (consonant, vowel) = (rest % 16, rest / 16 % 5);
        rest /= 80;
        format!("{}{}", &"bdfghjklmnprstvz"[consonant..=consonant], &"aeiou"[vowel..=vowel])
    });
    syllables.collect()
}

/// A small generator of numbers: the same in every run.
pub struct SplitMix(pub u64);

impl SplitMix {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}
