/// The hash slot of a key: which of the 16,384 parts of a cluster's key space it belongs to.
///
/// ```
/// use redpoll_protocol::HashSlot;
///
/// assert_eq!(HashSlot::of(b"foo").as_u16(), 12_182);
/// // Only the hash tag counts, so related keys can be kept together.
/// assert_eq!(HashSlot::of(b"{user:1}:name"), HashSlot::of(b"{user:1}:visits"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HashSlot(u16);

impl HashSlot {
    /// How many slots there are.
    pub const COUNT: u16 = 16_384;

    /// The slot of a key: CRC16 of its hash tag, or of the whole key if it has none.
    pub fn of(key: &[u8]) -> Self {
        Self(crc16(hash_tag(key)) & (Self::COUNT - 1))
    }

    /// The slot of this number, if there is one.
    pub const fn new(slot: u16) -> Option<Self> {
        if slot < Self::COUNT { Some(Self(slot)) } else { None }
    }

    /// The slot's number, below [`Self::COUNT`].
    pub const fn as_u16(self) -> u16 {
        self.0
    }
}

/// What is between the first `{` and the next `}`, if that is not empty; else the whole key.
fn hash_tag(key: &[u8]) -> &[u8] {
    let tag = memchr::memchr(b'{', key).and_then(|open| {
        let rest = key.get(open.checked_add(1)?..)?;
        rest.get(..memchr::memchr(b'}', rest)?)
    });
    tag.filter(|tag| !tag.is_empty()).unwrap_or(key)
}

/// CRC-16/XMODEM: polynomial 0x1021, initial value 0, most significant bit first.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        let [high, _] = crc.to_be_bytes();
        (crc << 8) ^ TABLE.get(usize::from(high ^ byte)).copied().unwrap_or_default()
    })
}

static TABLE: [u16; 256] = table();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler: index < 256"
)]
const fn table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte: u16 = 0;
    while byte < 256 {
        let mut crc = byte << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
            bit += 1;
        }
        table[byte as usize] = crc;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_cluster_specification() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
        assert_eq!(crc16(b""), 0);
    }

    #[test]
    fn published_slots() {
        for (key, slot) in [("foo", 12_182), ("bar", 5_061), ("hello", 866), ("123456789", 12_739)] {
            assert_eq!(HashSlot::of(key.as_bytes()).as_u16(), slot, "{key}");
        }
    }

    #[test]
    fn only_a_tag_with_something_in_it_counts() {
        let whole = |key: &str| HashSlot(crc16(key.as_bytes()) & 0x3FFF);
        for (key, hashed) in [
            ("{user1000}.following", "user1000"),
            ("foo{}{bar}", "foo{}{bar}"),
            ("foo{{bar}}zap", "{bar"),
            ("foo{bar}{zap}", "bar"),
            ("foo{bar", "foo{bar"),
            ("}foo{", "}foo{"),
        ] {
            assert_eq!(HashSlot::of(key.as_bytes()), whole(hashed), "{key}");
        }
    }

    #[test]
    fn the_table_agrees_with_long_division() {
        let bitwise = |bytes: &[u8]| {
            bytes.iter().fold(0_u16, |crc, byte| {
                (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
                    if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
                })
            })
        };
        proptest::proptest!(|(bytes: Vec<u8>)| assert_eq!(crc16(&bytes), bitwise(&bytes)));
    }

    #[test]
    fn numbers_beyond_the_last_slot_are_none() {
        assert_eq!(HashSlot::new(16_383).map(HashSlot::as_u16), Some(16_383));
        assert_eq!(HashSlot::new(16_384), None);
    }
}
