//! Natural numbers of any size, for reading and writing floating point numbers exactly.

use std::cmp::Ordering;

/// Decimal digits are read and written nine at a time: the most that fit a limb.
const CHUNK: u32 = 1_000_000_000;
const CHUNK_DIGITS: usize = 9;
const LIMB_BITS: usize = 32;

/// Limbs from the lowest up, without zeros at the top.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Natural {
    limbs: Vec<u32>,
}

impl Natural {
    /// Reads digits of a base up to 16; anything else counts as 0.
    pub(crate) fn from_digits(digits: impl IntoIterator<Item = u8>, base: u32) -> Self {
        let mut number = Self::default();
        for digit in digits {
            number.multiply_add(base, char::from(digit).to_digit(base).unwrap_or(0));
        }
        number
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    /// How many bits it takes to write the number; 0 for 0.
    pub(crate) fn bits(&self) -> usize {
        self.limbs.last().map_or(0, |top| self.limbs.len() * LIMB_BITS - top.leading_zeros() as usize)
    }

    pub(crate) fn bit(&self, index: usize) -> bool {
        self.limbs.get(index / LIMB_BITS).is_some_and(|limb| limb >> (index % LIMB_BITS) & 1 == 1)
    }

    /// Whether any of the lowest `count` bits is set.
    pub(crate) fn any_bit_below(&self, count: usize) -> bool {
        (0..self.limbs.len().min(count / LIMB_BITS)).any(|index| self.limbs[index] != 0)
            || (count / LIMB_BITS * LIMB_BITS..count).any(|index| self.bit(index))
    }

    /// The lowest 64 bits.
    pub(crate) fn low(&self) -> u64 {
        let limb = |index: usize| u64::from(self.limbs.get(index).copied().unwrap_or(0));
        limb(1) << LIMB_BITS | limb(0)
    }

    /// `self * factor + term`.
    pub(crate) fn multiply_add(&mut self, factor: u32, term: u32) {
        let mut carry = u64::from(term);
        for limb in &mut self.limbs {
            let wide = u64::from(*limb) * u64::from(factor) + carry;
            *limb = wide as u32;
            carry = wide >> LIMB_BITS;
        }
        self.limbs.push(carry as u32);
        self.trim();
    }

    pub(crate) fn multiply_by_power_of_ten(&mut self, exponent: usize) {
        for _ in 0..exponent / CHUNK_DIGITS {
            self.multiply_add(CHUNK, 0);
        }
        for _ in 0..exponent % CHUNK_DIGITS {
            self.multiply_add(10, 0);
        }
    }

    /// Whether the division leaves a remainder.
    pub(crate) fn divide_by_power_of_ten(&mut self, exponent: usize) -> bool {
        let mut inexact = false;
        for _ in 0..exponent / CHUNK_DIGITS {
            inexact |= self.divide(CHUNK) != 0;
        }
        for _ in 0..exponent % CHUNK_DIGITS {
            inexact |= self.divide(10) != 0;
        }
        inexact
    }

    pub(crate) fn shifted_left(&self, count: usize) -> Self {
        if self.is_zero() {
            return Self::default();
        }
        let mut shifted = Self { limbs: vec![0; count / LIMB_BITS] };
        shifted.limbs.extend_from_slice(&self.limbs);
        shifted.multiply_limbs_from(count / LIMB_BITS, count % LIMB_BITS);
        shifted
    }

    pub(crate) fn shifted_right(&self, count: usize) -> Self {
        let limbs = self.limbs.get(count / LIMB_BITS..).unwrap_or_default();
        let bits = count % LIMB_BITS;
        let wide = |index: usize| {
            u64::from(limbs.get(index + 1).copied().unwrap_or(0)) << LIMB_BITS | u64::from(limbs[index])
        };
        let mut shifted =
            Self { limbs: (0..limbs.len()).map(|index| (wide(index) >> bits) as u32).collect() };
        shifted.trim();
        shifted
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let mut carry = 0;
        let length = self.limbs.len().max(other.limbs.len()) + 1;
        let limb = |of: &Self, index: usize| u64::from(of.limbs.get(index).copied().unwrap_or(0));
        let mut next = |index: usize| {
            let sum = limb(self, index) + limb(other, index) + carry;
            carry = sum >> LIMB_BITS;
            sum as u32
        };
        let mut sum = Self { limbs: (0..length).map(&mut next).collect() };
        sum.trim();
        sum
    }

    /// `self - other`, where `other` is not larger.
    pub(crate) fn minus(&self, other: &Self) -> Self {
        let mut borrow = 0;
        let mut next = |index: usize| {
            let subtrahend = i64::from(other.limbs.get(index).copied().unwrap_or(0)) + borrow;
            let difference = i64::from(self.limbs[index]) - subtrahend;
            borrow = i64::from(difference < 0);
            difference as u32
        };
        let mut difference = Self { limbs: (0..self.limbs.len()).map(&mut next).collect() };
        difference.trim();
        difference
    }

    pub(crate) fn to_decimal(&self) -> String {
        let mut rest = self.clone();
        let mut chunks = Vec::new();
        while !rest.is_zero() {
            chunks.push(rest.divide(CHUNK));
        }
        let mut text = chunks.pop().unwrap_or(0).to_string();
        for chunk in chunks.iter().rev() {
            text.push_str(&format!("{chunk:0CHUNK_DIGITS$}"));
        }
        text
    }

    /// Divides in place. The remainder.
    fn divide(&mut self, divisor: u32) -> u32 {
        let mut remainder = 0;
        for limb in self.limbs.iter_mut().rev() {
            let wide = u64::from(remainder) << LIMB_BITS | u64::from(*limb);
            *limb = (wide / u64::from(divisor)) as u32;
            remainder = (wide % u64::from(divisor)) as u32;
        }
        self.trim();
        remainder
    }

    /// Shifts the limbs from `start` on by fewer bits than a limb has.
    fn multiply_limbs_from(&mut self, start: usize, bits: usize) {
        let mut carry = 0;
        for limb in &mut self.limbs[start..] {
            let wide = u64::from(*limb) << bits | carry;
            *limb = wide as u32;
            carry = wide >> LIMB_BITS;
        }
        self.limbs.push(carry as u32);
        self.trim();
    }

    fn trim(&mut self) {
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
    }
}

impl From<u64> for Natural {
    fn from(value: u64) -> Self {
        let mut number = Self { limbs: vec![value as u32, (value >> LIMB_BITS) as u32] };
        number.trim();
        number
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.limbs.len().cmp(&other.limbs.len());
        by_length.then_with(|| self.limbs.iter().rev().cmp(other.limbs.iter().rev()))
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn natural(value: u128) -> Natural {
        Natural::from_digits(value.to_string().bytes(), 10)
    }

    proptest! {
        #[test]
        fn numbers_that_fit_a_machine_word_behave_as_one(a in any::<u128>(), b in any::<u128>(), by in 0..128_usize) {
            let (a, b) = (a >> 1, b >> 1);
            prop_assert_eq!(natural(a).to_decimal(), a.to_string());
            prop_assert_eq!(natural(a).plus(&natural(b)), natural(a + b));
            prop_assert_eq!(natural(a.max(b)).minus(&natural(a.min(b))), natural(a.max(b) - a.min(b)));
            prop_assert_eq!(natural(a).cmp(&natural(b)), a.cmp(&b));
            prop_assert_eq!(natural(a).shifted_right(by), natural(a >> by));
            prop_assert_eq!(natural(a).shifted_left(by).shifted_right(by), natural(a));
            prop_assert_eq!(natural(a).bits(), 128 - a.leading_zeros() as usize);
            prop_assert_eq!(natural(a).any_bit_below(by), a & ((1 << by) - 1) != 0);
        }
    }

    #[test]
    fn powers_of_ten_multiply_and_divide() {
        let mut number = natural(12_345);
        number.multiply_by_power_of_ten(40);
        assert_eq!(number.to_decimal(), format!("12345{}", "0".repeat(40)));
        assert!(!number.divide_by_power_of_ten(40));
        assert!(number.divide_by_power_of_ten(2));
        assert_eq!(number, natural(123));
    }
}
